"""Torch's defaults changed for a while, and put back as they were."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def default_dtype(dtype: torch.dtype) -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@contextmanager
def default_device(device: torch.device | str) -> Iterator[None]:
    """Leave no default device behind: to set the one that torch names would keep watching every call for it."""
    torch.set_default_device(device)
    try:
        yield
    finally:
        torch.set_default_device(None)
