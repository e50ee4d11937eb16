"""What a frame costs the kernel: rnnviz's LiveFigure beside plotly's own FigureWidget, given the same updates."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from typing import Any

import numpy as np
import plotly.graph_objects as go
import torch
from ipywidgets import Widget

from rnnviz.bench.instruments.report import Cell, Table
from rnnviz.bench.instruments.timing import interleaved
from rnnviz.bench.instruments.wire import Wire, counting
from rnnviz.live import Feed, Frame, LiveFigure, runtime
from rnnviz.training import Session, Snapshot
from rnnviz.views import DEFAULT, VIEWS, Focus, Patch, View, apply

__all__ = ["tables"]

_FOCUS = Focus()
_FRAMES = 4  # different ones in turn: neither side is asked to draw what is there already
_FRAME_COLUMNS = ("what", "drawn by", "time ÷ LiveFigure's", "ms", "kB", "messages")
_FRAME_NOTE = (
    "Kernel time from the values to serialised messages on a wire that leads nowhere: a lab frame includes making\n"
    "the patches, on both sides. FigureWidget takes the same updates, in one batch_update a figure of the lab. kB:\n"
    "JSON and buffers a frame, without message headers and without what the page echoes back."
)
_OPENING_COLUMNS = ("figures", "FigureWidget ÷ LiveFigure", "LiveFigure MB", "FigureWidget MB")
_OPENING_NOTE = (
    "Sent before the first frame: all of plotly.js with each FigureWidget, once, compressed, with LiveFigure."
)
_Draw = Callable[[], object]


def tables(
    *, seconds: float = 3.0, training_steps: int = 20, say: Callable[[str], None] = lambda words: None
) -> Iterator[Table]:
    """Measure and yield the tables of frames and of opening.

    Parameters
    ----------
    seconds : float
        At least this long for each line.
    training_steps : int
        Steps between two frames of the lab that is drawn.
    say : callable
        Told what is measured next.
    """
    say("drawing: one heatmap")
    rows = [*_frame_rows("one heatmap, 64 × 100", *_heatmap(), seconds)]
    snapshots = _snapshots(training_steps)
    shown = {name: VIEWS[name] for name in DEFAULT if VIEWS[name].exists(snapshots[0])}
    say("drawing: a whole lab")
    rows += _frame_rows(f"a lab of {len(shown)} views", *_lab(snapshots, shown), seconds)
    every = {name: view for name, view in VIEWS.items() if view.exists(snapshots[0])}
    say("drawing: every picture there is")
    rows += _frame_rows(f"all {len(every)} views at once", *_lab(snapshots, every), seconds)
    yield Table("drawing-frame", "Drawing: a frame", _FRAME_NOTE, _FRAME_COLUMNS, rows)
    say("drawing: opening")
    figures = [view.skeleton(snapshots[0], _FOCUS) for view in shown.values()]
    opened = [_opening_row(figures[:1]), _opening_row(figures)]
    title = "Drawing: bytes at opening"
    yield Table("drawing-opening", title, _OPENING_NOTE, _OPENING_COLUMNS, opened)


def _heatmap() -> tuple[Wire, dict[str, _Draw], ExitStack]:
    generator = np.random.default_rng(0)
    frames = [np.tanh(generator.normal(size=(64, 100))).astype(np.float32) for _ in range(_FRAMES)]
    ours, theirs = itertools.cycle(frames), itertools.cycle(frames)
    skeleton = go.Figure(go.Heatmap(zmin=-1, zmax=1, zauto=False))
    opened = ExitStack()
    wire = _wire(opened)
    live, peer = _opened(opened, LiveFigure(skeleton, feed=_opened(opened, Feed()))), _peer(opened, skeleton)
    draws: dict[str, _Draw] = {
        "LiveFigure": lambda: live.update([Patch(0, "z", next(ours), limits=(-1.0, 1.0))]),
        "FigureWidget": lambda: apply(peer, [Patch(0, "z", next(theirs))]),
    }
    return wire, draws, opened


def _lab(snapshots: list[Snapshot], shown: Mapping[str, View]) -> tuple[Wire, dict[str, _Draw], ExitStack]:
    turns = {"LiveFigure": itertools.cycle(snapshots), "FigureWidget": itertools.cycle(snapshots)}
    skeletons = {name: view.skeleton(snapshots[0], _FOCUS) for name, view in shown.items()}
    opened = ExitStack()
    wire = _wire(opened)
    feed = _opened(opened, Feed())
    for name, skeleton in skeletons.items():
        _opened(opened, LiveFigure(skeleton, name=name, feed=feed))
    peers = {name: _peer(opened, skeleton) for name, skeleton in skeletons.items()}

    def live() -> None:
        snapshot = next(turns["LiveFigure"])
        patches = {name: view.patches(snapshot, _FOCUS) for name, view in shown.items()}
        feed.push(Frame(snapshot.run, snapshot.step, patches))

    def peer() -> None:
        snapshot = next(turns["FigureWidget"])
        for name, view in shown.items():
            with peers[name].batch_update():
                apply(peers[name], view.patches(snapshot, _FOCUS))

    return wire, {"LiveFigure": live, "FigureWidget": peer}, opened


def _frame_rows(
    what: str, wire: Wire, draws: dict[str, _Draw], opened: ExitStack, seconds: float
) -> list[tuple[Cell, ...]]:
    with opened:
        times = interleaved(draws, torch.device("cpu"), seconds=seconds)
        rows: list[tuple[Cell, ...]] = []
        for name, draw in draws.items():
            wire.reset()
            for _ in range(_FRAMES):
                draw()
            sent = wire.bytes / _FRAMES / 1e3, wire.messages / _FRAMES
            rows.append((what, name, times.ratio(name, "LiveFigure"), times.of(name).median * 1e3, *sent))
    return rows


def _opening_row(figures: list[go.Figure]) -> tuple[Cell, ...]:
    with ExitStack() as opened:
        wire = _wire(opened)
        feed = _opened(opened, Feed())
        for figure in figures:
            _opened(opened, LiveFigure(figure, feed=feed))
        ours = wire.bytes
        wire.reset()
        for figure in figures:
            _peer(opened, figure)
        return len(figures), wire.bytes / ours, ours / 1e6, wire.bytes / 1e6


def _wire(opened: ExitStack) -> Wire:
    """Connect what is made from now on to a wire; the page's plotly.js is sent anew, on it."""
    _forget_runtime()
    wire = opened.enter_context(counting())
    opened.callback(_forget_runtime)  # whoever shows a figure later gets one on a true wire
    return wire


def _forget_runtime() -> None:
    shown = runtime()
    with suppress(KeyError):  # ipykernel, imported since, keeps another register of what is open
        shown.close()
    shown.comm = None


def _opened(opened: ExitStack, widget: Any) -> Any:
    assert isinstance(widget, Widget)
    opened.callback(widget.close)
    return widget


def _peer(opened: ExitStack, figure: go.Figure) -> go.FigureWidget:
    return _opened(opened, go.FigureWidget(figure))


def _snapshots(training_steps: int) -> list[Snapshot]:
    """Return frames of a lab; the sunspots have all the views, and the made-up task needs no data package."""
    task = "sunspots" if find_spec("statsmodels") else "adding"
    session = Session(task, seq_len=100, hidden_size=64, device="cpu")
    steps = session.steps()
    snapshots = []
    for _ in range(_FRAMES):
        for _ in itertools.islice(steps, training_steps):
            pass
        snapshots.append(session.snapshot())
    return snapshots
