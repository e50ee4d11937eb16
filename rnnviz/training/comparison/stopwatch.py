"""Stopwatch: how long each of several models trains, without making a GPU wait at every step."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

import torch

__all__ = ["Stopwatch"]

_EVERY = 16  # on a GPU only so many steps are timed: there the clock must wait until the work is done


class Stopwatch:
    """Seconds of training by name.

    Parameters
    ----------
    names : iterable of str
        Whose time is taken.
    device : torch.device
        Where they train.
    clock : callable
        Seconds, always rising.

    Examples
    --------
    >>> now = iter([0.0, 2.0, 2.0, 5.0])
    >>> watch = Stopwatch(["a", "b"], torch.device("cpu"), clock=lambda: next(now))
    >>> for name in ("a", "b"):
    ...     with watch.timing(name, step=1):
    ...         pass
    >>> watch.shares
    {'a': 0.4, 'b': 0.6}
    >>> watch.paces
    {'a': 2.0, 'b': 3.0}
    """

    def __init__(
        self, names: Iterable[str], device: torch.device, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._seconds = dict.fromkeys(names, 0.0)
        self._timed = dict.fromkeys(self._seconds, 0)
        self._device = device
        self._waits = device.type != "cpu"
        self._clock = clock

    @contextlib.contextmanager
    def timing(self, name: str, step: int) -> Iterator[None]:
        """Count the time of what is done inside for ``name``, if this step is one of those that are timed."""
        if self._waits and step % _EVERY:
            yield
            return
        # waits for what came before, which is another model's time
        started = self._now()
        yield
        self._seconds[name] += self._now() - started
        self._timed[name] += 1

    @property
    def shares(self) -> Mapping[str, float]:
        """Each one's share of the time so far, by name; NaN before anything was timed."""
        whole = sum(self._seconds.values())
        return {name: seconds / whole if whole else float("nan") for name, seconds in self._seconds.items()}

    @property
    def paces(self) -> Mapping[str, float]:
        """Seconds that a step of each takes, by name, on average; NaN before one was timed."""
        timed = self._timed
        return {name: self._seconds[name] / timed[name] if timed[name] else float("nan") for name in timed}

    def restart(self) -> None:
        """Forget the time so far."""
        self._seconds = dict.fromkeys(self._seconds, 0.0)
        self._timed = dict.fromkeys(self._timed, 0)

    def _now(self) -> float:
        if self._waits:
            torch.accelerator.synchronize(self._device)
        return self._clock()
