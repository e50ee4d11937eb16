"""LabStill: the still of a lab or a comparison, which has no screen before it is displayed."""

from collections.abc import Callable
from typing import Any

from rnnviz.lab.screen.screen import BaseScreen
from rnnviz.lab.still.keeper import Keeper, keeper_of

__all__ = ["LabStill"]


class LabStill:
    """Leaves a picture in the cell that displays a lab, for who reads the notebook without a kernel.

    Parameters
    ----------
    screen : callable
        Returns what a page shows, made when first asked for.
    task : str
        What is trained on.
    """

    def __init__(self, screen: Callable[[], BaseScreen[Any]], task: str) -> None:
        self._screen, self._task = screen, task
        self._keeper: Keeper | None = None

    def show(self) -> None:
        """Leave a still at the end of the cell that is running."""
        if self._keeper is None:
            self._keeper = keeper_of(self._screen(), self._task)
        self._keeper.show()

    def close(self, *, quietly: bool) -> None:
        """Draw it for the last time, unless its output goes too."""
        if self._keeper is not None:
            self._keeper.close(quietly=quietly)
