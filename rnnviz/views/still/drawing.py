"""Drawing: what a view shows of a snapshot, as plain data, from the same skeleton and patches as on the page."""

import base64
import copy
import re
from typing import Any, Protocol

import numpy as np
import plotly.graph_objects as go

from rnnviz.training import Snapshot
from rnnviz.views.patch import Patch, Pixels

__all__ = ["Drawing", "plain_data"]

_PART = re.compile(r"[.\[\]]+")


class Drawer(Protocol):
    """Whatever draws: of a `View`, all that this floor may know."""

    def skeleton(self, snapshot: Snapshot, focus: Any) -> go.Figure:
        """Return a figure with every trace, axis and annotation that `patches` will address."""

    def patches(self, snapshot: Snapshot, focus: Any, pixels: Pixels | None = None) -> list[Patch]:
        """Return this frame's values, each for an attribute that the skeleton has."""


class Drawing:
    """A view's skeleton, kept as plain data, since to make one takes longer than all else.

    Parameters
    ----------
    view, snapshot, focus
        As in `View.skeleton`.
    """

    def __init__(self, view: Drawer, snapshot: Snapshot, focus: Any) -> None:
        self._view, self.run = view, snapshot.run
        self._skeleton = plain_data(view.skeleton(snapshot, focus).to_plotly_json())

    def filled(self, snapshot: Snapshot, focus: Any, width: int) -> dict[str, Any]:
        """Return the figure, ``"data"`` and ``"layout"``, with its values for a plot of such a width in pixels."""
        figure: dict[str, Any] = copy.deepcopy(self._skeleton)
        layout = figure["layout"]
        margin = layout.get("margin") or {}
        pixels = width, int(layout.get("height", 300)) - int(margin.get("t", 46)) - int(margin.get("b", 42))
        for patch in self._view.patches(snapshot, focus, pixels):
            target = figure["layout"] if patch.trace is None else figure["data"][patch.trace]
            _put(target, patch.key, patch.value)
        return figure


def plain_data(value: Any) -> Any:
    """Return plotly's JSON with its arrays as numpy's, whatever way they are written, and lists for tuples."""
    if isinstance(value, dict):
        if "bdata" in value:
            flat = np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"])
            shape = [int(one) for one in str(value.get("shape", flat.size)).split(",")]
            return flat.reshape(shape)
        return {key: plain_data(one) for key, one in value.items()}
    return [plain_data(one) for one in value] if isinstance(value, list | tuple) else value


def _put(target: Any, key: str, value: Any) -> None:
    """Write a value where a path such as ``"annotations[0].font.color"`` leads; what is not there yet is made."""
    *path, last = [int(one) if one.isdigit() else one for one in _PART.split(key) if one]
    for one in path:
        target = target[one] if isinstance(one, int) else target.setdefault(one, {})
    target[last] = value
