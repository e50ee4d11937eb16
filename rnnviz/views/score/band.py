"""Band: one picture of a strip, as the page is told of it: words, height, colour bar, what the read-out shows."""

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["CAPTION", "Band", "Bar", "Read", "domains", "rows_high", "told"]

CAPTION = 16  # pixels above each picture, for its words
_TALLEST = 1.6  # times the height asked for: rather a little more than to leave units out


@dataclass(frozen=True)
class Bar:
    """The colour bar at the right of a band.

    Parameters
    ----------
    kind : {"signed", "gate"}
        Which of `rnnviz.views.style.SCALES`.
    low, high : float
        The range.
    labels : tuple
        Pairs (place from 0, the foot, to 1; word).
    pointed : bool
        Whether values lie beyond the ends.
    span : int
        Beside how many bands it stands, from this one down.
    mark, was : float or None
        Places from 0 to 1 of the mean now and before a change.
    """

    kind: str
    low: float
    high: float
    labels: tuple[tuple[float, str], ...]
    pointed: bool = False
    span: int = 1
    mark: float | None = None
    was: float | None = None


@dataclass(frozen=True)
class Read:
    """What stands at the right end of a caption for the timestep under the cursor.

    Parameters
    ----------
    row : int
        Which of the strip's rows of exact numbers.
    digits : int or None
        Decimals; None for three figures.
    unit : str
        A word after the number.
    lead : str
        Words before it, such as which unit it is.
    leads : tuple of str
        In place of ``lead`` a word for each timestep.
    was : int or None
        The row of what the number was before a change.
    dot : str
        The colour of a dot on the line under the cursor; none if empty.
    """

    row: int
    digits: int | None = 2
    unit: str = ""
    lead: str = ""
    was: int | None = None
    dot: str = ""
    leads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Band:
    """One picture of a strip.

    Parameters
    ----------
    name, aside : str
        The caption: its name, and a few plain words.
    low, high : int
        The picture's height in pixels in a window lower than 880 pixels, and in a higher one.
    gap : int
        Pixels below it.
    bar : Bar or None
        Its colour bar.
    read : Read or None
        Its read-out.
    now : str
        What stands in place of a read-out.
    empty : str
        What the picture says while it has nothing to show.
    above : bool
        Whether the picture lies above the cursor, so that no line runs through its symbols.
    named : bool
        Whether each row of a heatmap has a name, beside the picture; else the first and the last have their numbers.
    """

    name: str
    aside: str = ""
    low: int = 64
    high: int = 96
    gap: int = 6
    bar: Bar | None = None
    read: Read | None = None
    now: str = ""
    empty: str = ""
    above: bool = False
    named: bool = False

    @property
    def whole(self) -> int:
        """Caption, picture and gap in a low window, pixels."""
        return CAPTION + self.low + self.gap


def told(bands: list[Band]) -> list[dict[str, Any]]:
    """Return the bands ready for JSON, each with the axes that it is drawn on."""
    return [
        {"axis": f"y{_suffix(index)}", "x": f"x{_suffix(index)}", **asdict(band)} for index, band in enumerate(bands)
    ]


def domains(bands: list[Band]) -> list[list[float]]:
    """Return each picture's share of the strip's height in a low window, from the top down.

    >>> domains([Band("one", low=32, gap=4), Band("two", low=32, gap=4)])
    [[0.5384..., 0.8461...], [0.0384..., 0.3461...]]
    """
    height = sum(band.whole for band in bands)
    found, top = [], height
    for band in bands:
        found.append([(top - CAPTION - band.low) / height, (top - CAPTION) / height])
        top -= band.whole
    return found


def rows_high(units: int, pixels: int) -> int:
    """Return the height of a heatmap for which ``pixels`` are meant: every row gets as many whole pixels as any other.

    More units than fit are left out evenly, so that a row never has less than a pixel.

    >>> rows_high(32, 64), rows_high(8, 76), rows_high(5, 64), rows_high(50, 32), rows_high(128, 64), rows_high(100, 64)
    (64, 72, 60, 50, 64, 100)
    """
    if units <= _TALLEST * pixels:
        return units * max(1, pixels // units)
    return -(-units // -(-units // pixels))


def _suffix(index: int) -> str:
    return "" if index == 0 else str(index + 1)
