"""The exercises and predictions, one chapter a file."""
