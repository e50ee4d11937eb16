"""Panels below each other over one axis of time, one for each feature that is forecast."""

from collections.abc import Sequence
from typing import Any

from rnnviz.views.style import axis

__all__ = ["panel_axes", "panel_height"]

_GAP = 0.09  # of the height, between panels
_MORE = 130  # pixels a further panel


def panel_height(height: int, panels: int) -> int:
    """Return the pixels of a picture with so many panels, of one with one panel."""
    return height + _MORE * (panels - 1)


def panel_axes(x_title: str, y_titles: Sequence[str], **y_more: Any) -> dict[str, Any]:
    """Return the axes: ``xaxis`` below the last panel, ``yaxis``, ``yaxis2`` … from the top down."""
    count = len(y_titles)
    high = (1 - _GAP * (count - 1)) / count
    last = "y" if count == 1 else f"y{count}"
    axes: dict[str, Any] = {"xaxis": axis(x_title, anchor=last)}
    for at, title in enumerate(y_titles):
        top = 1 - at * (high + _GAP)
        place = {"domain": [max(0.0, top - high), top]} if count > 1 else {}
        axes[f"yaxis{at + 1}" if at else "yaxis"] = axis(title, **place, **y_more)
    return axes
