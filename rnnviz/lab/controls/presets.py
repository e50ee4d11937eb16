"""The presets of a rail: those of each task, and the buttons that set them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import box
from rnnviz.tasks import Task
from rnnviz.training import Preset, Settings

__all__ = ["PresetButtons", "finder", "usual_presets"]

_TOKENS = "python-tokens"  # its question is what stands on both sides of a symbol
_OVERSHOOTS = {"sunspots": 0.3}  # a learning rate at which each loss of a task leaps, whatever its cell
_YEARS = 132  # months: a window of eleven years


def usual_presets(task: Task, settings: Settings) -> tuple[Preset, ...]:
    """Return what a task's rail offers to try, for the cell of these settings.

    What keeps a state is a gate, or in a plain RNN the recurrent matrix; each preset names all that the others change.

    Parameters
    ----------
    task : Task
        Whose suggestions are what a rescue goes back to.
    settings : Settings
        Their cell.

    Examples
    --------
    >>> from rnnviz import tasks
    >>> [one.name for one in usual_presets(tasks.make("adding"), Settings())]
    ['Make it forget', 'Make it explode', 'Rescue it']
    """
    rate = task.defaults.get("lr", Settings().lr)
    words = "sunspots" if task.name == "sunspots" and settings.seq_len == _YEARS else "other"
    sound = {"lr": rate, "clip": 1.0}
    fast = _OVERSHOOTS.get(task.name, 1.0)
    explode = _preset("explode", {"lr": fast, "clip": None}, rate=f"{fast:g}")
    if task.name == _TOKENS:
        one, both = ({"bidirectional": both} | sound for both in (False, True))
        return _preset("one_way", one), _preset("both_ways", both), explode
    if settings.cell == "rnn":
        forget, rescue = {"rho": 0.5}, {"rho": 1.1, "init": "orthogonal"}
        return _preset("forget", forget | sound, words), explode, _preset("rescue", rescue | sound, "radius", anew=True)
    forget, rescue = {"forget_bias": -3.0}, {"forget_bias": 2.0}
    return _preset("forget", forget | sound, words), explode, _preset("rescue", rescue | sound, words, anew=True)


def finder(
    task: Task, presets: Sequence[Preset] | None, show: Sequence[str] | None
) -> Callable[[Settings], tuple[Preset, ...]] | None:
    """Return what finds a rail's presets; None where it has none: somebody asked for named controls alone."""
    if presets is not None:
        return (lambda settings: tuple(presets)) if presets else None
    if show is not None:
        return None
    known: dict[object, tuple[Preset, ...]] = {}

    def find(settings: Settings) -> tuple[Preset, ...]:
        # asked with every move of a knob, and other only where these are
        what = settings.cell, settings.seq_len
        if what not in known:
            known[what] = usual_presets(task, settings)
        return known[what]

    return find


class PresetButtons:
    """A button a preset, seen to be pressed as long as the settings are what it has set.

    Parameters
    ----------
    find : callable
        Returns the presets for settings.
    settings : Settings
        Those in force.

    Attributes
    ----------
    on_press : callable
        Called with a preset that a learner has pressed.
    buttons : list of widgets.ToggleButton
        In reading order.
    """

    def __init__(self, find: Callable[[Settings], tuple[Preset, ...]], settings: Settings) -> None:
        self._find, self._settings = find, settings
        self._following = False
        self.on_press: Callable[[Preset], None] = lambda preset: None
        self.buttons: list[widgets.ToggleButton] = []
        for place, preset in enumerate(find(settings)):
            button = widgets.ToggleButton(description=preset.name, tooltip=preset.sentence)
            button.add_class("rv-preset")
            button.observe(self._pressed(place), names="value")
            self.buttons.append(button)
        title = widgets.HTML(t("rail.try"))
        title.add_class("rv-rail-title")
        self.widget = box(widgets.Box, [title, *self.buttons], "rv-presets")
        self.follow(settings)

    def follow(self, settings: Settings) -> None:
        """Show which preset the settings are that of."""
        self._settings, self._following = settings, True
        try:
            for button, preset in zip(self.buttons, self._find(settings), strict=True):
                fits = preset.fits(settings)
                if button.value != fits:
                    button.value = fits
        finally:
            self._following = False

    def _pressed(self, place: int) -> Callable[[Mapping[str, Any]], None]:
        def pressed(_change: Mapping[str, Any]) -> None:
            if self._following:
                return
            preset = self._find(self._settings)[place]
            self.follow(self._settings)  # a press is a press: what shows as pressed is where the settings are
            self.on_press(preset)

        return pressed


def _preset(name: str, settings: Mapping[str, Any], words: str = "look", *, anew: bool = False, **named: str) -> Preset:
    sentence = t(f"preset.{name}.{words}", **named)
    return Preset(t(f"preset.{name}"), settings, sentence, anew)
