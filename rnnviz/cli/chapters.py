"""The chapters, their drawings, and the learner's copies: a file she changed is never overwritten."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import rnnviz
from rnnviz import files
from rnnviz.checks import shown
from rnnviz.i18n import t

__all__ = ["Copied", "FreshChapter", "copy_chapters", "reset_chapter", "shipped_chapters"]

_RECORD = ".rnnviz-chapters.json"  # what was copied here, by name and SHA-256


@dataclass(frozen=True)
class Copied:
    """What :func:`copy_chapters` did.

    Attributes
    ----------
    first : str
        The name of the chapter to open.
    notes : tuple of str
        One sentence for each file that needs the learner's attention.
    """

    first: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class FreshChapter:
    """What :func:`reset_chapter` did.

    Attributes
    ----------
    name : str
        The chapter's file.
    kept : str or None
        What the learner's own is called now; None where she had changed nothing.
    new : bool
        Whether the file was written.
    """

    name: str
    kept: str | None
    new: bool


def shipped_chapters() -> Path:
    """Return the folder of the chapters: inside an installed package, or beside it in a source checkout.

    Raises
    ------
    FileNotFoundError
        If this copy of rnnviz carries no chapters.

    Examples
    --------
    >>> shipped_chapters().name
    'en'
    """
    package = Path(rnnviz.__file__).parent
    for folder in (package / "_chapters" / "en", package.parent / "notebooks" / "en"):
        if any(folder.glob("*.ipynb")):
            return folder
    raise FileNotFoundError(t("cli.lab.no_chapters", folder=package))


def copy_chapters(source: Path, directory: Path) -> Copied:
    """Copy the chapters of ``source`` into ``directory``, keeping whatever the learner changed there.

    A copy that is still as rnnviz left it is brought up to date. One that differs stays, and a newer edition is put
    beside it, once.

    Parameters
    ----------
    source, directory : Path
        ``directory`` is made if it is missing.

    Returns
    -------
    Copied
        The chapter to open first, and what to tell the learner.

    Raises
    ------
    OSError
        If ``directory`` is a file or cannot be written; the message is a sentence for the learner.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     copy_chapters(shipped_chapters(), Path(folder, "chapters")).first
    '00_start_here.ipynb'
    """
    if os.path.exists(directory) and not os.path.isdir(directory):
        raise NotADirectoryError(t("cli.lab.not_a_directory", directory=directory))
    chapters = {path.name: path.read_bytes() for path in sorted(source.glob("*.ipynb"))}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        record = _read_record(directory)
        notes = [note for name, text in chapters.items() if (note := _place(directory, name, text, record))]
        for drawing in sorted(source.glob("images/*")):
            _place_drawing(directory, f"images/{drawing.name}", drawing.read_bytes(), record)
        # Written even when nothing changed: a folder that cannot be written is found out now, not at the first save.
        _write_record(directory, record)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error).rstrip(".")
        raise OSError(t("cli.lab.unwritable", directory=directory, reason=reason)) from error
    return Copied(first=min(chapters), notes=tuple(notes))


def reset_chapter(source: Path, directory: Path, chapter: str) -> FreshChapter:
    """Put a chapter of ``source`` into ``directory`` as it was at first; a file the learner changed is kept beside it.

    Parameters
    ----------
    source, directory : Path
        The shipped chapters, and the folder of the learner's copies.
    chapter : str
        The chapter's number, such as ``"03"`` or ``"3"``, or its file's name.

    Returns
    -------
    FreshChapter
        The chapter's file, and what hers is called now: its name with the day.

    Raises
    ------
    ValueError
        If there is no such chapter; the message lists those that there are.
    OSError
        If there is no such folder, or it cannot be read or written; nothing of hers is lost then.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     reset_chapter(shipped_chapters(), Path(folder), "0").name
    '00_start_here.ipynb'
    """
    names = sorted(path.name for path in source.glob("*.ipynb"))
    wanted = chapter.zfill(2) if chapter.isdecimal() else chapter.removesuffix(".ipynb")
    name = next((one for one in names if wanted in (one[:2], one.removesuffix(".ipynb"))), None)
    if name is None:
        raise ValueError(
            t("cli.chapters.reset.unknown", chapter=shown(chapter), names=", ".join(one[:-6] for one in names))
        )
    if not os.path.isdir(directory):
        raise NotADirectoryError(t("cli.chapters.reset.no_folder", directory=directory))
    path, new = directory / name, (source / name).read_bytes()
    record = _read_record(directory)
    hers = files.read(path) if path.exists() else None
    if hers == new:
        return FreshChapter(name, None, new=False)
    kept = None
    # one that is as it was copied holds nothing of hers, even if the edition is an older one
    if hers is not None and _digest(hers) != record.get(name):
        kept = _free_name(directory, name)
        files.write(directory / kept, lambda file: file.write(hers))
    files.write(path, lambda file: file.write(new))
    _write_record(directory, record | {name: _digest(new)})
    return FreshChapter(name, kept, new=True)


def _free_name(directory: Path, name: str) -> str:
    stem, day = name.removesuffix(".ipynb"), date.today().isoformat()
    number = 1
    while True:
        free = f"{stem} (yours, {day}{f', {number}' if number > 1 else ''}).ipynb"
        if not (directory / free).exists():
            return free
        number += 1


def _place(directory: Path, name: str, new: bytes, record: dict[str, str]) -> str | None:
    """Put one chapter into the folder; return what to say about it, if anything."""
    digest = _digest(new)
    for candidate in _names(name):
        path = directory / candidate
        beside = candidate != name
        found = _digest(path.read_bytes()) if path.exists() else None
        if found == digest or (beside and found is None and record.get(candidate) == digest):
            record[candidate] = digest  # already here, or offered before and thrown away since
            return None
        if found is None or found == record.get(candidate):
            files.write(path, lambda file: file.write(new))
            record[candidate] = digest
            if beside:
                return t("cli.lab.beside", name=name, new=candidate)
            return None if found is None else t("cli.lab.updated", name=name)
        if record.get(candidate) == digest:
            return None  # the learner is at work on this very edition
    raise AssertionError("the names never end")


def _place_drawing(directory: Path, name: str, new: bytes, record: dict[str, str]) -> None:
    """Put a drawing beside the chapters that show it, unless somebody drew on hers."""
    path = directory / name
    if not path.exists() or _digest(path.read_bytes()) == record.get(name):
        path.parent.mkdir(exist_ok=True)
        files.write(path, lambda file: file.write(new))
        record[name] = _digest(new)


def _names(name: str) -> Iterator[str]:
    stem = name.removesuffix(".ipynb")
    yield name
    yield f"{stem} (new edition).ipynb"
    number = 2
    while True:
        yield f"{stem} (new edition {number}).ipynb"
        number += 1


def _read_record(directory: Path) -> dict[str, str]:
    """Return what was copied before; a damaged record counts as none, so that every file is kept."""
    try:
        record = files.parsed(files.read(directory / _RECORD))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(record, Mapping):
        return {}
    return {name: digest for name, digest in record.items() if isinstance(digest, str)}


def _write_record(directory: Path, record: Mapping[str, str]) -> None:
    kept = json.dumps(record, indent=1, sort_keys=True).encode()
    files.write(directory / _RECORD, lambda file: file.write(kept))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
