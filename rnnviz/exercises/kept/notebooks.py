"""Read a notebook file: what it asks, what its learner answered, whether she has begun."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rnnviz import files
from rnnviz.exercises.kept.records import Attempt, Prediction, record_in

__all__ = ["NotANotebookError", "Notebook", "read_notebook"]

_ASKED = re.compile(r"""\b(predict|check)\(\s*["'](\d\d\.[\w.-]+)["']""")
_UNSTORED = "nbval-ignore-output"  # a chapter is shipped without any output of these cells
_SOLUTION = "solution"


class NotANotebookError(ValueError):
    """The file is no notebook."""


@dataclass(frozen=True)
class Notebook:
    """What a notebook file tells about its learner.

    Parameters
    ----------
    title : str
        Its first heading, or its name.
    questions, exercises : tuple of str
        The ids of the predictions and exercises that its cells ask, in order.
    predictions, attempts : mapping
        What was answered, by the question's id or words, and by the exercise's id. What a solution cell has checked is
        no attempt of hers.
    solutions : frozenset of str
        The ids of the cells that hold solutions.
    begun : bool
        Whether a cell has been run that no chapter is shipped as run.
    """

    title: str
    questions: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()
    predictions: Mapping[str, Prediction] = field(default_factory=dict)
    attempts: Mapping[str, Attempt] = field(default_factory=dict)
    solutions: frozenset[str] = frozenset()
    begun: bool = False


def read_notebook(path: Path) -> Notebook:
    """Read a notebook file, whoever wrote it.

    Raises
    ------
    OSError
        If it cannot be read.
    NotANotebookError
        If it is no notebook.
    """
    content = files.read(path)
    try:
        book = files.parsed(content)
    except ValueError:
        book = None
    cells = book.get("cells") if isinstance(book, Mapping) else None
    if not isinstance(cells, list):
        raise NotANotebookError(
            f"{files.named(path)} is no notebook: it holds no cells; take the file out or restore it."
        )
    return _told([_Cell(cell) for cell in cells if isinstance(cell, Mapping)], path.stem)


class _Cell:
    """A cell of a file that may hold anything."""

    def __init__(self, cell: Mapping[str, Any]) -> None:
        self.is_code = cell.get("cell_type") == "code"
        source = cell.get("source", "")
        lines = source if isinstance(source, list) else [source]
        self.source = "".join(line for line in lines if isinstance(line, str))
        metadata = cell.get("metadata")
        tags = metadata.get("tags") if isinstance(metadata, Mapping) else None
        self.tags = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
        self.id = cell["id"] if isinstance(cell.get("id"), str) else ""
        outputs = cell.get("outputs")
        self._outputs = outputs if self.is_code and isinstance(outputs, list) else []
        # a chapter is shipped with pictures of its labs, and whoever runs such a cell has the lab beside it
        shipped = bool(self._outputs) and all(map(_is_picture, self._outputs))
        self.ran = self.is_code and cell.get("execution_count") is not None and not shipped

    def records(self) -> Iterator[Prediction | Attempt]:
        for output in self._outputs:
            if isinstance(output, Mapping) and (found := record_in(output.get("metadata"))):
                yield found


def _is_picture(output: Any) -> bool:
    data = output.get("data") if isinstance(output, Mapping) else None
    return isinstance(data, Mapping) and set(data) == {"image/png", "text/plain"}


def _told(cells: list[_Cell], stem: str) -> Notebook:
    predictions: dict[str, Prediction] = {}
    attempts: dict[str, Attempt] = {}
    for cell in cells:
        for record in cell.records():
            if isinstance(record, Prediction):
                _keep_later(predictions, record.name, record)
            elif _SOLUTION not in cell.tags:
                _keep_later(attempts, record.id, record)
    code = [cell for cell in cells if cell.is_code]
    asked = [found for cell in code for found in _ASKED.findall(cell.source)]
    return Notebook(
        _title(cells) or stem,
        tuple(dict.fromkeys(id for verb, id in asked if verb == "predict")),
        tuple(dict.fromkeys(id for verb, id in asked if verb == "check")),
        predictions,
        attempts,
        frozenset(cell.id for cell in code if _SOLUTION in cell.tags and cell.id),
        bool(predictions or attempts) or any(cell.ran and _UNSTORED in cell.tags for cell in code),
    )


def _keep_later(known: dict[str, Any], name: str, record: Prediction | Attempt) -> None:
    """Keep the later of two records, since a question may be answered in one cell and revealed in another."""
    if name not in known or known[name].at <= record.at:
        known[name] = record


def _title(cells: list[_Cell]) -> str:
    headings = (re.search(r"^# +(.+?)\s*$", cell.source, re.MULTILINE) for cell in cells if not cell.is_code)
    return next((found[1] for found in headings if found), "")
