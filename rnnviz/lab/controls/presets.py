"""The preset buttons at the head of a rail."""

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import box
from rnnviz.training import Preset, Settings

__all__ = ["PresetButtons"]


class PresetButtons:
    """A button a preset, seen to be pressed as long as the settings are what it has set.

    Parameters
    ----------
    find : callable
        Returns the presets for settings; others only where these build another model.
    settings : Settings
        Those in force.

    Attributes
    ----------
    on_press : callable
        Called with a preset that a learner has pressed.
    offered : tuple of Preset
        What the buttons set, in reading order.
    buttons : list of widgets.ToggleButton
        In reading order.
    """

    def __init__(self, find: Callable[[Settings], tuple[Preset, ...]], settings: Settings) -> None:
        self._find, self._settings = find, settings
        self.offered = find(settings)
        self._following = False
        self.on_press: Callable[[Preset], None] = lambda preset: None
        self.buttons: list[widgets.ToggleButton] = []
        for place, preset in enumerate(self.offered):
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
        if self._settings.rebuilds(settings):
            self.offered = self._find(settings)
        self._settings, self._following = settings, True
        try:
            for button, preset in zip(self.buttons, self.offered, strict=True):
                held = settings.holds(preset.settings)
                if button.value != held:
                    button.value = held
        finally:
            self._following = False

    def _pressed(self, place: int) -> Callable[[Mapping[str, Any]], None]:
        def pressed(_change: Mapping[str, Any]) -> None:
            if self._following:
                return
            preset = self.offered[place]
            self.follow(self._settings)  # a press is a press: what shows as pressed is where the settings are
            self.on_press(preset)

        return pressed
