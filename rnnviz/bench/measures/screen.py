"""A lab in JupyterLab and Chromium: pictures a second, how soon a knob is seen to act, how late the page is."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from rnnviz.bench.instruments.browser import NotebookPage, NotebookServer, chromium, notebook_server
from rnnviz.bench.instruments.report import Cell, Table
from rnnviz.bench.instruments.timing import Spread
from rnnviz.bench.measures import opening

__all__ = ["rows", "tables"]

_LAB = "import rnnviz as rv\nlab = rv.Lab(seed=0, steps=10**6)\nlab"
# the same pictures, of the same run, as plotly's own widgets; they are offered more than the page can draw
_PEERS = """
import json, threading, time
import ipywidgets, plotly.graph_objects as go
from rnnviz.training import Session
from rnnviz.views import VIEWS, Focus, apply
sizes, focus = {sizes}, Focus()
session = Session("sunspots", seed=0, device="cpu")
steps, snapshot = session.steps(), session.snapshot()
views = {{name: getattr(VIEWS[name], "score", None) or VIEWS[name] for name in sizes}}
figures = {{}}
for name, view in views.items():
    skeleton = view.skeleton(snapshot, focus)
    skeleton.update_layout(width=sizes[name][0], height=sizes[name][1])
    figures[name] = go.FigureWidget(skeleton)
def play():
    while True:
        until = time.monotonic() + 1 / {fps}
        while time.monotonic() < until:
            next(steps)
        snapshot = session.snapshot()
        for name, view in views.items():
            with figures[name].batch_update():
                apply(figures[name], view.patches(snapshot, focus))
threading.Thread(target=play, daemon=True).start()
ipywidgets.Box(list(figures.values()), layout=dict(display="flex", flex_flow="row wrap"))
"""
_STATES = ("input", "hidden", "memory", "gates")  # what a light frame carries
_RARER = ("gradients", "curves")
_COLUMNS = ("what", "measured", "goal")
_NOTE = (
    "A lab on the sunspots, every picture in view at 1440 × 1400, training on; a picture counts when it is on screen.\n"
    "Anew: with something in it that was not there before; plotly's own widgets draw nothing else. FigureWidgets: the\n"
    "same pictures at the same sizes, in the same run, offered 15 times a second by a thread that trains, more than a\n"
    "page can draw; a lab makes 30 light and 10 whole frames a second at most, and draws no more of them. Work:\n"
    "processor time of the page's own thread. Lateness: of a timer of 10 ms in the page. Bytes: of the numbers in a\n"
    "whole frame, and letters of its words. Nothing is judged: on a busy machine everything is slower."
)
_READY = (
    "() => { const all = [...document.querySelectorAll('.rv-view')].filter(one => one.getClientRects().length);"
    " return all.length && all.every(one => one.querySelector('.rv-plot[data-frame]')) }"
)
_HANDLES = (".rv-lab .rv-forget-bias .noUi-handle", ".rv-lab .rv-knob .noUi-handle")


def tables(
    *,
    seconds: float = 10.0,
    rounds: int = 3,
    against: str | None = None,
    say: Callable[[str], None] = lambda words: None,
) -> Iterator[Table]:
    """Measure and yield the tables.

    Parameters
    ----------
    seconds : float
        How long a playing lab is watched, and then its peers.
    rounds : int
        How often a lab is opened.
    against : str, optional
        A revision of this package to open in turn with it.
    say : callable
        Told what is measured next.
    """
    with chromium() as browser:
        with notebook_server(browser) as place:
            say("screen: what is in sight")
            sight = _sight(place)
            say("screen: a lab that plays")
            seen, reactions, sizes = _played(place, seconds)
            say("screen: the same pictures as FigureWidgets")
            peers = _peers(place, sizes, seconds)
        yield Table("screen", "Screen: a lab in a page", _NOTE, _COLUMNS, [*rows(seen, peers, reactions, sight)])
        yield from opening.tables(browser, rounds=rounds, against=against, say=say)


def _sight(place: NotebookServer) -> Any:
    sheet = place.open(_LAB, size=(1280, 800))
    sheet.run()
    sheet.until("() => document.querySelector('.rv-plot[data-frame]')")
    sheet.page.wait_for_timeout(1000)  # the pictures below it take their places
    found = sheet.probe("sight()")
    sheet.close()
    return found


def _played(place: NotebookServer, seconds: float) -> tuple[Any, list[float], dict[str, list[int]]]:
    sheet = place.open(_LAB)
    sheet.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area'), null")
    sheet.run()
    sheet.until("() => document.querySelector('.rv-plot[data-frame]')")
    sheet.page.evaluate("document.querySelector('.rv-lab').scrollIntoView()")
    sheet.until(_READY)
    sheet.page.locator(".rv-play").first.click()
    sheet.page.wait_for_timeout(3000)  # until it has got into its stride
    seen = _watched(sheet, seconds)
    sheet.page.locator(".rv-pause").first.click()
    sheet.page.wait_for_timeout(1500)
    sizes = dict(zip(seen["shown"], sheet.probe("sight()")["plots"], strict=True))
    reactions = [*_reactions(sheet, 8)]
    sheet.close()
    return seen, reactions, sizes


def _watched(sheet: NotebookPage, seconds: float) -> dict[str, Any]:
    """Return what the probe has noted, and what the page has worked meanwhile."""
    before = sheet.worked()
    seen: dict[str, Any] = sheet.probe(f"watch({1000 * seconds})")
    return seen | {"worked": sheet.worked() - before}


def _reactions(sheet: NotebookPage, times: int) -> Iterator[float]:
    """How long each of some moves of a knob takes, until a picture shows it."""
    found = [sheet.page.locator(handle) for handle in _HANDLES]
    handle = next(one for handle in found for one in handle.all() if one.is_visible())
    for turn in range(times):
        handle.focus()
        sheet.page.evaluate("() => { window.reacted = rnnvizProbe.reaction() }")
        sheet.page.keyboard.press("ArrowLeft" if turn % 2 else "ArrowRight")
        if (took := sheet.page.evaluate("() => window.reacted")) is not None:
            yield took
        sheet.page.wait_for_timeout(700)


def _peers(place: NotebookServer, sizes: Mapping[str, list[int]], seconds: float) -> dict[str, Any]:
    """Return what is noted of a page that draws the same figures as FigureWidgets."""
    sheet = place.open(_PEERS.format(sizes=dict(sizes), fps=15))
    sheet.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area'), null")
    sheet.run()
    sheet.until(f"() => document.querySelectorAll('.js-plotly-plot .main-svg').length >= {len(sizes)}")
    sheet.page.wait_for_timeout(5000)  # until they have met the first updates
    sheet.probe("strangers()")
    seen = _watched(sheet, seconds)
    sheet.close()
    return seen


def rows(seen: Any, peers: Any, reactions: list[float], sight: Any) -> Iterator[tuple[Cell, ...]]:
    """Yield the lines of the table.

    Parameters
    ----------
    seen, peers : dict
        What the probe's ``watch`` has noted of a playing lab, and of the FigureWidgets; ``"worked"``: seconds that the
        page has worked meanwhile.
    reactions : list of float
        Milliseconds from a key to a picture, of those moves that have changed one.
    sight : dict
        What the probe's ``sight`` has found.
    """
    rates = {name: seen["drawn"].get(name, 0) / seen["seconds"] for name in seen["shown"]}
    for name, rate in rates.items():
        yield f"pictures a second: {name}", rate, "≥ 20" if name in _STATES else "≥ 8" if name in _RARER else "–"
    yield "pictures a second, all", sum(rates.values()), "–"
    yield from _compared(sum(seen["anew"].values()), seen, peers["drawn"].get("figurewidget", 0), peers)
    yield "knob to picture, paused, ms", Spread.of(reactions) if reactions else "–", "≤ 80"
    middle, late = np.quantile(seen["late"] or [0.0], [0.5, 0.95])
    yield "lateness of the page while it plays, ms, median", float(middle), "–"
    yield "lateness of the page while it plays, ms, 95 of 100", float(late), "≤ 50"
    most = max(seen["drawn"].values(), default=0)
    yield "kB received a picture of the one drawn most", seen["bytes"] / 1e3 / most if most else "–", "–"
    for name, (numbers, words) in seen["sizes"].items():
        yield f"bytes of a whole frame: {name}", f"{numbers:,} + {words:,}", "–"
    yield "knobs at first sight", sight["knobs"], "≤ 6"
    yield "height of the lab at 1280 × 800, px", float(sight["height"]), "≤ 660"
    tracks = sight["tracks"]
    yield "width of the narrowest slider's track, px", float(min(tracks)) if tracks else "–", "≥ 140"


def _compared(ours: int, seen: Any, theirs: int, peers: Any) -> Iterator[tuple[Cell, ...]]:
    """Yield pictures a second, and the page's work for one, of both, and the ratios."""
    rate, other = ours / seen["seconds"], theirs / peers["seconds"]
    yield "pictures drawn anew a second", rate, "–"
    yield "the same as FigureWidgets", other, "–"
    yield "ratio of the two", rate / other if other else "–", "≥ 8"
    work, more = (1e3 * one["worked"] / count if count else 0.0 for one, count in ((seen, ours), (peers, theirs)))
    yield "the page's work for a picture, ms", work or "–", "–"
    yield "the same as a FigureWidget, ms", more or "–", "–"
    yield "FigureWidget ÷ ours", more / work if work else "–", "–"
