"""The console of a lab: that of any run, and with it the tools that look into one model."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from rnnviz.lab.console.console import Console
from rnnviz.lab.console.export import LabExport
from rnnviz.lab.console.remedies import Remedies
from rnnviz.lab.console.usual_presets import finder, usual_presets
from rnnviz.lab.controls.base import LazyTool
from rnnviz.lab.controls.offer import Offer, offer_of
from rnnviz.lab.controls.options import tools_asked
from rnnviz.lab.screen.panel import Panel
from rnnviz.lab.screen.screen import Screen
from rnnviz.lab.tools.insights import InsightsLine
from rnnviz.lab.tools.inspector import Inspector
from rnnviz.lab.tools.owntext import OwnText
from rnnviz.lab.tools.perturb import Perturb
from rnnviz.lab.tools.pictures import Pictures
from rnnviz.lab.tools.share import Share
from rnnviz.lab.tools.timeline import Timeline
from rnnviz.lab.tour.card import TourCard
from rnnviz.lab.tour.link import Link, LinkTarget
from rnnviz.models.seq2seq import decodes
from rnnviz.tasks import Task
from rnnviz.training import Session, Settings, Snapshot
from rnnviz.views.timeaxis import resting_step

__all__ = ["LabConsole"]


class LabPanel(Panel):
    """The panel of one model: a tour leads through it."""

    _guides = True


class LabConsole(Console):
    """A console of one session.

    Parameters
    ----------
    session : Session
        What is trained.
    **parts : object
        As for `Console`.
    """

    def __init__(self, session: Session, **parts: Any) -> None:
        self.session = session
        self._card: TourCard | None = None
        # a lab that shows some controls only leads through none: its chapter does
        self._panel = LabPanel if parts.get("show") is None else Panel
        super().__init__(session, LabExport(session), **parts)

    def tour(self) -> TourCard:
        """Return the card that guides through this lab, open from now on until `close`."""
        card = TourCard(self.shown(), lambda: self.session.settings, self._show)
        self._given.append(card)
        return card

    def _connect(self, screen: Screen) -> None:
        super()._connect(screen)
        screen.panel.tour.on_click(lambda _button: self.runner.guarded(self._guide))

    def _guide(self) -> None:
        """Begin the tour, from its first step."""
        screen = self.shown()
        if self._card is None:
            self._card = self.tour()
            screen.panel.widget.children += (self._card,)
        self._card.start()

    def shown(self) -> Screen:
        """Return the screen; made when first asked for, and then it looks at what was typed before."""
        first = self.screen is None
        screen = super().shown()
        if first:
            screen.panel.focus_controls.fit(screen.seen)
            if screen.seen.typed:
                _look_at_typed(screen, screen.seen)
            else:  # where the page's cursor stands, so that no drawer tells of another step
                screen.look(lambda seen, focus: replace(focus, time=resting_step(seen, focus.sample)))
        return screen

    def type(self, text: str) -> None:
        """Read a text of a learner's beside the probe, and show it at once; with nothing in it, take it away."""
        self.runner.access.visit(lambda: self.session.type(text))
        screen, snapshot = self.screen, self._shown_anew()
        if screen is not None and snapshot is not None:
            _look_at_typed(screen, snapshot)

    def look_into(self, part: str) -> None:
        """Show the recurrent layer in another part of the model at once, at its last timestep."""
        self.runner.access.visit(lambda: self.session.look_into(part))
        screen, snapshot = self.screen, self._shown_anew()
        if screen is not None and snapshot is not None:
            last = snapshot.layer.hidden.shape[3] - 1
            screen.look(lambda _seen, focus: replace(focus, time=last))

    def _shown_anew(self) -> Snapshot | None:
        """Show what a snapshot says now, and offer what is in it; None where there is no screen."""
        if self.screen is None:
            return None
        self._hold(None)  # whoever looks back would not see it
        snapshot = self.runner.snapshot()
        self.screen.show(snapshot)
        self.screen.panel.focus_controls.fit(snapshot)
        return snapshot

    def checked(self, changes: dict[str, Any]) -> Settings:
        """Return the present settings with changes, if they can be followed."""
        return self.moves.wanted(changes)

    def link(self, label: str, link_target: LinkTarget) -> Link:
        """Return a button that grants a wish."""
        made = Link(label, link_target)
        made.on_click(lambda _button: made.retire() if self._closed else self.runner.guarded(self._grant, link_target))
        self._given.append(made)
        return made

    def _retire(self, given: Sequence[Any]) -> None:
        for one in given:
            if isinstance(one, Link):
                one.retire()

    def _grant(self, link_target: LinkTarget) -> None:
        """Set, then choose, look and play; a new model is looked at once it is there."""
        screen, wanted = self.shown(), self.moves.wanted(dict(link_target.settings))
        run, rebuilds = screen.seen.run, bool(self.session.settings.rebuilds(wanted))

        def act() -> None:
            if link_target.views is not None:
                self._show_views(link_target.views)
            if link_target.focus:
                self.moves.once(lambda: not rebuilds or screen.seen.run != run, lambda: self._look_closely(link_target))
            if link_target.play:
                self.runner.play()

        self._hold(None)  # whoever looks back would not see what the press has done
        if self.knobs is not None:
            self.knobs.follow(wanted)
        if link_target.settings:
            self.moves.moved(dict(link_target.settings), act)
        else:
            act()

    def _show_views(self, names: Sequence[str]) -> None:
        pictures = self.shown().panel.toolbox.made("pictures")
        if isinstance(pictures, Pictures):
            pictures.follow(names)
        self._choose(names)

    def _look_closely(self, link_target: LinkTarget) -> None:
        """Move the selectors; unlike a click, to what exists only, or say what does."""
        screen = self.shown()
        screen.panel.focus_controls.fit(screen.seen)
        screen.look(lambda snapshot, focus: link_target.look(focus).checked(snapshot.layer))

    def _offer(self) -> Offer:
        task, settings = self.session.task, self.session.settings
        offer = offer_of(task.name, settings, self._show, decodes=decodes(self.session.model))
        return replace(offer, presets=finder(partial(usual_presets, task), self.presets, self._show))

    def _tools(self) -> list[LazyTool]:
        remedies = Remedies(self.runner, self.moves)
        tools = {
            "inspector": LazyTool(Inspector, lambda: Inspector(self._look, self._train_one, self.runner.guarded)),
            "perturb": LazyTool(
                Perturb,
                lambda: Perturb(self.session, self.runner.access, self._redraw, self._look_at, self.runner.guarded),
            ),
            "pictures": LazyTool(Pictures, lambda: Pictures(self.views, self.chosen, self._choose)),
            "share": LazyTool(
                Share, lambda: Share(self.code, self.recipe, self.export.reader, self._looked, self.runner.guarded)
            ),
            "insights": LazyTool(InsightsLine, lambda: InsightsLine(remedy=remedies.of)),
            "timeline": LazyTool(
                Timeline,
                lambda: Timeline(self.runner.recording, self._held, lambda step: self.runner.guarded(self._hold, step)),
            ),
        }
        if type(self.session.task).encoded is not Task.encoded:
            tools["type"] = LazyTool(OwnText, lambda: OwnText(self.type, lambda: self.session.typed))
        return [tools[name] for name in tools_asked(self._show) if name in tools]

    def _redraw(self) -> None:
        if self.screen is not None:
            self.screen.changed()

    def _look_at(self, time: int) -> None:
        self._look(lambda snapshot, focus: replace(focus, time=time))


def _look_at_typed(screen: Screen, snapshot: Snapshot) -> None:
    """Look at the end of what was typed, which is the last sequence; of the first one where nothing is."""
    sample = len(snapshot.time_labels) - 1 if snapshot.typed else 0
    end = int(snapshot.ends[sample]) - 1
    screen.look(lambda _seen, focus: replace(focus, sample=sample, time=end))
