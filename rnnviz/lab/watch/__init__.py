"""A watch: pictures of a model in its owner's own loop."""
