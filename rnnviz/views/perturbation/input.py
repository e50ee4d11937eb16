"""The numbers of one input sequence, to look at and to change: a curve, symbols as rows of dots or as text."""

from collections.abc import Sequence

import numpy as np

from rnnviz.views.patch import Patch
from rnnviz.views.style import plain, visible

__all__ = ["EDITED", "ROWS", "sequence_patches"]

EDITED = 1  # the trace whose points are moved; under it lies the sequence as it was, over it the changed point
ROWS = 16  # so many symbols have a row each; more are written as text on one line


def sequence_patches(
    original: np.ndarray, symbols: Sequence[str], change: tuple[int, float] | None = None, picked: int = 0
) -> list[Patch]:
    """Return the sequence, with one timestep changed.

    Parameters
    ----------
    original : numpy.ndarray
        Axis (time,): numbers, or indices into ``symbols``.
    symbols : sequence of str
        What a timestep can bring; empty where it brings numbers. A symbol is drawn at its index.
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
