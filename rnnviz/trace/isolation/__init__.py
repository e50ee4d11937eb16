"""A traced model is left as it was: its surroundings, its belongings, the process's flags."""
