"""A console: connects a run to its screen."""
