"""RecentGradients: the gradient's curves of the last frames, shown faintly behind the newest."""

from collections import deque

from rnnviz.training.snapshots.snapshot import Floats

__all__ = ["RecentGradients"]

_MOST = 5


class RecentGradients:
    """Remember the curves of a run's last frames.

    Examples
    --------
    >>> import numpy as np
    >>> recent_gradients = RecentGradients()
    >>> [len(recent_gradients.note(step, (np.ones((1, 1, 5)),))) for step in (0, 1, 1, 2)]
    [0, 1, 1, 2]
    """

    def __init__(self) -> None:
        self._shown: deque[tuple[int, Floats]] = deque(maxlen=_MOST + 1)

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
        before = tuple(curve for _, curve in self._shown)[-_MOST:]
        self._shown.extend((step, curve) for curve in curves[:1])
        return before
