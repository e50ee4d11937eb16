"""Orders: what a runner was told to do, first come first served, and whether each of it is done."""

import math
from collections import deque
from collections.abc import Callable

from rnnviz.training.settings import Settings

__all__ = ["Order", "Orders"]


class Order:
    """How many steps are wanted; infinity means up to the goal. Another thread may cancel it at any moment.

    Parameters
    ----------
    left : float
        Steps; 0 asks for a frame alone.
    rebuild : bool
        Whether another model comes first: a new one, or with ``undo`` the former.
    undo : bool
        See ``rebuild``.
    settings : Settings or None
        What the new model is built from; the present settings unless given.
    here : bool
        Whether the caller's own thread carries it out.

    Attributes
    ----------
    over : bool
        Whether it is carried out, or a later order made it needless before it had begun.
    refused : Exception or None
        Why it never will be: there is no thread to do it.

    Examples
    --------
    >>> order = Order(2)
    >>> [order.take() for _ in range(3)]
    [True, True, False]
    """

    def __init__(
        self,
        left: float = 0,
        *,
        rebuild: bool = False,
        undo: bool = False,
        here: bool = False,
        settings: Settings | None = None,
    ) -> None:
        self.left, self.rebuild, self.undo, self.here = left, rebuild or undo, undo, here
        self.settings = settings
        self.over = False
        self.refused: Exception | None = None
        self._cancelled = False

    @property
    def open(self) -> bool:
        """Whether a step is still wanted."""
        return self.left > 0 and not self._cancelled

    @property
    def endless(self) -> bool:
        """Whether it wants steps until somebody wants something else, or the goal is reached."""
        return math.isinf(self.left)

    def cancel(self) -> None:
        """Want nothing more."""
        self._cancelled = True

    def take(self) -> bool:
        """Take one step off and say whether it was still wanted."""
        if not self.open:
            return False
        self.left -= 1
        return True


class Orders:
    """The order that is carried out, and those that wait for their turn; the runner's condition guards it.

    Whatever is ordered ends an endless order, and a rebuild ends them all; nothing else is cut short. So whoever waits
    for an order of her own waits for it and for what was ordered before, never for what comes after.

    Examples
    --------
    >>> orders, play, step = Orders(), Order(math.inf), Order(1)
    >>> orders.add(play), orders.add(step)  # doctest: +ELLIPSIS
    (<...Order object at ...>, <...Order object at ...>)
    >>> play.over, orders.begin() is step
    (True, True)
    """

    def __init__(self) -> None:
        self._queue: deque[Order] = deque()
        self._now: Order | None = None

    @property
    def all(self) -> tuple[Order, ...]:
        """The order that is carried out, if there is one, and those that wait, in turn."""
        return (*(() if self._now is None else (self._now,)), *self._queue)

    @property
    def open(self) -> bool:
        """Whether steps are still wanted."""
        return any(one.open for one in self.all)

    @property
    def newest(self) -> Order | None:
        """The order that was given last and is not over; None if there is none."""
        return self.all[-1] if self.all else None

    @property
    def next(self) -> Order | None:
        """The first of those that wait."""
        return self._queue[0] if self._queue else None

    @property
    def busy(self) -> bool:
        """Whether an order is carried out."""
        return self._now is not None

    def add(self, order: Order) -> Order:
        """Let an order wait for its turn; return it, or the one that waits there and does the same."""
        for one in self.all:
            # a bare look (no steps) ends nothing: dragging a slider must not stop a run
            if order.rebuild or (one.endless and order.left):
                one.cancel()
        self._drop(lambda one: not (one.open or one.rebuild or one.here))  # the new one brings a frame as well
        last = self._queue[-1] if self._queue else None
        if (
            order.rebuild
            and last is not None
            and last.rebuild
            and not (last.undo or last.settings or order.undo or order.settings)
        ):
            # two presses of reset: one new model does for both
            return self._queue[-1]
        self._queue.append(order)
        return order

    def begin(self, order: Order | None = None) -> Order:
        """Return the order that is carried out now: this one, or the thread's next; without one, a bare look."""
        if order is None:
            order = self._queue[0] if self._queue and not self._queue[0].here else Order()
        if order in self._queue:
            self._queue.remove(order)
        self._now = order
        return order

    def done(self, order: Order) -> None:
        """Note that an order is carried out, or given up while it waited."""
        if order is self._now:
            self._now = None
        self._drop(lambda one: one is order)
        order.over = True

    def cancel(self) -> tuple[Order, ...]:
        """Want no step any more; return the orders that this was about."""
        for one in self.all:
            one.cancel()
        return self.all

    def clear(self) -> None:
        """Cancel them all and let none begin in the runner's thread."""
        self.cancel()
        self._drop(lambda one: not one.here)

    def _drop(self, needless: Callable[[Order], bool]) -> None:
        for one in tuple(self._queue):
            if needless(one):
                self._queue.remove(one)
                one.over = True
