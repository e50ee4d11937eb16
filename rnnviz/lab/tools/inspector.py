"""Inspector: the drawer that takes one cell apart, steps through time, back along the gradient, and trains one step."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import Tool, box
from rnnviz.live import CellView
from rnnviz.training import Snapshot
from rnnviz.views import Equation, Focus, Reading, diagram

__all__ = ["Inspector"]

Change = Callable[[Snapshot, Focus], Focus]

_ICONS = {"back": "step-backward", "forward": "step-forward", "gradient": "reply", "train": "bolt"}
_KEYS = {"ArrowLeft": "back", "ArrowRight": "forward", "ArrowUp": "up", "ArrowDown": "down", "g": "gradient"}


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
    """One cell as a drawing and as equations, with the real numbers of one unit, or norms over all.

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
        self._gradient = False
        self._shown = self._marked = _Results()
        self.view = CellView()
        self.buttons = {name: _button(name) for name in _ICONS}
        self.norms = widgets.ToggleButton(description=t("inspector.norms"), tooltip=t("inspector.norms.tip"))
        self.norms.add_class("rv-inspect-norms")
        self._actions: dict[str, Callable[[], object]] = {
            "back": lambda: self._read(-1),
            "forward": lambda: self._read(1),
            "up": lambda: look(_unit(1)),
            "down": lambda: look(_unit(-1)),
            "gradient": self._go_back,
            "train": self._train_one,
        }
        for name, button in self.buttons.items():
            # bound as a default, or every button would press the last one
            button.on_click(lambda _button, name=name: self._press(name))
        self.norms.observe(lambda _change: guarded(self._toggle), names="value")
        self.view.on_key = lambda key: self._press(_KEYS.get(key, ""))
        self.bar = box(widgets.HBox, [*self.buttons.values(), self.norms], "rv-buttons", "rv-inspect-bar")
        self.widget = box(widgets.VBox, [self.bar, self.view], "rv-inspector")

    @property
    def hints(self) -> Mapping[str, list[str]]:
        """Class name of each control to its label and its tooltip, for screen readers."""
        controls = {**self.buttons, "norms": self.norms}
        return {f"rv-inspect-{name}": [one.description, one.tooltip] for name, one in controls.items()}

    @property
    def subject(self) -> object:
        """Whose cell it is, where there are several."""
        return None

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Draw the cell in focus."""
        reading = Reading.of(snapshot, focus)
        norms, gradient = bool(self.norms.value), self._gradient
        sections = _sections(reading, norms=norms, gradient=gradient)
        results = {one.symbol: one.result.text for _, equations in sections for one in equations}
        self._shown = _Results((self.subject, snapshot.run, focus, norms), snapshot.step, results)
        before = self._marked.told(self._shown)
        self.view.picture = {
            "title": reading.title,
            "alt": t("inspector.alt", title=reading.title, results=_listed(results)),
            "hint": t("inspector.hint.norms") if norms else t("inspector.hint"),
            "diagram": asdict(diagram(reading, snapshot.scales, norms=norms, gradient=gradient)),
            "lines": [
                {"heading": heading, "equations": [_line(one, before.get(one.symbol, "")) for one in equations]}
                for heading, equations in sections
            ],
        }

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
        self._look(lambda snapshot, focus: _at(snapshot, focus, focus.time + by))

    def _go_back(self) -> None:
        """Move to the timestep that the gradient reaches next: the one read before; and show its way."""
        self._gradient = True
        self._look(lambda snapshot, focus: _at(snapshot, focus, focus.time + (1 if focus.direction else -1)))

    def _toggle(self) -> None:
        self.uses += 1
        # to the same place: what is drawn anew is the text
        self._look(lambda _snapshot, focus: focus)


def _sections(reading: Reading, *, norms: bool, gradient: bool) -> list[tuple[str, tuple[Equation, ...]]]:
    """The equations under their headings; on the gradient's way back its norms too, whichever are asked for."""
    sections = [
        (t("inspector.heading.forward"), reading.equations(norms=norms)),
        (t("inspector.heading.backward"), reading.gradient_equations(norms=norms)),
    ]
    if gradient and not norms:
        sections.append((t("inspector.heading.norms"), reading.gradient_equations(norms=True)))
    return sections


def _listed(results: Mapping[str, str]) -> str:
    return "; ".join(f"{symbol} = {value}" for symbol, value in results.items())


def _at(snapshot: Snapshot, focus: Focus, time: int) -> Focus:
    return replace(focus, time=min(max(time, 0), snapshot.layer.hidden.shape[3] - 1))


def _unit(by: int) -> Change:
    def change(snapshot: Snapshot, focus: Focus) -> Focus:
        return replace(focus, unit=min(max(focus.unit + by, 0), snapshot.layer.hidden.shape[4] - 1))

    return change


def _line(one: Equation, before: str) -> dict[str, Any]:
    return {**asdict(one), "terms": [_term(term) for term in one.terms], "result": _term(one.result)} | {
        "then": one.then,
        "plain": str(one),
        "before": before,
    }


def _term(one: Any) -> list[object]:
    return [one.text, one.sign, one.note]


def _button(name: str) -> widgets.Button:
    button = widgets.Button(description=t(f"inspector.{name}"), tooltip=t(f"inspector.{name}.tip"), icon=_ICONS[name])
    button.add_class(f"rv-inspect-{name}")
    return button
