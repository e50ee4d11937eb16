"""Pump: writes to the screen at the pace at which the browser paints, in one thread or on the event loop."""

import threading
import time
from collections.abc import Callable

from rnnviz.live.loopcall import LoopCall
from rnnviz.training.process.background import in_threads
from rnnviz.training.process.forks import renewed_in_children

__all__ = ["Pump"]


class Pump:
    """Call ``draw`` for the newest thing offered, no faster than ``fps`` and no faster than the screen answers.

    Offering never waits and never queues: what was not drawn yet is replaced. The newest thing is always drawn in
    the end, so the last frame of a run is complete.

    Parameters
    ----------
    draw : callable
        Called with nothing, in the pump's thread or on the event loop; draws whatever is newest.
    room_in : callable
        Returns the seconds until the browser has room for a frame, 0.0 for now.
    on_error : callable
        Called with what ``draw`` has raised; the pump goes on.
    fps : float
        Frames a second at most.

    Attributes
    ----------
    whole : bool
        While it draws: whether anybody has offered something that all pictures may show.
    """

    def __init__(
        self,
        draw: Callable[[], None],
        room_in: Callable[[], float],
        *,
        on_error: Callable[[Exception], None],
        fps: float = 15.0,
    ) -> None:
        self._draw = draw
        self._on_error = on_error
        self._room_in = room_in
        self._period = 1.0 / fps
        self._condition = threading.Condition()
        self._due = self._whole_due = False
        self.whole = True
        self._closed = False
        self._drawing = False
        self._last = -1e9  # long ago: the first frame waits for nothing
        self._threads = in_threads()
        self._thread: threading.Thread | None = None
        self._loop_call = LoopCall(self._draw_due, self._wait)  # for where there is no thread
        renewed_in_children(self)

    def offer(self, *, whole: bool = True) -> None:
        """Say that there is something new to draw; returns at once, from any thread.

        Parameters
        ----------
        whole : bool
            Whether all pictures may show it; of words, and of what only some show, False.
        """
        with self._condition:
            if self._closed:
                return
            self._due, self._whole_due = True, self._whole_due or whole
            if self._thread is None and self._threads:
                self._thread = _started(self._run)
            self._condition.notify_all()
            if self._thread is not None:
                return
        # neither a thread to be had nor a loop that comes to it: the caller draws, and waits for it
        if not self._loop_call.ask():
            self._draw_due()

    def nudge(self) -> None:
        """Say that the browser has answered; returns at once, from any thread."""
        with self._condition:
            self._condition.notify_all()
        self._loop_call.hurry()

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until everything offered was drawn; return whether it was, within ``timeout`` seconds."""
        if self._thread is None and self._loop_call.here:  # nobody else can draw meanwhile, nor the browser answer
            self._draw_due()
        with self._condition:
            return self._condition.wait_for(lambda: self._closed or not (self._due or self._drawing), timeout)

    def close(self) -> None:
        """End the thread; later offers do nothing."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
            thread = self._thread
        # a view that closes its lab while it is drawn would wait for itself
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=5.0)

    def after_fork(self) -> None:
        """See `rnnviz.training.process.forks`: a forked child has no page to write to."""
        self._condition, self._thread, self._closed = threading.Condition(), None, True
        self._loop_call.forget()

    def _wait(self) -> float:
        """Return the seconds until a frame may be drawn."""
        return max(self._room_in(), self._last + self._period - time.monotonic())

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._due or self._closed)
                while not self._closed:
                    # asked with the lock held: an answer of the browser cannot come unheard between question and wait
                    wait = self._wait()
                    if wait <= 0:
                        break
                    self._condition.wait(wait)
                if self._closed:
                    return
            self._draw_newest()

    def _draw_due(self) -> None:
        """Draw, if anything is due and nobody draws; what is offered meanwhile is drawn after."""
        with self._condition:
            # decided with the lock held: two callers must not both draw
            if self._closed or self._drawing or not self._due:
                return
            self._drawing = True
        self._draw_newest()
        with self._condition:
            more = self._due and not self._closed
        if more:
            self._loop_call.ask()

    def _draw_newest(self) -> None:
        self._last = time.monotonic()
        with self._condition:
            # before drawing: what is offered meanwhile is drawn after
            self._due, self._drawing = False, True
            self.whole, self._whole_due = self._whole_due, False
        try:
            self._draw()
        except Exception as error:
            self._on_error(error)
        finally:
            with self._condition:
                self._drawing = False
                self._condition.notify_all()


def _started(work: Callable[[], None]) -> threading.Thread | None:
    thread = threading.Thread(target=work, name="rnnviz-pump", daemon=True)
    try:
        thread.start()  # it waits for the condition, which is held here
    except (RuntimeError, MemoryError):  # no more threads; the next offer tries again
        return None
    return thread
