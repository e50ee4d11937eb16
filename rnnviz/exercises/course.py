"""`progress`: where a learner stands in the course, read from the notebooks of a folder."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnviz import files
from rnnviz.exercises.kept.notebooks import NotANotebookError, read_notebook
from rnnviz.exercises.kept.tables import html_table, text_table
from rnnviz.exercises.kept.this_notebook import folder_here, known_attempts, known_predictions, own_file
from rnnviz.i18n import t

__all__ = ["ChapterProgress", "Progress", "progress"]

_PARTS = ("notebook", "begun", "predictions", "right", "exercises")


@dataclass(frozen=True)
class ChapterProgress:
    """Where a learner stands in one notebook.

    Parameters
    ----------
    file : str
        Its path, from the folder that was read.
    title : str
        Its first heading.
    begun : bool
        Whether she has run or answered anything in it.
    asked, predicted, revealed, right : int
        Predictions that it asks, that were made, whose result was shown, and that were right then.
    exercises, tried, solved : int
        Exercises that it asks, that were answered at all, and that were solved.
    problem : str
        Why it cannot be read; empty as a rule.
    """

    file: str
    title: str = ""
    begun: bool = False
    asked: int = 0
    predicted: int = 0
    revealed: int = 0
    right: int = 0
    exercises: int = 0
    tried: int = 0
    solved: int = 0
    problem: str = ""


def progress(folder: str | os.PathLike[str] | None = None) -> "Progress":
    """Read where a learner, or each of a class, stands: predictions made, exercises solved, notebook by notebook.

    Parameters
    ----------
    folder : str or os.PathLike, optional
        Whose notebooks are read, those of its folders too, a copy apart from another; that of the running notebook by
        default. Nothing in it is run or changed. What is not saved yet is known of the running notebook alone.

    Returns
    -------
    Progress
        As the last line of a cell a table; its `rows` are plain values.

    Raises
    ------
    TypeError, ValueError
        If that is no path.
    OSError
        If there is no such folder, or it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(progress(folder))
    There are no notebooks in this folder.
    """
    where = folder_here() if folder is None else files.checked_path(folder, example="rnnviz-chapters")
    if not os.path.isdir(where):  # Path's own raises where a name is too long
        raise NotADirectoryError(f"folder must be a folder of notebooks, got {files.named(where)}, which is none.")
    return Progress([_row(path, where) for path in _notebooks(where)])


def _notebooks(folder: Path) -> list[Path]:
    """Return the notebooks, in order; what is hidden, such as JupyterLab's checkpoints, is nobody's."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(place, name) for name in names if name.endswith(".ipynb") and not name.startswith(".")]
    return sorted(found)


def _row(path: Path, folder: Path) -> ChapterProgress:
    file = path.relative_to(folder).as_posix()
    try:
        book = read_notebook(path)
    except (OSError, NotANotebookError) as error:
        return ChapterProgress(file, problem=str(error))
    predictions, attempts = book.predictions, book.attempts
    if (own := own_file()) is not None and own.resolve() == path.resolve():
        # what is answered in this kernel is in the file once it is saved
        predictions, attempts = known_predictions(), known_attempts()
    said = [one for one in predictions.values() if one.answer is not None]
    return ChapterProgress(
        file,
        book.title,
        begun=book.begun or bool(predictions or attempts),
        asked=len({*book.questions, *predictions}),
        predicted=len(said),
        revealed=sum(one.right is not None for one in said),
        right=sum(one.right is True for one in said),
        exercises=len({*book.exercises, *attempts}),
        tried=len(attempts),
        solved=sum(one.solved for one in attempts.values()),
    )


class Progress:
    """Where a learner stands, notebook by notebook; made by `progress`.

    Parameters
    ----------
    rows : sequence of ChapterProgress
        One for each notebook.
    """

    def __init__(self, rows: Sequence[ChapterProgress]) -> None:
        self.rows = tuple(rows)

    def __iter__(self) -> Iterator[ChapterProgress]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def headline(self) -> str:
        """Notebooks begun, and exercises solved, of all."""
        if not self.rows:
            return t("progress.none")
        begun, solved = sum(row.begun for row in self.rows), sum(row.solved for row in self.rows)
        exercises = sum(row.exercises for row in self.rows)
        return t("progress.line", begun=begun, notebooks=len(self.rows), solved=solved, exercises=exercises)

    def _cells(self) -> list[tuple[str, ...]]:
        # of a class, or of several copies, a title does not say whose it is
        titles = [row.title for row in self.rows]
        apart = len(set(titles)) == len(titles) and not any("/" in row.file for row in self.rows)
        return [_cells(row, row.title if apart and row.title else row.file) for row in self.rows]

    def __str__(self) -> str:
        if not self.rows:
            return self.headline
        return f"{self.headline}\n{text_table([t(f'progress.{part}') for part in _PARTS], self._cells())}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table([t(f"progress.{part}") for part in _PARTS], self._cells(), self.headline)


def _cells(row: ChapterProgress, name: str) -> tuple[str, ...]:
    if row.problem:
        return name, row.problem, "", "", ""
    return (
        name,
        t("progress.yes" if row.begun else "progress.not_yet"),
        _of(row.predicted, row.asked),
        _of(row.right, row.revealed),
        _of(row.solved, row.exercises),
    )


def _of(some: int, total: int) -> str:
    return t("progress.of", some=some, all=total) if total else "–"
