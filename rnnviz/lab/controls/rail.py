"""Rail: the knobs beside the score: a few at first sight, the others in named groups that unfold in place."""

from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets as widgets
import traitlets

from rnnviz.i18n import t
from rnnviz.lab.controls.base import box
from rnnviz.lab.controls.knobmarks import KnobMarks
from rnnviz.lab.controls.knobs import Knobs
from rnnviz.lab.controls.knobwidgets import TYPED
from rnnviz.lab.controls.offer import GROUPS, Offer
from rnnviz.lab.controls.presets import PresetButtons
from rnnviz.lab.controls.selectors import FocusControls
from rnnviz.live.bundle import beside
from rnnviz.live.pagewidget import PageWidget
from rnnviz.training import Snapshot

__all__ = ["Rail", "RailPage"]


class RailPage(PageWidget):
    """What ipywidgets' sliders lack, done in the page: a typed number, a tick where the knob stood before.

    Attributes
    ----------
    typed : dict of str to str
        Class name of each slider whose number may be typed to its setting.
    counts : dict of str to int
        Class name of each group's button to how many knobs it opens.
    words : dict of str to str
        ``more``: the button that stands for all groups in a narrow lab.
    marks : dict of str to dict
        Class name of each knob with a past to ``place`` (0 to 1 on its track, or None), ``aside`` (the words before
        the value) and ``told`` (the words for a screen reader).
    """

    _esm = beside(__file__, "rail.js")
    _css = beside(__file__, "rail.css")
    typed = traitlets.Dict().tag(sync=True)
    counts = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    marks = traitlets.Dict().tag(sync=True)

    def __repr__(self) -> str:
        return "RailPage()"


class Rail:
    """The knobs of one lab, laid out.

    Parameters
    ----------
    knobs : Knobs
        The settings' widgets, each made when it is first shown.
    focus_controls : FocusControls
        The selectors of what the pictures show.
    offer : Offer
        What is at first sight, and what unfolds.

    Attributes
    ----------
    widget : widgets.Box
        All of it, ``rv-rail``.
    empty : bool
        Whether there is nothing in it.
    presets : PresetButtons or None
        At its head.
    names : frozenset of str
        The settings and selectors that it has controls for.
    groups : dict of str to widgets.ToggleButton
        The buttons that unfold a group, by its name.
    """

    def __init__(self, knobs: Knobs, focus_controls: FocusControls, offer: Offer) -> None:
        self._knobs, self._focus_controls = knobs, focus_controls
        typed = {f"rv-{name.replace('_', '-')}": name for name in TYPED}
        self.page = RailPage(typed=typed, words={"more": t("rail.more_knobs")}, layout={"display": "none"})
        self.page.on_msg(self._heard)
        self._knob_marks = KnobMarks(knobs)
        self.names = frozenset((*offer.first, *offer.more))
        self._folded: dict[str, list[str]] = {}
        self.groups: dict[str, widgets.ToggleButton] = {}
        first = [self._control(name) for name in offer.first]
        self.presets = None if offer.presets is None else PresetButtons(offer.presets, knobs.settings)
        children = [] if self.presets is None else [self.presets.widget]
        if self.presets is not None:
            knobs.followers.append(self.presets.follow)
        children += [box(widgets.Box, first, "rv-knobs")] if first else []
        children += self._more(offer.more)
        self.empty = not children
        self.widget = box(widgets.Box, [self.page, *children], "rv-rail")

    def show(self, snapshot: Snapshot) -> None:
        """Say beside the knobs what they were, and where training has taken what they set. Called by one thread only.

        Parameters
        ----------
        snapshot : Snapshot
            What the pictures show.
        """
        marks = self._knob_marks.marks(snapshot)
        if marks != self.page.marks:
            self.page.marks = marks
        counts = {**self.page.counts, **self._count_shown()}
        if counts != self.page.counts:
            self.page.counts = counts

    def _count_shown(self) -> dict[str, int]:
        """Of the selectors only those count that there is a choice for."""
        names = self._folded.get("shown")
        selectors = self._focus_controls.widgets
        return {} if names is None else {"rv-more-shown": sum(selectors[one].layout.display != "none" for one in names)}

    @property
    def parts(self) -> list[widgets.Widget]:
        """Its widgets that may be in no box yet, or in none at all."""
        return [self.page, *self._knobs.parts, *self._focus_controls.widgets.values()]

    def _control(self, name: str) -> widgets.Widget:
        selectors = self._focus_controls.widgets
        return selectors[name] if name in selectors else self._knobs.shown(name)

    def _more(self, names: Sequence[str]) -> list[widgets.Widget]:
        groups = {group: [name for name in every if name in names] for group, every in GROUPS.items()}
        groups = {group: found for group, found in groups.items() if found}
        self._folded = groups
        if not groups:
            return []
        title = widgets.HTML(t("rail.more"))
        title.add_class("rv-rail-title")
        rows = [widget for group, found in groups.items() for widget in self._group(group, found)]
        self.page.counts = {f"rv-more-{group}": len(found) for group, found in groups.items()}
        return [box(widgets.Box, [title, *rows], "rv-more")]

    def _group(self, group: str, names: Sequence[str]) -> list[widgets.Widget]:
        """A button, and a box that is filled when the button is first pressed: most of a lab's knobs are never seen."""
        button = widgets.ToggleButton(description=t(f"rail.{group}"), tooltip=t(f"rail.{group}.tip"))
        button.add_class(f"rv-more-{group}")
        inside = box(widgets.Box, [], "rv-more-knobs", f"rv-more-knobs-{group}")
        inside.layout.display = "none"

        def toggled(change: Mapping[str, Any]) -> None:
            if change["new"] and not inside.children:
                inside.children = [self._control(name) for name in names]
            inside.layout.display = None if change["new"] else "none"

        button.observe(toggled, names="value")
        self.groups[group] = button
        return [button, inside]

    def _heard(self, _page: RailPage, content: dict[str, Any], _buffers: Sequence[bytes]) -> None:
        """Take a number that was typed, and say what stands there now."""
        name = content.get("knob")
        if content.get("kind") == "typed" and name in TYPED:
            self._knobs.type_in(name, str(content.get("text")))
            self.page.send({"kind": "stands", "knob": name, "text": self._knobs.widgets[name].label})
