"""One input sequence, to look at and to change: numbers as a curve, symbols as rows of dots or as text."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.views.patch import Patch
from rnnviz.views.style import ACCENT, GHOST, axis, base_layout, plain, visible

__all__ = ["EDITED", "ROWS", "sequence_patches", "sequence_skeleton"]

EDITED = 1  # the trace whose points are moved; under it lies the sequence as it was, over it the changed point
ROWS = 16  # so many symbols have a row each; more are written as text on one line


def sequence_skeleton(steps: int, symbols: Sequence[str], limits: tuple[float, float]) -> go.Figure:
    """Return the picture of a sequence without the sequence.

    Parameters
    ----------
    steps : int
        Timesteps.
    symbols : sequence of str
        What a timestep can bring; empty where it brings numbers. A symbol is drawn at its index.
    limits : tuple of float
        The ends of the axis for numbers.

    Examples
    --------
    >>> sequence_skeleton(10, ("a", "b"), (0, 1)).layout.yaxis.ticktext
    ('a', 'b')
    """
    text = len(symbols) > ROWS
    layout = base_layout(
        t("view.sequence.title.text" if text else "view.sequence.title"),
        130 if text else 210,
        showlegend=False,
        dragmode=False,
    )
    layout["margin"] |= {"t": 32, "r": 30}
    if text:
        layout["yaxis"] = axis(range=(-1, 1), visible=False)
    elif symbols:
        names, places = [plain(visible(one)) for one in symbols], list(range(len(symbols)))
        layout["yaxis"] = axis(range=(-0.6, len(symbols) - 0.4), tickvals=places, ticktext=names)
    else:
        layout["yaxis"] = axis(t("view.sequence.input"), range=limits)
    layout["xaxis"] = axis(t("view.time"), range=[-0.5, steps - 0.5], domain=(0, 0.93))  # as wide as the map below
    line = {"color": GHOST, "dash": "dot", "width": 1.5}
    layout["shapes"] = [{"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1, "line": line}]
    dots = "markers" if symbols else "lines"
    hover = "t = %{x}: %{text}<extra></extra>"
    return go.Figure(
        [
            go.Scatter(
                mode=dots, line={"color": GHOST, "dash": "dot", "width": 1.2}, hoverinfo="skip", visible=not text
            ),
            go.Scatter(
                mode="text" if text else "markers" if symbols else "lines+markers",
                line={"color": ACCENT, "width": 1.6},
                marker={"size": 6},
                textfont={"family": "monospace", "size": 13},
                hovertemplate=hover,
            ),
            go.Scatter(
                mode="markers",
                marker={"size": 17 if text else 11, "color": ACCENT, "symbol": "circle-open", "line": {"width": 2.5}},
                hoverinfo="skip",
            ),
        ],
        layout,
    )


def sequence_patches(
    original: np.ndarray, symbols: Sequence[str], change: tuple[int, float] | None = None, picked: int = 0
) -> list[Patch]:
    """Return the sequence, with one timestep changed.

    Parameters
    ----------
    original : numpy.ndarray
        Axis (time,): numbers, or indices into ``symbols``.
    symbols : sequence of str
        As for `sequence_skeleton`.
    change : tuple, optional
        The timestep and what is there instead.
    picked : int
        The timestep that a line marks.

    Examples
    --------
    >>> patches = sequence_patches(np.array([0.1, 0.2, 0.3]), (), change=(1, 0.9))
    >>> patches[EDITED + 2].value
    array([0.1, 0.9, 0.3])
    """
    time, edited = np.arange(len(original), dtype=np.float32), original.astype(np.float64)
    if change is not None:
        edited[change[0]] = change[1]
    places = (original, edited) if len(symbols) <= ROWS else (np.zeros(len(edited)),) * 2
    words = [plain(visible(symbols[int(one)])) if symbols else f"{one:.4g}" for one in edited]
    changed = [] if change is None else [change[0]]
    return [
        *(Patch(trace, "x", time) for trace in (0, EDITED)),
        *(Patch(trace, "y", place) for trace, place in enumerate(places)),
        Patch(EDITED, "text", tuple(words)),
        Patch(None, "shapes[0].x0", float(picked)),
        Patch(None, "shapes[0].x1", float(picked)),
        Patch(2, "x", np.array(changed, np.float32)),
        Patch(2, "y", places[1][changed]),
    ]
