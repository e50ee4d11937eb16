"""FocusControls: the selectors that say which sequence, layer, direction, timestep and unit the pictures show."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views import GRADIENTS, ORDERS, Focus
from rnnviz.views.score.order import rows_of

__all__ = ["FocusControls"]

_NAMES = ("sample", "layer", "direction", "time", "unit", "written", "gradient", "order", "mistake")


class FocusControls:
    """A slider or a menu for each part of a `Focus`."""

    def __init__(self) -> None:
        self.sample = widgets.IntSlider(description=t("selectors.sample"), min=0, max=7)
        self.layer = widgets.IntSlider(description=t("selectors.layer"), min=0, max=0)
        self.direction = widgets.Dropdown(
            description=t("selectors.direction"), options=[(t("selectors.forward"), 0), (t("selectors.backward"), 1)]
        )
        self.time = widgets.IntSlider(description=t("selectors.time"), min=0, max=0)
        self.unit = widgets.IntSlider(description=t("selectors.unit"), min=0, max=0)
        self.written = widgets.IntSlider(description=t("selectors.written"), min=0, max=0)
        self.gradient = widgets.Dropdown(
            description=t("selectors.gradient"), options=[(t(f"selectors.gradient.{name}"), name) for name in GRADIENTS]
        )
        self.order = widgets.Dropdown(
            description=t("selectors.order"), options=[(t(f"selectors.order.{name}"), name) for name in ORDERS]
        )
        self.mistake = widgets.Dropdown(description=t("selectors.mistake"), options=[(t("selectors.mistake.all"), "")])
        self.mistake.layout.display = "none"
        self._rows: tuple[object, tuple[int, ...]] | None = None  # what they were worked out for, and the units
        self._ends: tuple[int, ...] = ()  # of the sequences that were offered last, where they differ
        self.sample.observe(lambda _change: self._to_the_end(), names="value")
        self.widgets: dict[str, widgets.ValueWidget] = {name: getattr(self, name) for name in _NAMES}
        self.hints: dict[str, list[str]] = {}
        for name, widget in self.widgets.items():
            self.hints[f"rv-{name}"] = [t(f"selectors.{name}"), t(f"selectors.{name}.tip")]
            widget.tooltip = t(f"selectors.{name}.tip")
            widget.add_class(f"rv-{name}")
            widget.add_class("rv-knob")

    @property
    def focus(self) -> Focus:
        """What the selectors say now."""
        return Focus(**{name: widget.value for name, widget in self.widgets.items()})

    def look(self, focus: Focus) -> None:
        """Move the selectors, as far as what they choose from exists."""
        self.go(**{name: getattr(focus, name) for name in self.widgets})

    def focus_on(self, snapshot: Snapshot) -> Focus:
        """Return what the selectors say, as far as it exists in a snapshot.

        Rows that lie by correlation stay as they are while the same sequence of the same run is shown: worked out
        anew for every frame they would change places all the time.
        """
        focus = self.focus.within(snapshot.layer)
        if focus.order == "index":
            self._rows = None
            return focus
        place = (snapshot.run, focus.layer, focus.direction, focus.sample, snapshot.layer.hidden.shape)
        if self._rows is None or self._rows[0] != place:
            self._rows = place, tuple(rows_of(snapshot, focus).tolist())
        return replace(focus, order=self._rows[1])

    def go(self, **changes: Any) -> None:
        """Move some of the selectors, by name."""
        for name, widget in self.widgets.items():
            value = changes.get(name, widget.value)
            # an order that was worked out is what the menu says already
            if not isinstance(value, tuple) and widget.value != value:
                widget.value = value

    def _to_the_end(self) -> None:
        """Look at the last timestep of another sequence: where lengths differ, the step of before says little of it."""
        if self.sample.value < len(self._ends):
            self._offer(self.time, self._ends[self.sample.value])
            self.time.value = self.time.max

    def on_change(self, call: Callable[[], None]) -> None:
        """Have ``call`` called whenever a selector moves."""
        for widget in self.widgets.values():
            widget.observe(lambda _change: call(), names="value")

    def fit(self, snapshot: Snapshot) -> None:
        """Offer only what exists in a snapshot, of a padded sequence the timesteps before its end."""
        layers, directions, batch, steps, units = snapshot.layer.hidden.shape
        written = max((len(one.alone.tokens) for one in snapshot.translations), default=0)
        # what is written gets longer and shorter while a network learns: what was chosen stays
        written = max(written, self.written.value + 1, self.written.max + 1) if written else 1
        self._ends = tuple(snapshot.ends.tolist()) if snapshot.padded else ()
        self._offer(self.sample, batch)
        end = int(snapshot.ends[self.sample.value]) or steps
        for widget, size in ((self.layer, layers), (self.time, end), (self.unit, units), (self.written, written)):
            self._offer(widget, size)
        name = t("selectors.sample.length", length=end) if snapshot.padded else t("selectors.sample")
        if self.sample.description != name:
            self.sample.description = name
        self.written.layout.display = None if snapshot.translations else "none"
        self._fit_mistakes(snapshot)
        self.layer.layout.display = None if layers > 1 else "none"
        self.direction.layout.display = None if directions > 1 else "none"
        if directions == 1:
            # hidden it would stay at a direction that does not exist
            self.direction.value = 0

    def _offer(self, slider: widgets.IntSlider, size: int) -> None:
        if slider.max != size - 1:
            slider.max = size - 1

    def _fit_mistakes(self, snapshot: Snapshot) -> None:
        """Offer the kinds of mistakes that there are; one that was chosen stays, though there may be none of it now."""
        worst = snapshot.confusion.worst if snapshot.confusion is not None else ()
        kinds = sorted({one.cell for one in worst} | ({self.mistake.value} - {""}))
        options = [(t("selectors.mistake.all"), ""), *((one, one) for one in kinds)]
        if list(self.mistake.options) != options:
            chosen = self.mistake.value
            with self.mistake.hold_trait_notifications():
                self.mistake.options = options
                self.mistake.value = chosen
        self.mistake.layout.display = None if kinds else "none"
