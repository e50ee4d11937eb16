"""Running chapters in kernels of their own, two at a time, for outputs, replays and measured numbers."""

import asyncio
import copy
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from rnnviz import files
from rnnviz.exercises.kept.learner import VARIABLE
from rnnviz.i18n import t
from rnnviz.site.keeping import Order, Ran, keep, kept, stamp
from rnnviz.site.needed import live_cells, needed_cells
from rnnviz.site.reading import Chapter, asked_in, revealed_in

__all__ = ["run_chapters"]

_PATIENCE = 1800  # seconds a cell
_RECORDER = "_rnnviz_recorder"


def run_chapters(chapters: Iterable[Chapter], order: Order) -> Iterator[tuple[Chapter, Ran]]:
    """Yield what each chapter gave, in their order; one that ran in this folder and has not changed is not run."""
    chapters, mark = list(chapters), stamp()
    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        yield from zip(chapters, pool.map(lambda chapter: _given(chapter, order, mark), chapters), strict=True)


def _given(chapter: Chapter, order: Order, mark: str) -> Ran:
    ran = kept(chapter, order, mark)
    if ran is None:
        ran = _run(chapter, order)
        keep(chapter, order, mark, ran)
    return ran


def _run(chapter: Chapter, order: Order) -> Ran:
    labs = {cell: lab for cell, lab in live_cells(chapter).items() if order.labs is None or cell in order.labs}
    needed = None if order.whole else needed_cells(chapter, labs)
    if needed is not None and not needed:
        return Ran()
    book = nbformat.v4.new_notebook(cells=list(_cells(chapter, order, labs, needed)))
    client = _Client(
        book,
        timeout=_PATIENCE,
        startup_timeout=_PATIENCE,  # on a busy machine a kernel takes more than the usual minute to begin
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # what a kernel thinks of its own sockets is nobody's page
        resources={"metadata": {"path": str(chapter.path.parent)}},
    )
    environment = {**os.environ, VARIABLE: "0", "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    try:
        # a loop of its own, closed at the end: the one that nbclient makes in a thread stays open
        asyncio.run(client.async_execute(env=environment))
        record = files.parsed(files.read(order.folder / f"{chapter.number}.json"))
    # one chapter must not take the others with it: an error of a cell, a kernel that dies or never answers
    except Exception as error:
        reason = _reason(error)
        return Ran(stopped=t("cli.site.at", cell=client.at, reason=reason) if client.at else reason)
    return Ran({cell.id: cell.outputs for cell in book.cells}, record["told"], tuple(record["replays"]))


class _Client(NotebookClient):
    """Runs a notebook, and knows how far it has come."""

    at = ""

    async def async_execute_cell(self, cell: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a cell; those of the recorder belong to the one before."""
        self.at = cell.metadata.get("shown", self.at)
        return await super().async_execute_cell(cell, *args, **kwargs)


def _reason(error: Exception) -> str:
    if isinstance(error, CellExecutionError):
        return " ".join(f"{error.ename}: {error.evalue}".split())
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _cells(chapter: Chapter, order: Order, labs: dict[str, str], needed: set[str] | None) -> Iterator[Any]:
    """The cells to be run, and between them those that tell the recorder; these have no part in the page."""
    given = (str(order.folder), chapter.number, order.shared, order.room)
    yield _silent(f"from rnnviz.site.recording import Recorder\n{_RECORDER} = Recorder{given!r}")
    asked: dict[str, str] = {}
    for cell in chapter.code():
        if needed is not None and cell.id not in needed:
            continue
        run = copy.deepcopy(cell)
        run.metadata["shown"] = cell.id
        yield run
        asked |= asked_in(cell.source)
        if cell.id in labs:
            yield _silent(f"{_RECORDER}.keep({cell.id!r}, {labs[cell.id]})")
        for reveal in revealed_in(cell.source, asked):
            yield _silent(f"{_RECORDER}.tell({reveal.id!r}, {reveal.values})")
    yield _silent(f"{_RECORDER}.finish()")


def _silent(source: str) -> Any:
    return nbformat.v4.new_code_cell(source)
