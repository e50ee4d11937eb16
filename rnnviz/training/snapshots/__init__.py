"""What a snapshot holds, how it is taken, and what is kept of a run along its way."""
