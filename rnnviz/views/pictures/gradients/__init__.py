"""Pictures of the gradient through time, and of what theory says of it."""
