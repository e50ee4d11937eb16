"""Dispatcher: takes orders for a player from any thread, and has them carried out one after another."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

from rnnviz.i18n import t
from rnnviz.training.failures import describe, let_go
from rnnviz.training.process.background import in_threads
from rnnviz.training.process.forks import LOST, renewed_in_children
from rnnviz.training.process.interrupts import INTERRUPTS
from rnnviz.training.runner.loopworker import LoopWorker
from rnnviz.training.runner.orders import Order, Orders
from rnnviz.training.runner.player import Player
from rnnviz.training.runner.worker import NoThreadError, Work, Worker

__all__ = ["Dispatcher"]


class Dispatcher:
    """The orders of a `Runner`, the thread or the event loop that carries them out, and what went wrong.

    Whoever waits here waits for her own order, and for those before it; what others order meanwhile comes later.

    Parameters
    ----------
    player : Player
        Carries out an order.

    Attributes
    ----------
    changed : threading.Condition
        Guards all of it.
    ended : bool
        Whether it has ended for good, or is about to.
    error : BaseException or None
        What went wrong and was not raised yet.
    """

    def __init__(self, player: Player) -> None:
        self.changed = threading.Condition()
        self.ended = False
        self.error: BaseException | None = None
        self._player = player
        self._orders = Orders()
        self._lost = False
        renewed_in_children(self)
        # one condition for dispatcher and worker: whether there is work and whether it is done change together
        work = Work(self._has_work, self._work, player.at_work, self._at_exit)
        self._on_loop = LoopWorker(self.changed, work, self._orders.cancel)
        self._worker: Worker | LoopWorker = Worker(self.changed, work) if in_threads() else self._on_loop

    def ask(self, order: Order, *, wait: bool = False) -> None:
        """Have an order carried out in the background; with ``wait`` return when it is over, and raise a kept error.

        Where there is neither a thread nor an event loop for it, who waits carries it out herself.
        """
        try:
            self._ask(order, wait=wait)
        except NoThreadError:
            if not wait:
                raise
            # only who waits may: without a wait the caller would train where she asked for a background
            order = Order(order.left, rebuild=order.rebuild, undo=order.undo, here=True, settings=order.settings)
            self.carry_out(order)
        if wait:
            self.raise_kept()

    def _ask(self, order: Order, *, wait: bool) -> None:
        with INTERRUPTS, self.changed:
            self._refuse_ended()
            newest = self._orders.newest
            if order.endless and newest is not None and newest.endless and newest.open:
                return  # plays already
            # an error of the model that goes is of no use to the one that comes
            if order.rebuild:
                self.error = None
            order = self._add(order)
            if order.open:
                # said before the thread gets to it: who presses play reads "playing" at once, and pause finds a run
                self._player.state = replace(self._player.state, phase="playing", message=t("status.playing"))
            if wait:
                self._wait_for(order)
                if order.refused is not None:
                    raise order.refused

    def cancel(self, *, wait: bool = False) -> None:
        """Want no step any more; with ``wait`` return when the last one is done, and its frame delivered."""
        if self._lost:
            raise RuntimeError(LOST)
        with INTERRUPTS, self.changed:
            orders = self._orders.cancel()
            # in the thread that trains it would wait for itself
            if not wait or self._player.access.mine:
                return
            # settings assigned meanwhile are taken up by a bare look, whose frame shows them
            if self._player.session.pending and not self.ended:
                with contextlib.suppress(NoThreadError):  # the next step takes them up as well
                    orders = (*orders, self._add(Order()))
            self._wait_for(*orders)

    def take_up(self, assign: Callable[[], None], *, wait: bool = False) -> None:
        """Assign settings and see to it that they are taken up; with ``wait`` return then, unless steps are coming."""
        with INTERRUPTS, self.changed:
            self._refuse_ended()
            assign()
            if self._orders.open or not self._player.session.pending:
                return
        # outside `changed`: where no thread is to be had `ask` trains here, and nobody could order anything meanwhile
        self.ask(Order(), wait=wait and not self._player.access.mine)

    def carry_out(self, order: Order) -> None:
        """Carry out an order in the calling thread, when its turn comes."""
        with INTERRUPTS:
            try:
                with self.changed:
                    self._refuse_ended()
                    self._orders.add(order)
                    self._worker.wait(lambda: self._orders.next is order and not self._busy())
                    self._refuse_ended()
                    self.raise_kept()
                    # begun while `changed` is held: from here on the worker sees that somebody is busy
                    self._orders.begin(order)
                self._player.run(order)
            finally:
                self._done(order)
        self.raise_kept()

    def join(self, timeout: float | None) -> bool:
        """Wait until nothing is left to do, raise a kept error, and say whether that was within ``timeout`` seconds."""
        with INTERRUPTS, self.changed:
            self._wake()
            # the thread may have ended while settings waited: woken above, it takes them up
            done = self._worker.wait(self.idle, timeout)
        if self.ended:
            # without `changed`: the thread needs it to end
            done = self._worker.join(timeout)
        self.raise_kept()
        return done

    def idle(self) -> bool:
        """Whether nothing is left to do; ask with ``changed`` held."""
        return not (self._worker.active or self._orders.all or self._has_work())

    def stop(self) -> None:
        """End for good after the present step; orders that have not begun never do."""
        with self.changed:
            if self.ended:
                return
            self.ended = self._player.ended = True
            self._orders.clear()
            self._worker.end()
            # asked while held: a busy player announces its end itself, after its present step
            busy = self._busy()
        if not busy:
            self._player.announce("stopped", t("status.stopped", step=self._player.session.step))

    def fail(self, error: BaseException, where: str) -> None:
        """Want no step any more, keep the error and say so."""
        # its traceback holds frames, and these the whole model, for as long as the error is kept
        let_go(error)
        with self.changed:
            self._orders.cancel()
            self.error = error
            self._player.trouble = describe(error, where)
        self._player.announce("failed", self._player.trouble)

    def raise_kept(self) -> None:
        """Raise what went wrong, once."""
        error, self.error = self.error, None
        if error is not None:
            raise error

    def after_fork(self) -> None:
        """See `rnnviz.training.process.forks`."""
        # another thread may have held the old one at the fork, and is not here to let go of it
        self.changed, elsewhere = threading.Condition(), self._busy() and not self._player.access.mine
        self._worker.forget(self.changed)
        if elsewhere:
            self.ended = self._player.ended = self._lost = True
            self._orders.clear()
            self._player.access.give_up()

    def _add(self, order: Order) -> Order:
        order = self._orders.add(order)
        try:
            self._wake()
        except NoThreadError:
            self._orders.done(order)
            raise
        return order

    def _wake(self) -> None:
        """See to it that work is done: where no thread can be started, on the event loop, if there is one."""
        try:
            self._worker.wake()
        except NoThreadError:
            if self._worker is self._on_loop or not self._on_loop.possible:
                raise
            self._worker = self._on_loop  # the thread was never there, so that nothing is left of it
            self._worker.wake()

    def _wait_for(self, *orders: Order) -> None:
        try:
            self._worker.wait(lambda: all(one.over for one in orders))
        except BaseException:
            for one in orders:  # whoever interrupts the waiting wants no step any more
                one.cancel()
            raise

    def _has_work(self) -> bool:
        coming = self._orders.next
        waits = self._player.session.pending if coming is None else not coming.here
        return waits and not self._orders.busy and not self.ended

    def _busy(self) -> bool:
        return self._worker.active or self._orders.busy

    def _work(self, interruptible: bool) -> Iterator[None]:
        with self.changed:
            order = self._orders.begin()
        try:
            yield from self._player.playing(order)
        except GeneratorExit:
            raise
        except BaseException as error:
            if interruptible and isinstance(error, KeyboardInterrupt):
                raise
            self.error = error
        finally:
            self._done(order)

    def _done(self, order: Order) -> None:
        with self.changed:
            self._orders.done(order)
            try:
                self._wake()
            except NoThreadError as error:  # whoever waits for another order is not to wait for ever
                for one in (one for one in self._orders.all if not one.here):
                    one.refused = error
                    self._orders.done(one)
                    self.error = error if one.endless else self.error  # nobody waits for that one

    def _at_exit(self) -> None:
        self._player.watched = False  # nobody will see a last frame
        self.stop()
        self._worker.join(timeout=5.0)

    def _refuse_ended(self) -> None:
        if self.ended:
            stopped = "this runner was stopped for good; make a new one (in a notebook: run the lab's cell again)."
            raise RuntimeError(LOST if self._lost else stopped)
