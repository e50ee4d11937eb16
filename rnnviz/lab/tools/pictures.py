"""Pictures: the drawer where a learner chooses which pictures are shown."""

from collections.abc import Callable, Iterable, Mapping

import ipywidgets as widgets

from rnnviz.i18n import keys, t
from rnnviz.lab.controls.base import Tool, box
from rnnviz.training import Snapshot
from rnnviz.views import Focus, View

__all__ = ["Pictures"]


class Pictures(Tool):
    """A box to tick a picture.

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
        self.widget = box(widgets.HBox, list(self.boxes.values()), "rv-pictures")

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


def _tick(name: str, ticked: bool) -> widgets.Checkbox:
    words = t(f"view.{name}.name") if f"view.{name}.name" in keys() else name
    tick = widgets.Checkbox(value=ticked, description=words, tooltip=t("tool.pictures.tick", name=words), indent=False)
    for one in (f"rv-show-{name}", "rv-knob"):
        tick.add_class(one)
    return tick
