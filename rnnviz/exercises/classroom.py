"""What each learner of a class has answered, read from the notebooks of a folder; nothing of theirs is run or sent."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rnnviz import files
from rnnviz.exercises.kept.notebooks import NotANotebookError, Notebook, read_notebook
from rnnviz.exercises.kept.records import Attempt, Prediction
from rnnviz.i18n import t

__all__ = ["COLUMNS", "Answered", "ClassReport", "class_report"]

COLUMNS = ("learner", "item", "kind", "notebook", "answered", "answer", "right", "tries", "when")
_LARGEST = 50_000_000  # bytes: a chapter with all its pictures has a tenth of that


@dataclass(frozen=True)
class Answered:
    """What one learner has done with one prediction or exercise.

    Parameters
    ----------
    learner : str
        Whose it is: the name of the folder.
    item : str
        The id of the exercise or prediction; the words of a prediction that has none.
    kind : str
        "prediction" or "exercise".
    notebook : str
        Where it is asked: the path from the learner's folder.
    record : Prediction, Attempt or None
        Her answer; None where there is none yet.
    """

    learner: str
    item: str
    kind: str
    notebook: str
    record: Prediction | Attempt | None = None

    def cells(self) -> tuple[str, ...]:
        """Return what a table says of it, one word for each of `COLUMNS`."""
        record = self.record
        if isinstance(record, Attempt):
            told = (t("class.yes"), record.kind, _yes(record.solved), str(record.tries), _when(record.at))
        elif record is not None and record.answer is not None:
            said = record.said or str(record.answer)
            told = (t("class.yes"), said, _yes(record.right), "", _when(record.at))
        else:
            told = (t("class.no"), "", "", "", "")
        return (self.learner, self.item, self.kind, self.notebook, *told)


@dataclass(frozen=True)
class ClassReport:
    """What a class has answered.

    Parameters
    ----------
    rows : tuple of Answered
        One for each learner and each item that her notebooks ask, by learner and then by item.
    notes : tuple of str
        A sentence for each file or folder that was passed over.
    """

    rows: tuple[Answered, ...]
    notes: tuple[str, ...]


def class_report(folder: str | os.PathLike[str]) -> ClassReport:
    """Read what each learner of a class has answered.

    Parameters
    ----------
    folder : str or os.PathLike
        It holds a folder for each learner, called by her name, with her notebooks anywhere in it. Links are not
        followed: a learner could point one at somebody else's work.

    Raises
    ------
    TypeError, ValueError
        If that is no path.
    OSError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     class_report(folder)
    ClassReport(rows=(), notes=())
    """
    where = files.checked_path(folder, example="class", name="folder", kind="folder")
    if not where.is_dir():
        raise NotADirectoryError(
            f"folder must hold a folder of notebooks for each learner, got {files.named(where)}, which is no folder."
        )
    known: dict[tuple[str, str, str], Answered] = {}
    notes: list[str] = []
    for path in _notebooks(where, notes):
        learner, *inside = path.relative_to(where).parts
        book = _read(path, learner if inside else None, notes)
        for row in _rows(book, learner, "/".join(inside)) if book is not None else ():
            _keep_later(known, row)
    return ClassReport(tuple(known[key] for key in sorted(known)), tuple(notes))


def _notebooks(folder: Path, notes: list[str]) -> Iterator[Path]:
    """Yield the notebooks in order; what is hidden, such as JupyterLab's checkpoints, is nobody's."""

    def unreadable(error: OSError) -> None:
        notes.append(_unread(Path(error.filename), error))

    for place, folders, names in os.walk(folder, onerror=unreadable):
        for name in sorted(folders):
            if not name.startswith(".") and os.path.islink(os.path.join(place, name)):
                notes.append(t("class.link", file=files.named(Path(place, name))))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if name.endswith(".ipynb") and not name.startswith("."))


def _read(path: Path, learner: str | None, notes: list[str]) -> Notebook | None:
    """Return a notebook that asks something; else None, and a note says why."""
    name = files.named(path)
    try:
        if path.is_symlink():
            notes.append(t("class.link", file=name))
        elif learner is None:
            notes.append(t("class.nobody", file=name))
        elif path.stat().st_size > _LARGEST:
            notes.append(t("class.large", file=name, most=_LARGEST // 1_000_000))
        else:
            book = read_notebook(path)
            if book.questions or book.exercises or book.predictions or book.attempts:
                return book
            notes.append(t("class.other", file=name))
    except NotANotebookError as error:
        notes.append(str(error))
    except OSError as error:
        notes.append(_unread(path, error))
    return None


def _unread(path: Path, error: OSError) -> str:
    return t("class.unread", file=files.named(path), reason=(error.strerror or str(error)).rstrip("."))


def _rows(book: Notebook, learner: str, notebook: str) -> Iterator[Answered]:
    kinds: list[tuple[str, tuple[str, ...], Mapping[str, Prediction] | Mapping[str, Attempt]]] = [
        ("prediction", book.questions, book.predictions),
        ("exercise", book.exercises, book.attempts),
    ]
    for kind, asked, answered in kinds:
        for item in dict.fromkeys([*asked, *answered]):
            yield Answered(learner, item, kind, notebook, answered.get(item))


def _keep_later(known: dict[tuple[str, str, str], Answered], row: Answered) -> None:
    """Keep the later answer of two copies of a notebook: one may be older, or not begun."""
    key = (row.learner, row.item, row.kind)
    before = known.get(key)
    if before is None or before.record is None or (row.record is not None and row.record.at >= before.record.at):
        known[key] = row


def _yes(value: bool | None) -> str:
    return "" if value is None else t("class.yes" if value else "class.no")


def _when(at: float) -> str:
    """Return a time as ISO 8601 in UTC, nothing where a notebook holds one that no clock shows."""
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") if at > 0 else ""
    except (OverflowError, OSError, ValueError):
        return ""
