"""Pictures: the pop-over where a learner chooses which pictures are shown."""

import html
from collections.abc import Callable, Iterable, Mapping

import ipywidgets as widgets

from rnnviz.i18n import keys, t
from rnnviz.lab.controls.base import Tool, box
from rnnviz.training import Snapshot
from rnnviz.views import Focus, View

__all__ = ["Pictures"]


class Pictures(Tool):
    """A box to tick a picture, in groups: those over the one time axis, those beside it, those that stand below.

    Parameters
    ----------
    views : mapping of str to View
        What can be shown, in reading order.
    chosen : iterable of str
        What is shown at first.
    choose : callable
        Called with the names that are ticked whenever that changes.
    """

    name = "pictures"
    place = "pop"

    def __init__(
        self, views: Mapping[str, View], chosen: Iterable[str], choose: Callable[[Iterable[str]], None]
    ) -> None:
        ticked = set(chosen)
        self._views, self._following = views, False
        self.boxes = {name: _tick(name, name in ticked) for name in views}
        for tick in self.boxes.values():
            tick.observe(lambda _change: self._ticked(choose), names="value")
        self.widget = box(widgets.Box, self._groups(), "rv-pictures")

    def _groups(self) -> list[widgets.Box]:
        """A box with a title for each place that has pictures, in the order in which they are met."""
        found: dict[str, list[widgets.Widget]] = {"strip": [], "side": [], "below": []}
        for name, tick in self.boxes.items():
            form = self._views[name].score
            found["below" if form is None else form.place].append(tick)
        return [
            box(widgets.Box, [_title(place), *ticks], "rv-picture-group") for place, ticks in found.items() if ticks
        ]

    @property
    def hints(self) -> Mapping[str, list[str]]:
        """Class name of each control to its label and its tooltip, for screen readers."""
        return {f"rv-show-{name}": [tick.description, tick.tooltip] for name, tick in self.boxes.items()}

    def follow(self, names: Iterable[str]) -> None:
        """Tick these pictures and no others, without reporting it."""
        self._following, wanted = True, set(names)
        try:
            for name, tick in self.boxes.items():
                tick.value = name in wanted
        finally:
            self._following = False

    def _ticked(self, choose: Callable[[Iterable[str]], None]) -> None:
        if not self._following:
            choose([name for name, tick in self.boxes.items() if tick.value])

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Offer only what this run has anything for."""
        for name, tick in self.boxes.items():
            tick.disabled = not self._views[name].exists(snapshot)


def _title(place: str) -> widgets.HTML:
    title = widgets.HTML(html.escape(t(f"tool.pictures.{place}")))
    title.add_class("rv-picture-title")
    return title


def _tick(name: str, ticked: bool) -> widgets.Checkbox:
    words = t(f"view.{name}.name") if f"view.{name}.name" in keys() else name
    words = words[:1].lower() + words[1:] if words != name else name  # some names are captions, too
    tick = widgets.Checkbox(value=ticked, description=words, tooltip=t("tool.pictures.tick", name=words), indent=False)
    for one in (f"rv-show-{name}", "rv-knob"):
        tick.add_class(one)
    return tick
