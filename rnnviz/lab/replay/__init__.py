"""A replay: one saved page that plays a run without a kernel."""
