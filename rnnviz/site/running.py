"""Running chapters in kernels of their own, two at a time, for outputs, replays and measured numbers."""

import asyncio
import copy
import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from rnnviz.exercises.kept.learner import VARIABLE
from rnnviz.site.needed import live_cells, needed_cells
from rnnviz.site.reading import Chapter, asked_in, revealed_in

__all__ = ["Order", "Ran", "run_chapters"]

_PATIENCE = 900  # seconds a cell
_RECORDER = "_rnnviz_recorder"


@dataclass(frozen=True)
class Order:
    """What is run of each chapter.

    Parameters
    ----------
    folder : Path
        Where replays are written.
    whole : bool
        Whether all cells are run; else those alone that labs need.
    shared : str
        The folder of plotly.js as a replay has it.
    room : int
        Bytes that a chapter's replays may take together.
    labs : frozenset of str, optional
        Cells whose labs are wanted; all by default.
    """

    folder: Path
    whole: bool
    shared: str
    room: int = 2_000_000
    labs: frozenset[str] | None = None


@dataclass(frozen=True)
class Ran:
    """What a chapter gave.

    Parameters
    ----------
    outputs : dict
        What each cell that was run has put out, by its id.
    told : dict
        What came of predictions, by their ids.
    replays : tuple of str
        The cells whose labs have a replay.
    stopped : str
        The error at which it stopped; empty where it ran to its end.
    """

    outputs: dict[str, list[Any]] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    replays: tuple[str, ...] = ()
    stopped: str = ""


def run_chapters(chapters: Iterable[Chapter], order: Order) -> Iterator[tuple[Chapter, Ran]]:
    """Yield what each chapter gave, in their order."""
    chapters = list(chapters)
    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        yield from zip(chapters, pool.map(lambda chapter: _run(chapter, order), chapters), strict=True)


def _run(chapter: Chapter, order: Order) -> Ran:
    labs = {cell: lab for cell, lab in live_cells(chapter).items() if order.labs is None or cell in order.labs}
    needed = None if order.whole else needed_cells(chapter, labs)
    if needed is not None and not needed:
        return Ran()
    book = nbformat.v4.new_notebook(cells=list(_cells(chapter, order, labs, needed)))
    environment = {**os.environ, VARIABLE: "0", "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    client = NotebookClient(
        book,
        timeout=_PATIENCE,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # what a kernel thinks of its own sockets is nobody's page
        resources={"metadata": {"path": str(chapter.path.parent)}},
    )
    try:
        # a loop of its own, closed at the end: the one that nbclient makes in a thread stays open
        asyncio.run(client.async_execute(env=environment))
    except CellExecutionError as error:
        return Ran(stopped=" ".join(f"{error.ename}: {error.evalue}".split()))
    record = json.loads((order.folder / f"{chapter.number}.json").read_text(encoding="utf-8"))
    return Ran({cell.id: cell.outputs for cell in book.cells}, record["told"], tuple(record["replays"]))


def _cells(chapter: Chapter, order: Order, labs: dict[str, str], needed: set[str] | None) -> Iterator[Any]:
    """The cells to be run, and between them those that tell the recorder; these have no part in the page."""
    given = (str(order.folder), chapter.number, order.shared, order.room)
    yield _silent(f"from rnnviz.site.recording import Recorder\n{_RECORDER} = Recorder{given!r}")
    asked: dict[str, str] = {}
    for cell in chapter.code():
        if needed is not None and cell.id not in needed:
            continue
        yield copy.deepcopy(cell)
        asked |= asked_in(cell.source)
        if cell.id in labs:
            yield _silent(f"{_RECORDER}.keep({cell.id!r}, {labs[cell.id]})")
        for reveal in revealed_in(cell.source, asked):
            yield _silent(f"{_RECORDER}.tell({reveal.id!r}, {reveal.values})")
    yield _silent(f"{_RECORDER}.finish()")


def _silent(source: str) -> Any:
    return nbformat.v4.new_code_cell(source)
