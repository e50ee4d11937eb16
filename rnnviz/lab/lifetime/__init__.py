"""When a lab begins to rest, lets go of its memory, and ends."""
