"""What an exercise is, the kinds of answers, and how two are compared."""
