"""Texts: tasks that say which class a text is of, a learner's own among them."""
