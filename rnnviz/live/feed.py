"""Feed: the wire to the browser. One message a frame, answered after the paint, at most two unanswered.

A page that draws with ease answers several at a time, and says how many more it has room for.
"""

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import traitlets

from rnnviz.live.bundle import beside
from rnnviz.live.frame import Frame, pack
from rnnviz.live.pagewidget import PageWidget
from rnnviz.views import Picked, Pixels

__all__ = ["IN_FLIGHT", "LOST_AFTER", "Feed"]

IN_FLIGHT = 2  # unless the page has said that it has room for more
_BUSY = 0.025  # seconds of a page's time for a frame: more is felt by whoever moves a knob
_LATE = 0.15  # seconds beside the drawing until the answer is there: the page, or the kernel, has other work
_SMOOTHING = 0.3  # weight of the newest answer
LOST_AFTER = 1.0  # seconds: an answer that late is taken for lost, so a view never stalls longer


class Feed(PageWidget):
    """An invisible widget that carries frames to the figures that name its ``feed_id``.

    Parameters
    ----------
    lost_after : float
        Seconds after which an answer is taken for lost. A cell that runs lets no answer through, so a feed that is
        watched during one should not wait long; the page draws the newest of what has arrived.

    Attributes
    ----------
    sizes : dict of str to tuple of int
        ``(width, height)`` in pixels of each figure's plotting area, as the browser last reported it.
    answered : bool
        Whether a page has drawn a frame, ever.
    on_ready, on_hello : callable
        Called with nothing when a frame was answered, and when a page asks for the newest frame.
    on_resized : callable
        Called with nothing when pictures were drawn before their sizes were known, or have other sizes than then.
    on_away : callable
        Called with whether nobody sees a page, when a browser tab was hidden or shown.
    on_error : callable
        Called with ``(figure, text)`` when the browser could not draw.
    on_pick : callable
        Called with ``(figure, Picked)`` when somebody has clicked on a picture.
    on_drag : callable
        Called with ``(figure, timestep, value)`` while somebody drags a point up or down, and when she lets go.
    on_look : callable
        Called with a timestep while somebody reads through time with a drawer open that follows.
    """

    _esm = beside(__file__, "feed.js")
    feed_id = traitlets.Unicode().tag(sync=True)
    ended = traitlets.Bool(False).tag(sync=True)

    def __init__(self, *, lost_after: float = LOST_AFTER) -> None:
        self._lost_after = lost_after
        super().__init__(feed_id=uuid.uuid4().hex)
        self.sizes: dict[str, Pixels] = {}
        self.on_ready: Callable[[], None] = lambda: None
        self.on_hello: Callable[[], None] = lambda: None
        self.on_resized: Callable[[], None] = lambda: None
        self.on_away: Callable[[bool], None] = lambda away: None
        self.on_error: Callable[[str, str], None] = lambda figure, text: None
        self.on_pick: Callable[[str, Picked], None] = lambda figure, at: None
        self.on_drag: Callable[[str, int, float], None] = lambda figure, time, value: None
        self.on_look: Callable[[int], None] = lambda time: None
        self._lock = threading.Lock()
        self._sent: dict[int, float] = {}
        self._count, self._room = 0, IN_FLIGHT
        self.answered = False
        self._spent = self._late = 0.0  # seconds that a frame takes the page, and its answer beside that
        self._rested = 0.0  # when the page has had time for its reader
        self._hidden: dict[str, bool] = {}  # pages that were hidden or shown once
        self.on_msg(self._heard)

    def __repr__(self) -> str:
        return "Feed()"

    def room_in(self) -> float:
        """Return the seconds until a frame may be sent: 0.0 when it may be now."""
        now = time.monotonic()
        with self._lock:
            waited = {number: at for number, at in self._sent.items() if now - at < self._lost_after}
            if len(waited) < len(self._sent):  # a page that hears nothing for a while is given little when it wakes
                self._sent, self._room = waited, IN_FLIGHT
            # a page that is busy is given one at a time, and rests as long as it draws: what it shows may be late, a
            # press may not
            if len(self._sent) < (1 if self.busy else self._room):
                return max(self._rested - now, 0.0)
            # a millisecond at least: 0 would say that there is room
            return max(min(self._sent.values()) + self._lost_after - now, 0.001)

    @property
    def _alone(self) -> bool:
        """Whether a page is to answer each frame at once, and not several at a time."""
        return self.busy or self._lost_after < LOST_AFTER

    @property
    def busy(self) -> bool:
        """Whether frames take the page so long, or are answered so late, that it is given fewer."""
        return self._spent > _BUSY or self._late > _LATE

    def push(self, frame: Frame) -> int:
        """Send a frame and return its number.

        Parameters
        ----------
        frame : Frame
            What to draw. Call only from one thread at a time.
        """
        message, data = pack(frame)
        with self._lock:
            self._count += 1
            number = self._count
            # noted before it is sent, or its answer could come first
            self._sent[number] = time.monotonic()
        self.send({**message, "id": number, **({"alone": True} if self._alone else {})}, buffers=[data])
        return number

    @property
    def away(self) -> bool:
        """Whether there are pages and all of them are hidden."""
        return bool(self._hidden) and all(self._hidden.values())

    def read(self, rate: float, start: int) -> None:
        """Have the page move its cursor through time from timestep ``start`` on, ``rate`` steps a second."""
        self.send({"kind": "read", "rate": rate, "start": start})

    def end(self) -> None:
        """Tell the page that nobody listens any more: it keeps its last pictures, and says nothing."""
        self.ended = True

    @property
    def in_flight(self) -> int:
        """How many frames were sent and not yet answered."""
        with self._lock:
            return len(self._sent)

    def _paced(self, sent: list[float], spent: float, held: float) -> None:
        """Note what an answer says of the page.

        ``sent`` is when the frames that it answers were sent, ``held`` for how long it kept the answer back.
        """
        if not sent:
            return
        now = time.monotonic()
        late = max(now - min(sent) - spent - held, 0.0)
        self._spent += _SMOOTHING * (spent - self._spent)
        self._late += _SMOOTHING * (late - self._late)
        # the page has kept half of it to itself before it answered
        self._rested = now + spent / 2 if self.busy else now

    def _heard(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        kind = content.get("kind")
        if kind == "ack":
            with self._lock:
                sent = [self._sent.pop(number) for number in content["ids"] if number in self._sent]
                self._room = max(int(content.get("room", 0)), IN_FLIGHT)
                self._paced(sent, *(float(content.get(name, 0.0)) / 1e3 for name in ("spent", "held")))
            # a figure that is hidden, or not laid out yet, reports 0 pixels
            sizes = {name: (int(w), int(h)) for name, (w, h) in content["sizes"].items() if w > 0 and h > 0}
            self.answered = True
            # replaced, never changed: the pump reads it in another thread, without the lock
            known, self.sizes = self.sizes, {**self.sizes, **sizes}
            # a frame was drawn before its size was known, or the page has changed since: of several pages with sizes of
            # their own, an answer to a frame must not ask for the next
            if (not content["ids"] or not known.keys() >= sizes.keys()) and self.sizes != known:
                self.on_resized()
            self.on_ready()
        elif kind == "hello":
            self.on_hello()
        elif kind == "seen":
            self._hidden[str(content["page"])] = bool(content["hidden"])
            # several pages may show one lab: it is away only if no page sees it
            self.on_away(self.away)
        elif kind == "error":
            self.on_error(str(content["figure"]), str(content["text"]))
        elif kind == "pick":
            at = Picked(int(content["trace"]), content.get("x"), content.get("y"), content.get("time"))
            self.on_pick(str(content["figure"]), at)
        elif kind == "drag":
            self.on_drag(str(content["figure"]), int(content["time"]), float(content["value"]))
        elif kind == "look":
            self.on_look(int(content["time"]))
