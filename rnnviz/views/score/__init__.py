"""Pictures as strips of a score: one time axis, one picture column, aligned to the pixel."""
