"""SharedConsole: the console of a run that can be written down, as a program, as a recipe and as a replay."""

import abc

from rnnviz.export.codec import Shareable
from rnnviz.export.script import Script
from rnnviz.lab.console.console import Console
from rnnviz.lab.replay.page import Header
from rnnviz.training import Snapshot

__all__ = ["SharedConsole"]


class SharedConsole(Console, abc.ABC):
    """The console of a run that can be written down."""

    @abc.abstractmethod
    def code(self, steps: int | None = None) -> Script:
        """Return the program of this run; it trains up to the goal unless ``steps`` says otherwise."""

    @abc.abstractmethod
    def recipe(self) -> Shareable:
        """Return what makes the same again."""

    @abc.abstractmethod
    def header(self, last: Snapshot) -> Header:
        """Return what is said of this run above its replay, which ends with that moment."""
