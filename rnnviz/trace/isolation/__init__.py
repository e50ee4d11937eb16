"""A traced model is left as it was: its surroundings, its modules' attributes, the process's flags."""
