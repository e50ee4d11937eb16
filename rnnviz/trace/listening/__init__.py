"""Looking into a forward and backward pass that is somebody else's."""
