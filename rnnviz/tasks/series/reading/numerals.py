"""Numbers as people write them: decimal commas, thousands marks, and the words for no number."""

import re
from collections.abc import Iterable

import numpy as np

__all__ = ["decimal_mark", "numeral", "vacant"]

_NONE = {"", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "nil", "-", "--", "?", ".", "<na>"}
_SPACES = str.maketrans({" ": None, "\u00a0": None, "\u202f": None, "'": None, "\u2212": "-"})
_COMMA = re.compile(r"[+-]?\d+(\.\d{3})*,\d+([eE][+-]?\d+)?")  # 1,5 and 1.234,5
_PLAIN = {
    ".": re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?([eE][+-]?\d+)?|[+-]?(inf|infinity)", re.IGNORECASE),
    ",": re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)?(,\d*)?([eE][+-]?\d+)?|[+-]?(inf|infinity)", re.IGNORECASE),
}


def vacant(cell: str) -> bool:
    """Return whether a cell says that there is no number."""
    return cell.strip().lower() in _NONE


def decimal_mark(cells: Iterable[str]) -> str:
    """Return the decimal mark that cells are written with: a comma where one number only reads with a comma.

    >>> decimal_mark(["3,14", "1.234"]), decimal_mark(["1,234", "1,234.5"])
    (',', '.')
    """
    with_comma = False
    for cell in (cell.strip().translate(_SPACES) for cell in cells):
        if not _COMMA.fullmatch(cell):
            if "." in cell and _PLAIN["."].fullmatch(cell) and not _PLAIN[","].fullmatch(cell):
                return "."
            continue
        # 1,234 may be a thousand and more; 1,5 and 12,34 cannot
        with_comma = with_comma or not _PLAIN["."].fullmatch(cell)
    return "," if with_comma else "."


def numeral(cell: str, mark: str) -> float | None:
    """Return the number in a cell, NaN where it says that there is none, None where it is no number.

    >>> numeral("1.234,5", ","), numeral("warm", ",")
    (1234.5, None)
    """
    if vacant(cell):
        return np.nan
    text = cell.strip().translate(_SPACES)
    if not _PLAIN[mark].fullmatch(text) or not any(character.isalnum() for character in text):
        return None
    text = text.replace("," if mark == "." else ".", "").replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None
