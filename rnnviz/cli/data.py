"""``rnnviz data``: which sets can be fetched, and fetching them before a bar that fills."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from rnnviz.data import ARCHIVES, get, path
from rnnviz.data.archives import known
from rnnviz.i18n import t

__all__ = ["Bar", "fetch", "listing"]

_WIDTH = 30  # characters of the bar


def listing() -> int:
    """Print each set: name, how much is fetched, whether it is here, what it is, its licence; return 0.

    Examples
    --------
    >>> listing()  # doctest: +ELLIPSIS
    reviews     2.5 MB  ...
    0
    """
    for name, archive in ARCHIVES.items():
        there = path(name)
        state = t("cli.data.not_cached") if there is None else f"{t('cli.data.cached')}: {there}"
        print(f"{name:<12}{archive.fetched}  {state}\n{'':<12}{archive.what}\n{'':<12}{archive.licence}")
    print(t("cli.data.list.how"))
    return 0


def fetch(names: Sequence[str]) -> int:
    """Fetch sets one after the other, the licence of each first.

    Parameters
    ----------
    names : sequence of str
        What they are called.

    Returns
    -------
    int
        0; 1 where one could not be fetched, 2 where there is none of that name, before any is fetched. One sentence
        on standard error then says what to do.

    Examples
    --------
    >>> fetch(["adresses"])
    2
    """
    try:
        archives = [known(name) for name in names]
    except ValueError as error:
        return _refused(error, 2)
    for archive in archives:
        print(t("cli.data.under", name=archive.name, licence=archive.licence), flush=True)
        bar = Bar(sys.stderr)
        try:
            found: Path = get(archive.name, progress=bar)
        except KeyboardInterrupt:
            bar.end()
            return _refused(t("cli.data.interrupted", name=archive.name), 1)
        except (OSError, ValueError, ModuleNotFoundError) as error:
            bar.end()
            return _refused(error, 1)
        bar.end()
        print(t("cli.data.done", name=archive.name, path=found), flush=True)
    return 0


class Bar:
    """A bar that fills; in a file, where it could not, a line for each quarter.

    Parameters
    ----------
    stream : text file
        Where it is drawn.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._shown, self._moves = stream, -1, stream.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Show how far it is: ``done`` of ``total`` bytes."""
        share = 100 * done // total
        step = share if self._moves else share // 25 * 25
        if step == self._shown:
            return
        self._shown = step
        filled = "█" * (_WIDTH * share // 100)
        words = f"{filled:<{_WIDTH}} {share:3} %  {done / 1e6:.1f} / {total / 1e6:.1f} MB"
        print(f"\r{words}" if self._moves else words, end="" if self._moves else "\n", file=self._stream, flush=True)

    def end(self) -> None:
        """Go on to a line of its own; nothing where nothing was drawn."""
        if self._moves and self._shown >= 0:
            print(file=self._stream, flush=True)


def _refused(error: object, code: int) -> int:
    print(f"rnnviz data: {error}", file=sys.stderr)
    return code
