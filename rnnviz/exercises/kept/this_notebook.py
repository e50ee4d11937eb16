"""The notebook that runs here: its file, what was answered in it before, and outputs that keep what is answered now."""

import os
import sys
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from rnnviz.exercises.kept.draft import read_draft, write_draft
from rnnviz.exercises.kept.learner import reads_along
from rnnviz.exercises.kept.notebooks import NotANotebookError, Notebook, read_notebook
from rnnviz.exercises.kept.records import Attempt, Prediction

__all__ = [
    "Place",
    "before",
    "folder_here",
    "keep_attempt",
    "keep_prediction",
    "known_attempts",
    "known_predictions",
    "own_file",
]

Record = TypeVar("Record", Prediction, Attempt)

_predictions: dict[str, Prediction] = {}  # what this kernel's learner has answered, by question
_attempts: dict[str, Attempt] = {}


def known_predictions() -> dict[str, Prediction]:
    """Return the predictions of this notebook: those of its file, and later ones."""
    return {**before().predictions, **_drafted(Prediction), **_predictions}


def known_attempts() -> dict[str, Attempt]:
    """Return the attempts at this notebook's exercises: those of its file, and later ones."""
    return {**before().attempts, **_drafted(Attempt), **_attempts}


def keep_prediction(prediction: Prediction) -> Prediction:
    """Remember a prediction, and return it with its time."""
    _predictions[prediction.name] = kept = replace(prediction, at=time.time())
    return kept


def keep_attempt(id: str, *, right: bool, kind: str) -> None:
    """Remember an answer to an exercise, and keep it in the running cell's output; a shown solution is no answer."""
    if not reads_along() or _cell_id() in before().solutions:
        return
    known = known_attempts().get(id)
    if kind == "unanswered":
        if known is None:
            return
        attempt = known  # the cell's outputs are new: what she had solved stays solved
    else:
        solved = right or (known is not None and known.solved)
        attempt = Attempt(id, solved, kind, 1 + (known.tries if known else 0), time.time())
    _attempts[id] = attempt
    Place().show(attempt)


def _drafted(kind: type[Record]) -> dict[str, Record]:
    """Return what this kernel wrote down before it was started again, where somebody reads along."""
    if not reads_along():
        return {}
    return {one.id if isinstance(one, Attempt) else one.name: one for one in _draft_once() if isinstance(one, kind)}


class Place:
    """An output without any picture, which keeps a record in its metadata: the notebook is its file.

    The first record is shown in the cell that runs then, later ones go to the same place; and where another cell runs
    by then, there too, because a page that was loaded again has lost the way back.
    """

    def __init__(self) -> None:
        # asked now: the press of a button comes from no cell
        self._reading = reads_along() and hasattr(_shell(), "get_parent")
        self._handle: Any = None
        self._execution: str | None = None

    def show(self, record: Prediction | Attempt) -> None:
        """Keep a record; where nobody reads along, nothing is kept."""
        if not self._reading:
            return
        from IPython.display import display

        metadata, execution = record.metadata(), _execution()
        if self._handle is not None:
            self._handle.update({}, raw=True, metadata=metadata)
        if self._handle is None or execution not in (None, self._execution):
            # no data: nothing is drawn, and nothing compared
            handle = display({}, raw=True, metadata=metadata, display_id=True)  # type: ignore[no-untyped-call]
            self._handle, self._execution = self._handle or handle, execution
        # the page saves the notebook when it likes, and a kernel may be started again before
        write_draft([*_draft_once(), *_predictions.values(), *_attempts.values()])


def before() -> Notebook:
    """Return what the file of the running notebook held when this kernel first asked; empty where there is none."""
    path = _own_file()
    return _read_once(path) if path is not None and reads_along() else Notebook("")


def folder_here() -> Path:
    """Return the folder of the running notebook, the working directory where that is not known."""
    path = own_file()
    return path.parent if path is not None else Path.cwd()


def own_file() -> Path | None:
    """Return the file of the running notebook, None where its front end does not tell it."""
    return _own_file() if reads_along() else None


def _own_file() -> Path | None:
    shell = _shell()
    # JupyterLab tells the kernel, Visual Studio Code its names
    named = os.environ.get("JPY_SESSION_NAME") or (shell and shell.user_ns.get("__vsc_ipynb_file__"))
    if shell is None or not isinstance(named, str) or not named.endswith(".ipynb"):
        return None
    return Path(named).absolute()


@cache
def _draft_once() -> tuple[Prediction | Attempt, ...]:
    return tuple(read_draft())


@cache
def _read_once(path: Path) -> Notebook:
    try:
        return read_notebook(path)
    except (OSError, NotANotebookError):  # renamed since, or not saved yet: then there is no day before this one
        return Notebook("")


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _execution() -> str | None:
    from rnnviz.lab.lifetime.rerun import running_cell

    cell = running_cell()
    return None if cell is None else cell.execution


def _cell_id() -> str:
    shell = _shell()
    parent = shell.get_parent() or {} if hasattr(shell, "get_parent") else {}
    return str(parent.get("metadata", {}).get("cellId", ""))
