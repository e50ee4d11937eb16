"""How many files of the package one act runs through: what a person has to open who wants to follow it."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from rnnviz.bench.instruments.report import Table
from rnnviz.lab import Lab
from rnnviz.training import Session

__all__ = ["files_of", "tables"]

_PACKAGE = Path(__file__).parents[2]
_SMALL: Mapping[str, Any] = {"cell": "lstm", "hidden_size": 4, "seq_len": 8, "batch_size": 4}
_COLUMNS = ("act", "files", "functions")
_NOTE = (
    "Distinct files and functions of rnnviz that are called in the calling thread, on a small LSTM. Slider: the\n"
    "learning rate of a displayed lab at rest, up to the order that the thread is given. No time is measured."
)


def tables(device: torch.device, *, say: Callable[[str], None] = lambda words: None) -> Iterator[Table]:
    """Count and yield the one table; the figures are the same in every run.

    Parameters
    ----------
    device : torch.device
        Where the model runs.
    say : callable
        Told what is counted next.
    """
    say("breadth")
    rows = [(act, len(found), sum(map(len, found.values()))) for act, found in _acts(device)]
    yield Table("breadth", "Breadth: files that one act runs through", _NOTE, _COLUMNS, rows)


def files_of(act: Callable[[], object]) -> dict[str, set[str]]:
    """Return the files of rnnviz whose functions an act calls in this thread, each with the functions' names.

    Examples
    --------
    >>> from rnnviz.checks import flag
    >>> files_of(lambda: flag("link", True))
    {'checks.py': {'flag'}}
    """
    found: dict[str, set[str]] = {}

    def note(frame: FrameType, event: str, argument: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(_PACKAGE) and path != Path(__file__):
            name = path.relative_to(_PACKAGE).as_posix()
            found.setdefault(name, set()).add(frame.f_code.co_qualname)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return found


def _acts(device: torch.device) -> Iterator[tuple[str, Mapping[str, set[str]]]]:
    session = Session("adding", device=device, **_SMALL)
    steps = session.steps()
    next(steps)  # its batch was drawn where the run was built; the next one draws its own
    yield "next(Session.steps())", files_of(lambda: next(steps))
    with closing(Lab("adding", device=str(device), **_SMALL)) as lab:
        slider = next(one for one in _widgets(lab.widget) if "rv-lr" in one._dom_classes)
        yield "one slider move", files_of(lambda: setattr(slider, "value", 1e-2))
        yield "lab.snapshot()", files_of(lab.snapshot)


def _widgets(widget: Any) -> Iterator[Any]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _widgets(child)
