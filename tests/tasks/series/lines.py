"""The series that several tests cut into windows."""

import numpy as np

__all__ = ["rising"]


def rising(count=200):
    """Each value is its own row number, so that a window tells which rows it holds."""
    return np.arange(count, dtype=float)
