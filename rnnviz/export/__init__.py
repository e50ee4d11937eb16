"""Export: a run written down, as a recipe that makes it again and as a plain PyTorch program."""
