"""History: the training curves, kept on the device in bounded memory and read back only when somebody asks."""

import math
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.training import tables
from rnnviz.training.bylabel import ByLabel
from rnnviz.training.columns import Column, Columns
from rnnviz.training.process.forks import renewed_in_children

__all__ = ["Histories", "History"]

_MEASURED = ("loss", "metric", "grad_norm")
_JUDGED = slice(0, 3, 2)  # loss and gradient norm: a metric may be what it likes
_NAMES = ("step", "loss", "metric", "grad_norm", "clipped", "lr", "clip")


class Histories(ByLabel["History"]):
    """The curves of several models by label: ``histories["lstm"]["loss"]``.

    Examples
    --------
    >>> Histories({"rnn": History([], "cpu")})["rnn"]["loss"]
    array([], dtype=float64)
    """

    each = f", and the columns of each are {', '.join(_NAMES)}"

    def to_frame(self) -> Any:
        """Return all curves as one ``pandas.DataFrame``, whose first column names the model; needs pandas."""
        return tables.to_frame(self._joined())

    def to_csv(self, path: Any = None) -> str | None:
        """Return all curves as CSV, whose first column names the model, or write them to the file ``path``."""
        return tables.to_csv(self._joined(), path)

    def _joined(self) -> tables.Table:
        return tables.by_model({label: history.columns() for label, history in self.items()})


class Waiting(NamedTuple):
    """Rows of a history that nobody has waited for yet, and what is known of them without."""

    steps: Column
    rows: Tensor
    host: Column

    def columns(self, rows: NDArray[Any]) -> dict[str, Column]:
        """Return the columns of these rows, now that they are on the host."""
        # column by column in memory, and of all that was measured only these
        loss, metric, norm = np.array(rows[:, : len(_MEASURED)].T, np.float64, order="C")
        lr, clip = np.array(self.host.T, order="C")
        return dict(zip(_NAMES, (self.steps, loss, metric, norm, (norm > clip).astype(float), lr, clip), strict=True))


class History(Columns):
    """Rows of a run: every step up to ``capacity`` rows, then every second, every fourth … and always the last.

    A mapping from names to columns of one length, which ``pandas.DataFrame`` takes as it is, and which can be pickled.
    Writing copies one small tensor on the device and never waits for it; reading brings the rows to the host.
    A second, dense store holds the most recent rows, so that the first bad step is found exactly.

    Parameters
    ----------
    parameter_names : sequence of str
        Whose gradient norms are kept beside the total.
    device : torch.device or str
        Where the rows live.
    dtype : torch.dtype
        Of the rows.
    capacity : int
        Rows kept for the whole run, even and at least 4; at most ``capacity + 1`` are returned.
    recent : int
        Most recent rows kept without a gap.

    Examples
    --------
    >>> history = History(["w"], "cpu")
    >>> history.append(torch.tensor([2.0, 0.5, 3.0, 3.0]), lr=0.1, clip=1.0)
    >>> history["grad_norm"], history["clipped"]
    (array([3.]), array([1.]))
    >>> history
    History(step, loss, metric, grad_norm, clipped, lr, clip: 1 row)
    """

    names = _NAMES

    def __init__(
        self,
        parameter_names: Sequence[str],
        device: torch.device | str,
        *,
        dtype: torch.dtype = torch.float32,
        capacity: int = 2048,
        recent: int = 512,
    ) -> None:
        width = len(_MEASURED) + len(parameter_names)
        self.parameter_names = tuple(parameter_names)
        self.step = 0
        self._lock = threading.Lock()  # a notebook cell may read while the training thread writes
        renewed_in_children(self)
        self._stride = 1
        self._kept = torch.zeros(capacity, width, dtype=dtype, device=device)
        self._recent = torch.zeros(recent, width, dtype=dtype, device=device)
        self._kept_host = np.zeros((capacity, 2))
        self._recent_host = np.zeros((recent, 2))
        self._sound = 0  # of so many steps it is known that loss and norm were finite
        self._latest = 0, math.nan  # a step, and its loss as the device gave it: asked for again it is not waited for

    def after_fork(self) -> None:
        """See `rnnviz.training.process.forks`."""
        self._lock = threading.Lock()

    def append(self, row: Tensor, *, lr: float, clip: float | None) -> None:
        """Write the next step's row and count it.

        Parameters
        ----------
        row : torch.Tensor
            Loss, metric, total gradient norm before clipping, then each parameter's; axis (3 + parameters,).
        lr : float
            The learning rate of the step.
        clip : float or None
            The clip threshold of the step.
        """
        with self._lock:
            host = (lr, math.inf if clip is None else clip)
            place = self.step % len(self._recent)
            self._recent[place] = row
            self._recent_host[place] = host
            if self.step % self._stride == 0:
                if self.step // self._stride == len(self._kept):
                    self._thin()
                place = self.step // self._stride
                self._kept[place] = row
                self._kept_host[place] = host
            self.step += 1

    def _thin(self) -> None:
        half = len(self._kept) // 2
        self._kept[:half] = self._kept[::2].clone()
        self._kept_host[:half] = self._kept_host[::2].copy()
        self._stride *= 2

    @property
    def rows(self) -> int:
        """How many rows `columns` gives."""
        kept = math.ceil(self.step / self._stride)
        return kept + (1 if self.step and (self.step - 1) % self._stride else 0)

    def to(self, device: torch.device) -> Self:
        """Return a copy whose rows live on a device, and that goes on there."""
        rebuilt, (state,) = self.__reduce__()
        tensors = {name: value.to(device) for name, value in state.items() if isinstance(value, Tensor)}
        return rebuilt({**state, **tensors})  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        with self._lock:
            state = {name: value for name, value in vars(self).items() if name != "_lock"}
            state |= {name: value.cpu().clone() for name, value in state.items() if isinstance(value, Tensor)}
            state |= {name: value.copy() for name, value in state.items() if isinstance(value, np.ndarray)}
        return self._restored, (state,)

    @classmethod
    def _restored(cls, state: dict[str, Any]) -> Self:
        history = cls((), "cpu", capacity=0, recent=0)
        vars(history).update(state)
        return history

    def columns(self) -> dict[str, Column]:
        """Return all columns of the same rows: step (from 1), loss, metric, grad_norm, clipped (0 or 1), lr and clip.

        The threshold ``clip`` is the one in force at each step, infinite where nothing was clipped.
        """
        waiting = self.waiting()
        return waiting.columns(waiting.rows.cpu().numpy())

    def waiting(self) -> "Waiting":
        """Return the rows of `columns` as a copy on the device, for those who bring more from there."""
        with self._lock:
            kept = math.ceil(self.step / self._stride)
            extra = self.rows - kept
            last = (self.step - 1) % len(self._recent)
            rows, host = self._kept[:kept].clone(), self._kept_host[:kept].copy()
            steps = np.arange(kept + extra, dtype=np.float64) * self._stride + 1
            if extra:
                rows = torch.cat([rows, self._recent[last : last + extra]])
                host = np.concatenate([host, self._recent_host[last : last + extra]])
                steps[-1] = self.step
            return Waiting(steps, rows, host)

    @property
    def parameter_norms(self) -> dict[str, Column]:
        """Gradient norm before clipping of each parameter, on the rows of `columns`."""
        rows = self._read()[1]
        return {name: rows[:, len(_MEASURED) + k].copy() for k, name in enumerate(self.parameter_names)}

    def latest_loss(self) -> float:
        """Return the loss of the last step, NaN before the first."""
        with self._lock:
            if self._latest[0] != self.step:
                self._latest = self.step, float(self._recent[(self.step - 1) % len(self._recent)][0])
            return self._latest[1]

    def first_bad(self) -> tuple[int, float] | None:
        """Return the first step whose loss or gradient norm is not finite, and the norm of the step before.

        Exact when asked at least once every ``recent`` − 1 steps; later, the first such row still kept.
        The norm is NaN when no row before is known.

        Examples
        --------
        >>> history = History([], "cpu")
        >>> for loss in (1.0, float("nan")):
        ...     history.append(torch.tensor([loss, 0.0, 7.0]), lr=0.1, clip=None)
        >>> history.first_bad()
        (2, 7.0)
        """
        if self._is_sound():
            return None
        steps_seen = self.step
        steps, rows = self._read_recent()
        bad = _bad(rows)
        if len(bad) and bad[0]:
            steps, rows = self._read()
            bad = _bad(rows)
        if not bad.any():
            self._sound = steps_seen
            return None
        first = int(bad.argmax())
        return int(steps[first]), float(rows[first - 1, 2]) if first else math.nan

    def _read(self) -> tuple[Column, Column]:
        waiting = self.waiting()
        return waiting.steps, waiting.rows.cpu().numpy().astype(np.float64)

    def _is_sound(self) -> bool:
        """Whether all steps since the last time that all were finite are so: it is asked for every frame."""
        with self._lock:
            new, end = self.step - self._sound, (self.step - 1) % len(self._recent) + 1
            if new > end:  # the ring has gone round, or more
                return False
            rows = self._recent.cpu().numpy()[end - new : end, _JUDGED].tolist() if new else []
            sound = all(math.isfinite(loss) and math.isfinite(norm) for loss, norm in rows)
            self._sound = self.step if sound else self._sound
            self._latest = (self.step, rows[-1][0]) if rows else self._latest
            return sound

    def _read_recent(self) -> tuple[Column, Column]:
        with self._lock:
            size = len(self._recent)
            steps = np.arange(max(0, self.step - size), self.step)
            rows: Column = self._recent.cpu().numpy().astype(np.float64)
            return (steps + 1).astype(np.float64), rows[steps % size]


def _bad(rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Row by row, whether loss or gradient norm is no finite number."""
    loss, norm = rows[:, _JUDGED].T
    found: NDArray[np.bool_] = ~(np.isfinite(loss) & np.isfinite(norm))
    return found
