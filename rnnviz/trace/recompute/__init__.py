"""From captured calls to the trace of each layer."""
