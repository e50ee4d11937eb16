"""A runner: plays a session or a comparison, in a thread or in place."""
