"""Watching: snapshots of a training loop that is somebody else's."""
