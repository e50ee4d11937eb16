"""Chapters 05 to 07: models in PyTorch, and training them."""
