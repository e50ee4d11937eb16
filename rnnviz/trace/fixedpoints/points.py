"""`FixedPoints`: where a layer comes to rest, where it nearly does, and how a small change grows or fades there."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.trace.fixedpoints.stepmap import Numbers

__all__ = ["FixedPoints"]


@dataclass(frozen=True, eq=False, repr=False)
class FixedPoints:
    """Fixed and slow points of a layer under a constant input, what `fixed_points` returns. Arrays are read-only.

    Fixed points stand first, the most stable one at the head; then the slow ones, the slowest first.

    Attributes
    ----------
    points : numpy.ndarray
        States, axes (point, unit), in double precision. An LSTM's are h and c, joined: see `hidden` and `cell`.
    speeds : numpy.ndarray
        How far one step moves each, ‖F(h, x̄) − h‖, axis (point,).
    eigenvalues : numpy.ndarray
        Complex, of the Jacobian dF/dh at each, axes (point, unit), the largest first. A small change along an
        eigenvector is multiplied by its eigenvalue each step.
    fixed : numpy.ndarray
        Whether each is a fixed point, its speed at most the tolerance; the others are slow points.
    layer, kind : str
        Which layer it is, as in ``rv.trace(model, x).layers``, and ``"rnn"``, ``"lstm"`` or ``"gru"``.
    constant_input : numpy.ndarray
        The input x̄ that was held, axis (feature,).
    hidden_units : int
        How many numbers of a state are h.

    Examples
    --------
    >>> import torch
    >>> from rnnviz.trace import fixed_points
    >>> found = fixed_points(torch.nn.GRU(2, 3, batch_first=True), torch.zeros(4, 6, 2))
    >>> found.points.shape, bool(found.stable.all())
    ((1, 3), True)
    """

    points: Numbers
    speeds: Numbers
    eigenvalues: NDArray[np.complex128]
    fixed: NDArray[np.bool_]
    layer: str
    kind: str
    constant_input: Numbers
    hidden_units: int

    @property
    def stable(self) -> NDArray[np.bool_]:
        """Whether every small change fades at a point: no eigenvalue reaches 1 in size; axis (point,)."""
        return np.asarray(np.abs(self.eigenvalues).max(axis=1, initial=0.0) < 1)

    @property
    def unstable_directions(self) -> NDArray[np.int64]:
        """How many eigenvalues are larger than 1 in size, axis (point,): 1 at a saddle between two attractors."""
        return np.asarray((np.abs(self.eigenvalues) > 1).sum(axis=1), dtype=np.int64)

    @property
    def hidden(self) -> Numbers:
        """The part h of each point, axes (point, unit)."""
        return self.points[:, : self.hidden_units]

    @property
    def cell(self) -> Numbers | None:
        """The part c of each point of an LSTM, axes (point, unit); None for other layers."""
        return self.points[:, self.hidden_units :] if self.kind == "lstm" else None

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A dict a point: whether it is fixed and stable, its speed, and its largest eigenvalue."""
        return [
            {
                "fixed": bool(self.fixed[k]),
                "stable": bool(self.stable[k]),
                "speed": float(self.speeds[k]),
                "unstable_directions": int(self.unstable_directions[k]),
                "largest_eigenvalue": complex(self.eigenvalues[k, 0]),
                "size": float(abs(self.eigenvalues[k, 0])),
            }
            for k in range(len(self.points))
        ]

    def to_frame(self) -> Any:
        """Return `rows`, and the points' numbers ``h0``, ``h1``, … (and ``c0``, …), as a ``pandas.DataFrame``.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        try:
            pandas = import_module("pandas")  # no dependency: only who asks for a DataFrame needs it
        except ImportError:
            raise ImportError(
                "to_frame() makes a DataFrame, and pandas is not installed; install pandas, or take .rows, which needs "
                "nothing else."
            ) from None
        units = self.points.shape[1]
        names = [f"h{k}" if k < self.hidden_units else f"c{k - self.hidden_units}" for k in range(units)]
        numbers = pandas.DataFrame(np.array(self.points), columns=names)
        # of no point at all the columns are still there
        told = pandas.DataFrame(self.rows, columns=list(_COLUMNS))
        return pandas.concat([told, numbers], axis=1)

    def __repr__(self) -> str:
        fixed = int(self.fixed.sum())
        counts = f"{fixed} fixed ({int((self.fixed & self.stable).sum())} stable), {len(self.fixed) - fixed} slow"
        sizes = np.abs(self.eigenvalues)
        largest = f", largest |eigenvalue|={sizes.max():.3g}" if sizes.size else ""
        return f"FixedPoints({self.layer}, {self.kind}: {counts}, units={self.points.shape[1]}{largest})"


_COLUMNS = ("fixed", "stable", "speed", "unstable_directions", "largest_eigenvalue", "size")
