"""The pictures of one run, by what they show."""
