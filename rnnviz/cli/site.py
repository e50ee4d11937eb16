"""``rnnviz site``: the course as static pages; what is asked is checked before anything is run."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rnnviz.checks import shown
from rnnviz.cli.chapters import shipped_chapters
from rnnviz.i18n import t
from rnnviz.site.building import Site, build, missing_packages
from rnnviz.site.reading import Chapter, read_chapters

__all__ = ["make"]


def make(
    out: Path,
    *,
    chapters: str | None = None,
    replays: str | None = None,
    stored: bool = False,
    keep: Path | None = None,
) -> int:
    """Build the site and return the exit code: 0; 1 if a chapter stopped; 2 after one sentence on standard error.

    Parameters
    ----------
    out : Path
        A folder that is empty or not there yet.
    chapters : str, optional
        The chapters' numbers, such as ``"00,03"``; all by default.
    replays : str, optional
        The numbers of those whose labs are trained, or ``"none"``; all by default.
    stored : bool
        Whether the outputs that chapters keep are shown, and only what labs need is run.
    keep : Path, optional
        A folder in which stays what each chapter gave, for the next build.

    Examples
    --------
    >>> make(Path(__file__))
    2
    """
    try:
        if missing := missing_packages():
            raise ValueError(t("cli.site.missing", packages=", ".join(missing)))
        _room_for(out)
        known = read_chapters(shipped_chapters())
        wanted = _named(known, chapters)
        trained = None if replays is None else _named(known, replays) if replays != "none" else []
        numbers = None if trained is None else [one.number for one in trained]
        pages, stopped = build(Site(wanted, not stored, numbers, keep), out)
    except (OSError, ValueError, RuntimeError) as error:
        print(f"rnnviz site: {error}", file=sys.stderr)
        return 2
    print(t("cli.site.done", pages=pages, chapters=len(wanted), folder=out))
    return 1 if stopped else 0


def _room_for(out: Path) -> None:
    """Make the folder, or say why not."""
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(t("cli.site.not_a_folder", folder=out))
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise FileExistsError(t("cli.site.not_empty", folder=out))
        # found out now, and not after ten minutes
        probe = out / ".rnnviz"
        probe.touch()
        probe.unlink()
    except OSError as error:
        if error.errno is None:
            raise
        reason = os.strerror(error.errno)
        raise OSError(t("cli.site.unwritable", folder=out, reason=reason)) from error


def _named(known: Sequence[Chapter], words: str | None) -> list[Chapter]:
    """The chapters of these numbers in the course's order."""
    if words is None:
        return list(known)
    numbers = [word.strip().zfill(2) for word in words.split(",") if word.strip()]
    names = {one.number for one in known}
    for number in numbers or [words]:
        if number not in names:
            raise ValueError(t("cli.site.unknown", chapter=shown(number), names=", ".join(sorted(names))))
    return [one for one in known if one.number in numbers]
