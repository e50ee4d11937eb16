"""Cells of other packages that are known without being registered; nothing is imported before a model brings it."""

from __future__ import annotations

from typing import Any

from torch import nn

from rnnviz.trace import known_cells

__all__ = ["ready_for"]


def ready_for(kind: type[nn.Module]) -> tuple[Any, ...] | None:
    """What is known of a class or a class it inherits its forward from, in the order of `CustomCell`."""
    for base in kind.__mro__:
        found = known_cells.KNOWN.get(f"{base.__module__}.{base.__qualname__}")
        if found is not None:
            return found
    return None
