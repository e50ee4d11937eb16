"""Numbers as people write them: decimal commas, thousands marks, and the words for no number."""

import re
from collections.abc import Iterable

import numpy as np

__all__ = ["decimal_mark", "numeral", "vacant"]

_NONE = {"", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "nil", "-", "--", "?", ".", "<na>"}
_SPACES = str.maketrans({" ": None, "\u00a0": None, "\u202f": None, "'": None, "\u2212": "-"})
_COMMA = re.compile(r"[+-]?\d+(\.\d{3})*,\d+(e[+-]?\d+)?", re.IGNORECASE)  # 1,5 and 1.234,5
# thousands never begin with a 0, and have no exponent
_NUMBER = r"[+-]?(\d*({0}\d*)?(e[+-]?\d+)?|[1-9]\d{{0,2}}({1}\d{{3}})+({0}\d*)?|inf|infinity)"
_PLAIN = {
    ".": re.compile(_NUMBER.format(r"\.", ","), re.IGNORECASE),
    ",": re.compile(_NUMBER.format(",", r"\."), re.IGNORECASE),
}


def vacant(cell: str) -> bool:
    """Return whether a cell says that there is no number."""
    return cell.strip().lower() in _NONE


def decimal_mark(cells: Iterable[str], usual: str = ".") -> tuple[str, str | None]:
    """Return the decimal mark that cells are written with, and a cell of two readings if nothing settles which.

    A comma is one where a number only reads with a comma. 1,234 alone is read by the ``usual`` mark.

    >>> decimal_mark(["3,14", "1.234"]), decimal_mark(["1,234", "1,234.5"])
    ((',', None), ('.', None))
    >>> decimal_mark(["1,234", "7"]), decimal_mark(["1,234", "7"], ",")
    (('.', '1,234'), (',', '1,234'))
    """
    settled, unsettled = False, None
    for cell in (cell.strip().translate(_SPACES) for cell in cells):
        if not _COMMA.fullmatch(cell):
            if "." in cell and _PLAIN["."].fullmatch(cell) and not _PLAIN[","].fullmatch(cell):
                return ".", None
            continue
        # 1,234 may be a thousand and more; 1,5 and 0,234 and 1,234e-5 cannot
        settled = settled or not _PLAIN["."].fullmatch(cell)
        unsettled = unsettled or cell
    if settled or unsettled is None:
        return "," if settled else ".", None
    return usual, unsettled


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
