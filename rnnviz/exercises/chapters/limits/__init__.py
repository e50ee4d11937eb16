"""Chapters 12 to 16: limits, remedies, practice."""
