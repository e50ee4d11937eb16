"""What a run keeps of its gradients: how far back they went all along (GradientHistory), the last frames' curves."""

from collections import deque

import numpy as np

from rnnviz.trace.result.arrays import read_only
from rnnviz.training.snapshots.snapshot import Floats, Horizon
from rnnviz.training.snapshots.thinned import Thinned

__all__ = ["GradientHistory", "RecentGradients"]

_MOMENTS = 160  # more columns than that nobody tells apart in a picture
_FRAMES = 5  # shown faintly behind the newest


class GradientHistory:
    """Note the norm of the gradient at each timestep, frame by frame.

    Examples
    --------
    >>> kept = GradientHistory()
    >>> kept.note(0, (np.ones((1, 1, 5)),)).norms.shape
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
        kept = self._kept.items()
        steps = np.array([step for step, _ in kept], np.float64)
        # end to end, and only then apart: to stack as many small arrays takes ten times as long
        norms = np.concatenate([norm for _, norm in kept]).reshape(-1, *curves[0].shape)
        return Horizon(read_only(steps), read_only(norms))


class RecentGradients:
    """Remember the curves of a run's last frames.

    Examples
    --------
    >>> recent_gradients = RecentGradients()
    >>> [len(recent_gradients.note(step, (np.ones((1, 1, 5)),))) for step in (0, 1, 1, 2)]
    [0, 1, 1, 2]
    """

    def __init__(self) -> None:
        self._shown: deque[tuple[int, Floats]] = deque(maxlen=_FRAMES + 1)

    def clear(self) -> None:
        """Forget the run."""
        self._shown.clear()

    def note(self, step: int, curves: tuple[Floats, ...]) -> tuple[Floats, ...]:
        """Remember a frame's curves and return those of up to five frames before; looking twice adds none.

        Parameters
        ----------
        step : int
            Finished training steps.
        curves : tuple of numpy.ndarray
            Axes (layer, direction, time) each, the total gradient's first; only that is remembered.
        """
        if self._shown and self._shown[-1][0] == step:
            self._shown.pop()
        before = tuple(curve for _, curve in self._shown)[-_FRAMES:]
        self._shown.extend((step, curve) for curve in curves[:1])
        return before
