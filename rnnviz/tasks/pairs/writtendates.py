"""Dates: written as people write them in ten languages, to be rewritten as ISO 8601."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, ClassVar

from rnnviz import limits
from rnnviz.checks import whole
from rnnviz.i18n import t
from rnnviz.tasks.pairs.pairs import ASKED, Pairs

__all__ = ["DAYS", "HELD_OUT", "LOCALES", "STYLES", "Dates", "first_state", "written_dates"]

LOCALES = ("de", "en", "es", "fr", "it", "nl", "pl", "sv", "tr", "zh")
STYLES = ("medium", "long", "full")  # "short" leaves it open which number is the month
_FIRST, DAYS = date(1950, 1, 1), 36_525  # a hundred years
HELD_OUT = 500
_FEWEST, _MOST = 100, 20_000


class Dates(Pairs):
    """Rewrite a date as ISO 8601: ``"7 de marzo de 1999"`` becomes ``"1999-03-07"``.

    Babel writes the dates (BSD-3-Clause licence; names of months and days from Unicode's CLDR) in ten languages and
    three styles, medium, long and full; days lie between 1950 and 2049. No day of the 500 held-out pairs is among the
    training pairs, in whichever language. They are drawn by a generator of our own: the same pairs for the same seed
    everywhere.

    Parameters
    ----------
    pairs : int
        Training pairs, 100 to 20,000.
    seed : int
        Decides which days, languages and styles.
    attention, reverse_source
        As for `Pairs`.

    Raises
    ------
    ModuleNotFoundError
        If Babel is not installed.

    Examples
    --------
    >>> task = Dates()
    >>> task.held_out_pairs[0]
    ('...', '...-...-...')
    >>> len(task.training), len(task.held_out())
    (4000, 500)
    """

    options: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {"pairs": whole(_FEWEST, _MOST), "seed": limits.seed, **ASKED}
    )

    def __init__(
        self, pairs: int = 4000, seed: int = 0, *, attention: str | None = "dot", reverse_source: bool = False
    ) -> None:
        pairs, seed = whole(_FEWEST, _MOST)("pairs", pairs), limits.seed("seed", seed)
        self.pairs, self.seed = pairs, seed
        held_out, training = written_dates(pairs, seed)
        super().__init__(
            training,
            held_out,
            name="dates",
            source=t("task.dates.source", version=version("babel")),
            attention=attention,
            reverse_source=reverse_source,
            steps=600,
        )


@cache
def written_dates(pairs: int, seed: int) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Return held-out pairs and training pairs, each a date as somebody writes it and as ISO 8601.

    Parameters
    ----------
    pairs, seed : int
        How many to train on, and what decides which.
    """
    write, draw = _writer(), _drawing(seed)
    held_out = _drawn(write, draw, HELD_OUT, set())
    return held_out, _drawn(write, draw, pairs, {iso for _, iso in held_out})


def _drawn(
    write: Callable[..., str], draw: Callable[[int], int], count: int, forbidden: set[str]
) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    while len(found) < count:
        day = _FIRST + timedelta(days=draw(DAYS))
        locale, style = LOCALES[draw(len(LOCALES))], STYLES[draw(len(STYLES))]
        if day.isoformat() not in forbidden:
            found[write(day, style, locale=locale)] = day.isoformat()
    return tuple(found.items())


def first_state(seed: int) -> int:
    """Return where the generator of dates begins: far apart for seeds that are neighbours."""
    return (seed * 0x9E3779B97F4A7C15 + 0x1234567) % 2**64


def _drawing(seed: int) -> Callable[[int], int]:
    """Return a function that draws from 0 to below a number: Knuth's MMIX generator, which every machine has alike."""
    state = first_state(seed)

    def draw(below: int) -> int:
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % below  # its low digits repeat early

    return draw


def _writer() -> Any:
    try:
        from babel.dates import format_date
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "Babel, which writes the dates of this task, is missing; run: pip install babel", name="babel"
        ) from None
    return format_date
