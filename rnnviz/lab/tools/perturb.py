"""Perturb: the dock where a learner changes one input, and sees how far the change travels."""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets
import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.lab.controls.base import Tool, box
from rnnviz.lab.controls.sliders import InputSlider
from rnnviz.lab.tools.cellpicture import clock
from rnnviz.live import DraggableFigure, Feed, Frame, LiveFigure
from rnnviz.tasks import Task
from rnnviz.training import Perturbation, Session, Snapshot, perturb, symbols_of
from rnnviz.training.runner.access import ModelAccess
from rnnviz.views import (
    EDITED,
    ROWS,
    Focus,
    Patch,
    Picked,
    colour_limit,
    sequence_patches,
)
from rnnviz.views.perturbation.docked import (
    docked_answer,
    docked_answer_patches,
    docked_sequence,
    docked_sequence_patches,
)
from rnnviz.views.words import three

__all__ = ["Perturb"]

_INPUT, _ANSWER = "perturb-input", "perturb-answer"
_MARGIN = 0.5  # how far beyond what the probe holds a number can be dragged, in parts of its range


@dataclass(frozen=True)
class _Change:
    """What the learner has changed; ``value`` is a number or the index of a symbol."""

    run: int
    sample: int
    time: int
    feature: int
    value: float


class Perturb(Tool):
    """The input sequence to drag or retype, and what one change does to states and answer.

    Parameters
    ----------
    session : Session
        Whose model is asked.
    access : ModelAccess
        When it may be: not while a step trains it.
    redraw : callable
        Called when something was changed; `show` is due then.
    look : callable
        Called with the timestep at which the learner has just worked.
    guarded : callable
        Runs a callback and shows what it raises.
    """

    name = "perturb"
    place = "dock"

    def __init__(
        self,
        session: Session,
        access: ModelAccess,
        redraw: Callable[[], None],
        look: Callable[[int], None],
        guarded: Callable[[Callable[[], object]], None],
    ) -> None:
        self._session, self._access = session, access
        self._redraw, self._look, self._guarded = redraw, look, guarded
        self._symbols = symbols_of(session.task)
        self._change: _Change | None = None
        self._seen: tuple[Snapshot, Focus] | None = None
        self._built: object = None
        self._limit: float | None = None
        self._moves, self._followed = 0, object()  # changes that the controls must follow, and the last they did
        self._now = 0.0  # what the control stands for
        self._following = False  # the pump moves a control, not the learner
        self.feed = Feed()
        self.feed.layout.display = "none"
        self.feed.on_hello = self.feed.on_resized = redraw
        self.feed.on_drag = lambda _figure, time, value: guarded(lambda: self._dragged(time, value))
        self.feed.on_pick = lambda _figure, at: guarded(lambda: self._clicked(at))
        self.input = DraggableFigure(go.Figure(), name=_INPUT, feed=self.feed)
        self.answer = LiveFigure(go.Figure(), name=_ANSWER, feed=self.feed)
        if 0 < len(self._symbols) <= ROWS:
            self.input.drag = [EDITED, 1.0]
        self._make_controls(session.task)

    def _make_controls(self, task: Task) -> None:
        self.value = InputSlider(description=t("tool.perturb.value"))
        self.symbol = widgets.Dropdown(description=t("tool.perturb.symbol"), options=_options(self._symbols))
        self.feature = widgets.Dropdown(description=t("tool.perturb.feature"), options=list(range(task.input_size)))
        self.restore = widgets.Button(description=t("tool.perturb.restore"), tooltip=t("tool.perturb.restore.tip"))
        self.words = widgets.HTML()
        self.value.observe(self._moved, names="value")
        self.symbol.observe(self._moved, names="value")
        self.feature.observe(lambda _change: self._redraw(), names="value")
        self.restore.on_click(lambda _button: self._guarded(self._restored))
        controls = {"symbol": self.symbol} if self._symbols else {"value": self.value, "feature": self.feature}
        for name, control in {**controls, "restore": self.restore}.items():
            control.add_class(f"rv-perturb-{name}")
            control.add_class("rv-knob")
        self.restore.remove_class("rv-knob")
        self.words.add_class("rv-perturb-words")
        self._controls = controls
        self.feature.layout.display = None if task.input_size > 1 else "none"
        answer = box(widgets.Box, [self.words, self.restore], "rv-perturb-answer")
        parts = [*controls.values(), answer, self.input, self.answer, self.feed]
        self.widget = box(widgets.Box, parts, "rv-perturb")

    @property
    def hints(self) -> Mapping[str, list[str]]:
        """Class name of each control to its label and its tooltip, for screen readers."""
        return {
            f"rv-perturb-{name}": [t(f"tool.perturb.{name}"), t(f"tool.perturb.{name}.tip")]
            for name in (*self._controls, "restore")
        }

    def join(self, group: str) -> None:
        """Share the lab's time cursor."""
        self.input.group = self.answer.group = group

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Draw the sequence that the pictures show, and what the change does to this snapshot's model."""
        self._seen = (snapshot, focus)
        change = self._here(snapshot, focus)
        # this is the pump's thread: it may touch the model only between two steps
        seen = self._access.visit(lambda: self._ask(snapshot, focus, change))
        if seen is None:
            return
        original = self._original(snapshot, focus.sample)
        self._build(snapshot, seen)
        self._follow(snapshot, focus, original, change)
        self._limit = colour_limit(seen, self._limit)
        patches = {
            _INPUT: self._sequence_patches(original, focus, change),
            _ANSWER: self._answer_patches(seen, focus),
        }
        self.feed.push(Frame(snapshot.run, snapshot.step, patches))
        none = "tool.perturb.none.symbol" if self._symbols else "tool.perturb.none"
        self.words.value = html.escape(t(none) if change is None else _answer_words(seen, self._session.task))
        self.restore.disabled = change is None

    def _sequence_patches(self, original: np.ndarray, focus: Focus, change: _Change | None) -> list[Patch]:
        changed = None if change is None else (change.time, change.value)
        patches = sequence_patches(original, self._symbols, changed, focus.time)
        return docked_sequence_patches(patches, self._symbols, len(original), focus.time)

    def _answer_patches(self, seen: Perturbation, focus: Focus) -> list[Patch]:
        assert self._limit is not None
        return docked_answer_patches(
            seen,
            layer=focus.layer,
            direction=focus.direction,
            pixels=self.feed.sizes.get(_ANSWER),
            limit=self._limit,
        )

    def _here(self, snapshot: Snapshot, focus: Focus) -> _Change | None:
        """The change, if it is one of the sequence that is shown."""
        change = self._change
        if change is None or (change.run, change.sample) != (snapshot.run, focus.sample):
            return None
        return change if self._symbols or change.feature == self.feature.value else None

    def _ask(self, snapshot: Snapshot, focus: Focus, change: _Change | None) -> Perturbation | None:
        session = self._session
        if session.run != snapshot.run:  # a new model was built; its first frame is on the way
            return None
        time, value = (focus.time, None) if change is None else (change.time, self._word(change.value))
        return perturb(
            session, sample=focus.sample, time=time, value=value, feature=self.feature.value, snapshot=snapshot
        )

    def _word(self, value: float) -> float | str:
        return self._symbols[int(value)] if self._symbols else value

    def _original(self, snapshot: Snapshot, sample: int) -> np.ndarray:
        """The sequence as numbers, or as indices of symbols, axis (time,)."""
        assert snapshot.inputs is not None
        inputs = snapshot.inputs[sample]
        if not self._symbols:
            return np.asarray(inputs[:, self.feature.value])
        return inputs if inputs.ndim == 1 else np.asarray(inputs.argmax(-1))

    def _build(self, snapshot: Snapshot, seen: Perturbation) -> None:
        """Build both figures anew for another run or feature."""
        key = (snapshot.run, self.feature.value)
        if key == self._built:
            return
        limits = self._limits(snapshot)
        steps = seen.delta_hidden.shape[2]
        skeleton = docked_sequence(steps, self._symbols, limits)
        self.input.rebuild(skeleton, cursor=(0.0, 1.0, steps), run=snapshot.run)
        self.answer.rebuild(docked_answer(seen, clock(snapshot, Focus())), cursor=(0.0, 1.0, steps), run=snapshot.run)
        # another run has other magnitudes: its colours begin anew
        self._built, self._limit = key, None
        self._moves += 1

    def _limits(self, snapshot: Snapshot) -> tuple[float, float]:
        """Where the axis ends, and with it the slider."""
        if self._symbols or snapshot.inputs is None:
            return (0.0, 1.0)
        values = snapshot.inputs[..., self.feature.value]
        low, high = float(values.min()), float(values.max())
        margin = _MARGIN * ((high - low) or 1.0)
        ends = self.value.span(low - margin, high + margin)
        self.input.drag = [EDITED, self.value.grid]  # round numbers, as on the slider
        return ends

    def _follow(self, snapshot: Snapshot, focus: Focus, original: np.ndarray, change: _Change | None) -> None:
        """Move the controls to the picked timestep's value; not while the learner moves them herself."""
        key = (snapshot.run, focus.sample, focus.time, self._moves)
        # written once a place: a control that is written to with every frame cannot be dragged
        if key == self._followed:
            return
        self._followed = key
        now = original[focus.time] if change is None or change.time != focus.time else change.value
        self._now = float(now)
        self._following = True
        if self._symbols:
            self.symbol.value = int(now)
        else:
            self.value.put(self._now)
        self._following = False

    def _moved(self, change: dict[str, Any]) -> None:
        # the page echoes what it is told; an echo is no move of the learner's
        if not self._following and change["new"] != self._now:
            self._guarded(lambda: self._write(None, float(change["new"])))

    def _dragged(self, time: int, value: float) -> None:
        self._moves += 1
        self._write(time, value)
        self._look(time)

    def _clicked(self, at: Picked) -> None:
        if at.time is not None:
            self._look(at.time)

    def _restored(self) -> None:
        self._moves += 1
        self._change = None
        self._redraw()

    def _write(self, time: int | None, value: float) -> None:
        """Change the input of a timestep, by default the picked one; a change elsewhere is taken back."""
        if self._seen is None:
            return
        snapshot, focus = self._seen
        time = focus.time if time is None else time
        self._now = value
        self._change = _Change(snapshot.run, focus.sample, time, self.feature.value, value)
        self.uses += 1
        self._redraw()


def _options(symbols: tuple[str, ...]) -> list[tuple[str, int]]:
    """Every symbol with its index; what cannot be seen in a menu is spelled out."""
    return [(one if one.isprintable() and one.strip() else repr(one), index) for index, one in enumerate(symbols)]


def _answer_words(seen: Perturbation, task: Task) -> str:
    before, after = seen.output, seen.output + seen.delta_output
    if task.classes and before.ndim > 1:
        changed = int((before.argmax(-1) != after.argmax(-1)).sum())
        return t("tool.perturb.answers", changed=changed, steps=len(before))
    if task.classes:
        return t("tool.perturb.class", before=task.classes[before.argmax()], after=task.classes[after.argmax()])
    if before.size == 1:
        numbers = (before.item(), after.item(), seen.delta_output.item())
        return t("tool.perturb.number", **dict(zip(("before", "after", "change"), map(three, numbers), strict=True)))
    return t("tool.perturb.numbers", change=three(float(np.abs(seen.delta_output).max())))
