"""What is run of a chapter, and what that gave: kept in a folder, so that a build that broke off goes on."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

import rnnviz
from rnnviz import data, files
from rnnviz.site.needed import live_cells
from rnnviz.site.reading import Chapter

__all__ = ["Order", "Ran", "keep", "kept", "stamp"]

_SCRIPTS = (".py", ".js", ".css", ".json")
# parts whose sources do not change what a chapter gives
_APART = {"bench", "cli"}
_OF_THE_SITE = {"keeping.py", "recording.py", "running.py", "reading.py", "needed.py", "scenes.py"}


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


def kept(chapter: Chapter, order: Order, mark: str) -> Ran | None:
    """Return what a chapter gave when it last ran in this folder, None where that was another chapter or package.

    Parameters
    ----------
    chapter : Chapter
        As it is now.
    order : Order
        What is wanted of it.
    mark : str
        The package's `stamp`.
    """
    try:
        held = files.parsed(files.read(_path(chapter, order)))
    except (OSError, ValueError):
        return None
    match held:
        case {"of": of, "outputs": dict(given), "told": dict(told), "replays": list(replays)}:
            if of != _of(chapter, order, mark):
                return None
        case _:
            return None
    if not all((order.folder / f"{chapter.number}-{cell}.html").is_file() for cell in replays):
        return None
    outputs = {cell: [nbformat.from_dict(one) for one in outputs] for cell, outputs in given.items()}
    return Ran(outputs, told, tuple(replays))


def keep(chapter: Chapter, order: Order, mark: str, ran: Ran) -> None:
    """Write down what a chapter gave; one that stopped is run again next time."""
    if ran.stopped:
        return
    held = {"of": _of(chapter, order, mark), "outputs": ran.outputs, "told": ran.told, "replays": ran.replays}
    text = json.dumps(held, ensure_ascii=False)
    files.write(_path(chapter, order), lambda out: out.write(text.encode()))


def stamp(sources: Iterable[Path] | None = None) -> str:
    """Return what tells one state of the package from another, as far as a chapter shows it.

    >>> stamp() == stamp(), len(stamp())
    (True, 64)
    """
    found = hashlib.sha256()
    for path in sorted(_sources() if sources is None else sources):
        found.update(f"{path.name} {path.stat().st_size} ".encode() + path.read_bytes())
    return found.hexdigest()


def _sources() -> Iterable[Path]:
    root = Path(rnnviz.__file__).parent
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        apart = parts[0] in _APART or (parts[0] == "site" and path.name not in _OF_THE_SITE)
        if path.suffix in _SCRIPTS and not apart:
            yield path


def _path(chapter: Chapter, order: Order) -> Path:
    return order.folder / f"{chapter.number}.kept.json"


def _of(chapter: Chapter, order: Order, mark: str) -> str:
    """What was run, and what of it was wanted."""
    labs = sorted(live_cells(chapter) if order.labs is None else order.labs)
    cells = [(cell.id, cell.source) for cell in chapter.code()]
    fetched = [str(found.name) for name in data.ARCHIVES if (found := data.path(name))]  # without them it shows less
    asked = json.dumps([mark, order.whole, order.shared, order.room, labs, cells, fetched])
    return hashlib.sha256(asked.encode()).hexdigest()
