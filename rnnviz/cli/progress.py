"""``rnnviz progress`` and ``rnnviz chapters reset``: where a learner stands, and a chapter begun afresh."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from rnnviz.cli.chapters import reset_chapter, shipped_chapters
from rnnviz.i18n import t

__all__ = ["progress", "reset"]


def progress(folder: Path, *, as_json: bool = False) -> int:
    """Print where the learners of a folder of notebooks stand.

    Parameters
    ----------
    folder : Path
        Whose notebooks are read, those of its folders too.
    as_json : bool
        Print one JSON object.

    Returns
    -------
    int
        0, or 2 where there is no such folder; one sentence on standard error then says so.

    Examples
    --------
    >>> progress(Path("no such folder"))
    2
    """
    from rnnviz.exercises.course import progress as read  # torch comes with it

    try:
        found = read(folder)
    except (OSError, ValueError) as error:
        return _refused("progress", error)
    print(json.dumps({"notebooks": [asdict(row) for row in found]}, ensure_ascii=False, indent=1) if as_json else found)
    return 0


def reset(chapter: str, directory: Path) -> int:
    """Put a fresh copy of a chapter into the folder, and the learner's own beside it.

    Parameters
    ----------
    chapter : str
        Its number, such as ``"03"``, or its file's name.
    directory : Path
        Where her copies live.

    Returns
    -------
    int
        0, or 2 where that cannot be; one sentence on standard error then says why.

    Examples
    --------
    >>> reset("no such chapter", Path("rnnviz-chapters"))
    2
    """
    try:
        fresh = reset_chapter(shipped_chapters(), directory.absolute(), chapter)
    except (OSError, ValueError) as error:
        return _refused("chapters", error)
    if fresh.kept is None:
        print(t("cli.chapters.reset.fresh" if fresh.new else "cli.chapters.reset.same", name=fresh.name))
    else:
        print(t("cli.chapters.reset.done", name=fresh.name, kept=fresh.kept))
    return 0


def _refused(command: str, error: Exception) -> int:
    print(f"rnnviz {command}: {error}", file=sys.stderr)
    return 2
