"""From running a cell to the first picture, second by second, beside an earlier revision in the same run."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

from rnnviz.bench.instruments.browser import NotebookServer, notebook_server
from rnnviz.bench.instruments.report import Cell, Table
from rnnviz.bench.instruments.revision import laid_out
from rnnviz.bench.instruments.timing import Spread

__all__ = ["stages", "tables"]

_CELL = """
import json, time
marks = {"kernel": time.time()}
import rnnviz as rv
rv.Lab
marks["import"] = time.time()
lab = rv.Lab(seed=0)
marks["made"] = time.time()
lab.widget
marks["widget"] = time.time()
print(json.dumps({name: 1000 * at for name, at in marks.items()}))
lab
"""
_STAGES = {
    "run": "the cell is run",
    "kernel": "the kernel begins with it",
    "import": "import: torch and rnnviz",
    "made": "Lab(): data, model, optimiser",
    "widget": "its widget: knobs and pictures",
    "lab": "the page has the lab",
    "plotly": "the page has read plotly.js",
    "picture": "the first picture is drawn",
    "pictures": "every picture is drawn",
}
_NOTE = (
    "A fresh kernel and a fresh page each time, the packages' files read before. Seconds from one moment to the next,\n"
    "by one clock for kernel and page; the page works while the kernel does, so a later moment may take no time."
)
Moments = Mapping[str, float]


def tables(
    browser: Any, *, rounds: int, against: str | None, say: Callable[[str], None] = lambda words: None
) -> Iterator[Table]:
    """Measure and yield the table.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
        Where labs are opened.
    rounds : int
        How often each is opened, in turn, after once that does not count.
    against : str, optional
        A revision of this package to open beside it.
    say : callable
        Told what is measured next.
    """
    with ExitStack() as opened:
        desks = {"this package": opened.enter_context(notebook_server(browser))}
        if against is not None:
            desks[against] = opened.enter_context(notebook_server(browser, opened.enter_context(laid_out(against))))
        found: dict[str, list[Moments]] = {name: [] for name in desks}
        for turn in range(rounds + 1):
            for name, one in desks.items() if turn % 2 else reversed(desks.items()):
                say(f"opening: {name}, {f'time {turn} of {rounds}' if turn else 'to warm up'}")
                moments = _open(one)
                if turn:
                    found[name].append(moments)
        yield Table("screen-opening", "Screen: opening", _NOTE, ("what", *_columns(against)), [*_rows(found, against)])


def stages(moments: Moments) -> dict[str, float]:
    """Return the seconds that each stage adds to those before it.

    Examples
    --------
    >>> stages({"run": 0, "kernel": 100, "lab": 900, "plotly": 700, "picture": 1000})["picture"]
    0.1
    """
    known = [name for name in _STAGES if name in moments]
    reached = dict(zip(known, _highest([moments[name] for name in known]), strict=True))
    return {after: (reached[after] - reached[before]) / 1e3 for before, after in pairwise(known)}


def _highest(values: list[float]) -> Iterator[float]:
    highest = values[0]
    for value in values:
        highest = max(highest, value)
        yield highest


def _open(one: NotebookServer) -> Moments:
    sheet = one.open(_CELL)
    sheet.page.evaluate("() => { window.opened = rnnvizProbe.opening() }")
    sheet.run()
    page = sheet.page.evaluate("() => window.opened")
    moments: Moments = {**page, **sheet.printed()}
    sheet.close()
    return moments


def _columns(against: str | None) -> tuple[str, ...]:
    return ("s",) if against is None else ("s", f"{against} s", "ratio")


def _rows(found: Mapping[str, list[Moments]], against: str | None) -> Iterator[tuple[Cell, ...]]:
    for name in list(_STAGES)[1:]:
        yield _row(_STAGES[name], [[stages(one)[name] for one in times] for times in found.values()])
    for name in ("picture", "pictures"):
        whole = [[(one[name] - one["run"]) / 1e3 for one in times] for times in found.values()]
        yield _row(f"in all, until {_STAGES[name]}", whole)


def _row(what: str, times: list[list[float]]) -> tuple[Cell, ...]:
    spreads = [Spread.of(one) for one in times]
    if len(spreads) == 1:
        return (what, *spreads)
    return (what, *spreads, spreads[0].median / spreads[1].median if spreads[1].median else "–")
