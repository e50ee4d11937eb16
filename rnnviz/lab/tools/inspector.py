"""Inspector: the dock that takes one cell apart, steps through time, back along the gradient, and trains one step."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import Tool, box
from rnnviz.lab.tools.cellpicture import cell_picture, unknown_picture
from rnnviz.live import CellView
from rnnviz.training import Snapshot
from rnnviz.views import Focus, Reading
from rnnviz.views.cell.step import CELL_GATES

__all__ = ["Inspector"]

Change = Callable[[Snapshot, Focus], Focus]

_KEYS = {"ArrowLeft": "back", "ArrowRight": "forward", "ArrowUp": "up", "ArrowDown": "down", "g": "gradient"}
_WORDS = ("time", "unit", "all", "back", "forward", "up", "down", "gradient", "onward", "norms", "train", "arrives")
_TIPS = ("back", "forward", "up", "down", "gradient", "onward", "norms", "train")


@dataclass(frozen=True)
class _Results:
    """What the equations came to: of which cell, after how many training steps, the number by symbol."""

    place: object = None
    step: int = 0
    written: Mapping[str, str] = field(default_factory=dict)

    def told(self, now: "_Results") -> dict[str, str]:
        """Return words on what these results were, where the same cell has been trained since."""
        if self.place != now.place or self.step >= now.step:
            return {}
        return {name: t("inspector.was", value=value) for name, value in self.written.items()}


class Inspector(Tool):
    """One cell as a drawing, a table and equations, with the real numbers of one unit, or norms over all.

    It follows the time cursor of the page, wherever that was moved last; a look somewhere else has it there again.

    Parameters
    ----------
    look : callable
        Called with a function of the snapshot on screen and the present focus; moves the selectors to what it returns.
    train : callable
        Trains for one step; returns at once.
    guarded : callable
        Called with the work that a press stands for; keeps what it raises.
    """

    name = "inspector"
    place = "dock"

    def __init__(
        self,
        look: Callable[[Change], None],
        train: Callable[[], None],
        guarded: Callable[[Callable[[], object]], None],
    ) -> None:
        self._look, self._guarded, self._train = look, guarded, train
        self._gradient = self._norms = False
        self._shown = self._marked = _Results()
        self._seen: tuple[Snapshot, Focus] | None = None
        self._cursor: int | None = None  # where the page's cursor stands, while that was moved last
        self._passed: deque[int] = deque(maxlen=8)  # where it stood before
        self._lock = threading.Lock()  # the pump draws, and so does what the page says of its cursor
        words = {name: t(f"inspector.{name}") for name in _WORDS} | {f"{n}_tip": t(f"inspector.{n}.tip") for n in _TIPS}
        self.view = CellView(words=words)
        self._actions: dict[str, Callable[[], object]] = {
            "back": lambda: self._read(-1),
            "forward": lambda: self._read(1),
            "up": lambda: look(_unit(1)),
            "down": lambda: look(_unit(-1)),
            "gradient": self._go_back,
            "onward": lambda: self._read(0),
            "norms": self._toggle,
            "train": self._train_one,
        }
        self.view.on_press = self._press
        self.view.on_key = lambda key: self._press(_KEYS.get(key, ""))
        self.view.on_cursor = lambda time: guarded(lambda: self._follow(time))
        self.widget = box(widgets.VBox, [self.view], "rv-inspector")

    def join(self, group: str) -> None:
        """Follow the lab's time cursor."""
        self.view.group = group

    def retire(self) -> None:
        """Let every button of the drawing be seen to do nothing."""
        self.view.ended = True

    @property
    def subject(self) -> object:
        """Whose cell it is, where there are several."""
        return None

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Draw the cell in focus, at the time cursor where that has been moved since the focus was."""
        with self._lock:
            # while the page reads, the focus comes after its cursor: what stands there already is not gone back from
            if self._seen is not None and self._seen[1] != focus and focus.time not in self._passed:
                self._cursor = None
            self._seen = (snapshot, focus)
            self._draw()

    def _draw(self) -> None:
        if self._seen is None:
            return
        snapshot, focus = self._seen
        focus = focus if self._cursor is None else _at(snapshot, focus, self._cursor)
        if snapshot.layer.kind not in CELL_GATES and snapshot.inputs is not None:
            picture = unknown_picture(snapshot, focus, norms=self._norms)
            self.view.picture = picture | {"cursor": self._cursor}
            return
        try:
            reading = Reading.of(snapshot, focus)
        except ValueError as error:  # weights that are not plain: said where the cell would stand
            self.view.picture = {"refused": str(error)}
            return
        made = cell_picture(reading, snapshot, norms=self._norms, gradient=self._gradient)
        lines = [line for part in made["lines"] for line in part["equations"]]
        results = {line["symbol"]: line["result"] for line in lines}
        self._shown = _Results((self.subject, snapshot.run, focus, self._norms), snapshot.step, results)
        before = self._marked.told(self._shown)
        for line in lines:
            line["before"] = before.get(line["symbol"], "")
        self.view.picture = made | {"cursor": self._cursor}

    def _follow(self, time: int | None) -> None:
        """Show the timestep of the page's cursor; None says that there is no cursor any more."""
        with self._lock:
            self._cursor = time
            if time is not None:
                self._passed.append(time)
            self._draw()

    def _press(self, name: str) -> None:
        if name in self._actions:
            self.uses += 1
            self._guarded(self._actions[name])

    def _train_one(self) -> None:
        """Train one step; until the learner looks elsewhere, each result tells what it was before."""
        self._marked = self._shown
        self._train()

    def _read(self, by: int) -> None:
        """Move along the time axis, and show the way forward."""
        self._gradient = False
        self._move(by)

    def _go_back(self) -> None:
        """Move to the timestep that the gradient reaches next: the one read before; and show its way."""
        self._gradient = True
        back = 1 if self._seen is not None and self._seen[1].direction else -1
        self._move(back)

    def _move(self, by: int) -> None:
        """Look so many timesteps further than what is shown, and at the focus from now on."""
        with self._lock:
            shown, self._cursor = self._cursor, None
            self._passed.clear()
        self._look(lambda snapshot, focus: _at(snapshot, focus, (focus.time if shown is None else shown) + by))

    def _toggle(self) -> None:
        self._norms = not self._norms
        # to the same place: what is drawn anew is the text
        self._look(lambda _snapshot, focus: focus)


def _at(snapshot: Snapshot, focus: Focus, time: int) -> Focus:
    return replace(focus, time=min(max(time, 0), snapshot.layer.hidden.shape[3] - 1))


def _unit(by: int) -> Change:
    def change(snapshot: Snapshot, focus: Focus) -> Focus:
        return replace(focus, unit=min(max(focus.unit + by, 0), snapshot.layer.hidden.shape[4] - 1))

    return change
