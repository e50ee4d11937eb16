"""Trials under way: on an executor, one after another, and written down when they have finished."""
