"""The console of a lab: that of any run, and with it the tools that look into one model."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rnnviz.lab.choices import tools_asked
from rnnviz.lab.console import Console
from rnnviz.lab.insights import InsightsLine
from rnnviz.lab.inspector import Change, Inspector
from rnnviz.lab.perturb import Perturb
from rnnviz.lab.pictures import Pictures
from rnnviz.lab.share import Share
from rnnviz.lab.sharing import code_of, recipe_of
from rnnviz.lab.timeline import Timeline
from rnnviz.lab.tools import Tool
from rnnviz.training import Session
from rnnviz.training.recipe import Recipe
from rnnviz.training.script import Script

__all__ = ["LabConsole"]


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
        super().__init__(session, **parts)

    def code(self, steps: int | None = None) -> Script:
        """Return the program of this lab; it trains up to the goal unless ``steps`` says otherwise."""
        return code_of(self.session, self.runner.state.goal if steps is None else steps)

    def recipe(self) -> Recipe:
        """Return what makes the same lab again."""
        return recipe_of(self.session, steps=self._goal, show=self._show, views=self.views, chosen=self.chosen)

    def _tools(self) -> list[Tool]:
        makers: Mapping[str, Callable[[], Tool]] = {
            "inspector": lambda: Inspector(self._look, self._train_one, self._guarded),
            "perturb": lambda: Perturb(self.session, self.runner.turns, self._redraw, self._look_at, self._guarded),
            "pictures": lambda: Pictures(self.views, self._chosen, self._choose),
            "share": lambda: Share(self.code, self.recipe),
            "insights": InsightsLine,
            "timeline": lambda: Timeline(self.runner.tape, self._held, lambda step: self._guarded(self._hold, step)),
        }
        return [makers[name]() for name in tools_asked(self._show)]

    def _redraw(self) -> None:
        if self.screen is not None:
            self.screen.pump.offer()

    def _train_one(self) -> None:
        self._hold(None)  # whoever looks back would not see what the step has done
        self.runner.step(wait=False)

    def _look(self, change: Change) -> None:
        if self.screen is not None:
            self.screen.look(change)

    def _look_at(self, time: int) -> None:
        self._look(lambda snapshot, focus: replace(focus, time=time))
