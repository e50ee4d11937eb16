"""ModelAccess: the training thread lets others look at the model between two steps, in their own thread."""

import threading
from collections.abc import Callable
from typing import TypeVar

from rnnviz.training.process.forks import LOST, renewed_in_children
from rnnviz.training.process.interrupts import INTERRUPTS

__all__ = ["ModelAccess"]

T = TypeVar("T")


class ModelAccess:
    """Who may touch the session: the thread that trains, or for a moment a guest.

    Examples
    --------
    >>> access = ModelAccess()
    >>> access.visit(lambda: "looked")
    'looked'
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._guests = 0
        self._host: int | None = None  # the thread that trains, by its ident
        self._lost = False
        renewed_in_children(self)

    @property
    def mine(self) -> bool:
        """Whether the calling thread is the one that trains."""
        return self._host == threading.get_ident()

    def __enter__(self) -> None:
        """Begin to train, once no guest is there."""
        with self._changed:
            self._changed.wait_for(lambda: not self._guests and self._host is None)
            self._host = threading.get_ident()

    def __exit__(self, *_error: object) -> None:
        with self._changed:
            self._host = None
            self._changed.notify_all()

    def let_in(self) -> None:
        """Let waiting guests do what they came for; costs nothing when there are none."""
        # read without the lock: a guest who comes a moment later is let in after the next step
        if self._guests:
            self.__exit__()
            self.__enter__()

    def give_up(self) -> None:
        """Refuse every visit from now on: what is trained was left in the middle of a step."""
        self._lost, self._host = True, None

    def after_fork(self) -> None:
        """See `rnnviz.training.process.forks`."""
        self._changed = threading.Condition()
        self._guests = 0

    def visit(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, done while nobody trains; in the thread that trains itself, done at once."""
        if self._lost:
            raise RuntimeError(LOST)
        if self.mine:
            return work()
        with INTERRUPTS, self._changed:
            # counted first: the host waits until no guest is left, so none is overtaken for ever
            self._guests += 1
            try:
                self._changed.wait_for(lambda: self._host is None)
                return work()
            finally:
                self._guests -= 1
                self._changed.notify_all()
