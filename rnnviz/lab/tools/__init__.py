"""The tools beside the pictures: one drawer or line a file."""
