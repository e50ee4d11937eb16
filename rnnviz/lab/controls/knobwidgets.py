"""KnobWidgets: which slider, menu, box or row of segments each setting has, and the marks on its track."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.sliders import spelled
from rnnviz.training import OPTIMIZERS, SCHEDULES, Settings

__all__ = ["OPTIONAL", "TYPED", "UNTOUCHED", "knob_makers", "place_of", "stretch"]

UNTOUCHED = -math.inf  # on a slider, the place of None
OPTIONAL = ("rho", "forget_bias")
TYPED = (
    "lr",
    "clip",
    "input_noise",
    "teacher_forcing",
    "rho",
    "forget_bias",
)  # sliders whose readout ipywidgets does not listen to
_CLIP_WHEN_ON = 1.0
_RADII = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0)
_USUAL_RADIUS = 3**-0.5  # of PyTorch's first weights, whatever the hidden size
_NOISES = tuple(percent / 100 for percent in range(101))
_RATIOS = tuple(percent / 100 for percent in range(0, 101, 5))
_BIASES = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)


def _scale(low: int, high: int) -> list[tuple[str, float]]:
    """Return round numbers from 10^low to 10^high, each about 1.5 times the one before.

    A slider over such a list shows exactly the number in force; ipywidgets' FloatSlider and FloatLogSlider round it to
    their own grid in the browser, and report the rounded number as if it had been chosen.
    """
    numbers = [float(f"{digit}e{power}") for power in range(low, high) for digit in (1, 1.5, 2, 3, 5, 7)]
    return _marks([*numbers, float(f"1e{high}")])


def _marks(numbers: Sequence[float]) -> list[tuple[str, float]]:
    return [(spelled(number), number) for number in numbers]


def stretch(widget: widgets.ValueWidget, value: Any) -> None:
    """Make room on a slider for a value that code has set beside its marks or beyond its ends."""
    if isinstance(widget, widgets.SelectionSlider):
        if value not in dict(widget.options).values():
            marks, kept = list(widget.options), widget.value
            after = (place for place, (_, mark) in enumerate(marks) if mark > value)
            marks.insert(next(after, len(marks)), (spelled(value), value))
            # ipywidgets moves a slider to its first mark when it is given others
            widget.options = marks
            widget.value = kept
    elif isinstance(widget, widgets.IntSlider | widgets.BoundedIntText) and value > widget.max:
        widget.max = value


def _optional(numbers: Sequence[float], usual: float) -> list[tuple[str, float]]:
    """Marks of a slider that may stand on no number; ipywidgets cannot select a None.

    That place lies where the quantity is that nobody has set: who drags on from there passes no other number.
    """
    below = [number for number in numbers if number < usual]
    return [*_marks(below), (t("knob.untouched"), UNTOUCHED), *_marks(numbers[len(below) :])]


def knob_makers(
    settings: Settings, seq_lens: tuple[int, int], choices: Mapping[str, tuple[str, ...]]
) -> dict[str, Callable[[], Any]]:
    """Return what makes the widget of each setting, in reading order.

    Parameters
    ----------
    settings : Settings
        ``seq_len`` must be a number.
    seq_lens : tuple of int
        Shortest and longest sequence of the task.
    choices : mapping of str to tuple of str
        The options of each menu.
    """

    def slider(kind: type[widgets.Widget], name: str, live: bool, **more: Any) -> Any:
        return lambda: kind(description=t(f"knob.{name}"), continuous_update=live, **more)

    def menu(name: str, options: tuple[str, ...]) -> Any:
        return lambda: widgets.Dropdown(
            description=t(f"knob.{name}"), options=[(t(f"knob.{name}.{option}"), option) for option in options]
        )

    whole = widgets.IntSlider
    return {
        "lr": slider(widgets.SelectionSlider, "lr", True, options=_scale(-5, 0)),
        "schedule": menu("schedule", SCHEDULES),
        "clip": slider(widgets.SelectionSlider, "clip", True, options=_scale(-2, 2), value=_CLIP_WHEN_ON),
        "batch_size": slider(whole, "batch_size", False, min=1, max=256),
        "optimizer": menu("optimizer", OPTIMIZERS),
        "input_noise": slider(widgets.SelectionSlider, "input_noise", True, options=_marks(_NOISES)),
        "teacher_forcing": slider(widgets.SelectionSlider, "teacher_forcing", True, options=_marks(_RATIOS)),
        "rho": slider(widgets.SelectionSlider, "rho", True, options=_optional(_RADII, _USUAL_RADIUS)),
        "forget_bias": slider(widgets.SelectionSlider, "forget_bias", True, options=_optional(_BIASES, 0.0)),
        "cell": lambda: widgets.ToggleButtons(
            description=t("knob.cell"), options=[(t(f"knob.cell.{option}"), option) for option in choices["cell"]]
        ),
        "hidden_size": slider(whole, "hidden_size", False, min=1, max=128),
        "num_layers": slider(whole, "num_layers", False, min=1, max=4),
        "bidirectional": lambda: widgets.Checkbox(description=t("knob.bidirectional"), indent=False),
        "seq_len": slider(whole, "seq_len", False, min=seq_lens[0], max=seq_lens[1], value=settings.seq_len),
        "init": menu("init", choices["init"]),
        "nonlinearity": menu("nonlinearity", choices["nonlinearity"]),
        "seed": lambda: widgets.BoundedIntText(description=t("knob.seed"), min=0, max=2**31 - 1),
    }


def place_of(widget: widgets.Widget, value: Any) -> float | None:
    """Return where on a slider's track a value lies, 0 to 1; None for one that is no slider or has no such place."""
    if isinstance(widget, widgets.IntSlider):
        place = (value - widget.min) / max(1, widget.max - widget.min)
        return place if 0 <= place <= 1 else None
    if not isinstance(widget, widgets.SelectionSlider):
        return None
    marks = [mark for _, mark in widget.options]
    wanted = UNTOUCHED if value is None else value
    # beside a mark a former value is as good as on it: the tick is a pixel wide
    near = min(range(len(marks)), key=lambda place: _apart(marks[place], wanted))
    return near / max(1, len(marks) - 1)


def _apart(mark: float, value: float) -> float:
    return 0.0 if mark == value else abs(mark - value)
