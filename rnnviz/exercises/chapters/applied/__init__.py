"""Chapters 08 to 11: applications, on real data."""
