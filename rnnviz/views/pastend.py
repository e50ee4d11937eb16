"""The grey ground past a sequence's end, behind lines and symbols; a map of cells shows through where it has none."""

from typing import Any

from rnnviz.training import Snapshot
from rnnviz.views.patch import Patch
from rnnviz.views.style import PADDED

__all__ = ["past_end", "past_end_patches"]


def past_end(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the ground past the longest sequence, as the only shape of a layout; none where no sequence is padded."""
    if not snapshot.padded:
        return []
    steps, end = snapshot.layer.hidden.shape[3], snapshot.longest
    place = {"type": "rect", "layer": "below", "x0": end - 0.5, "x1": steps - 0.5, "yref": "y domain", "y0": 0, "y1": 1}
    return [{**place, "visible": end < steps, "fillcolor": PADDED, "line": {"width": 0}}]


def past_end_patches(snapshot: Snapshot, end: int) -> list[Patch]:
    """Return what makes it the ground past a sequence that ends with the timestep before ``end``."""
    if not snapshot.padded:
        return []
    shown = end < snapshot.layer.hidden.shape[3]
    return [Patch(None, "shapes[0].x0", end - 0.5), Patch(None, "shapes[0].visible", shown)]
