"""GradientHistory: how far back the gradient went at moments of a run, kept while the run goes on."""

import numpy as np

from rnnviz.trace.result.arrays import read_only
from rnnviz.training.snapshots.snapshot import Floats, Horizon
from rnnviz.training.snapshots.thinned import Thinned

__all__ = ["GradientHistory"]

_MOMENTS = 160  # more columns than that nobody tells apart in a picture


class GradientHistory:
    """Note the norm of the gradient at each timestep, frame by frame.

    Examples
    --------
    >>> reach = GradientHistory()
    >>> reach.note(0, (np.ones((1, 1, 5)),)).norms.shape
    (1, 1, 1, 5)
    """

    def __init__(self) -> None:
        self._kept: Thinned[Floats] = Thinned(_MOMENTS)

    def clear(self) -> None:
        """Forget the run."""
        self._kept.clear()

    def note(self, step: int, curves: tuple[Floats, ...]) -> Horizon | None:
        """Take in a frame's curves, the total gradient's first; return all that is known, None without a gradient.

        Parameters
        ----------
        step : int
            Finished training steps.
        curves : tuple of numpy.ndarray
            Axes (layer, direction, time) each.
        """
        if not curves:
            return None
        self._kept.offer(step, curves[0])
        steps = np.array(self._kept.steps(), np.float64)
        norms = np.stack([norm for _, norm in self._kept.items()])
        return Horizon(read_only(steps), read_only(norms))
