"""Tables of measurements: as plain text for a person, as JSON for a program."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rnnviz.bench.instruments.timing import Spread

__all__ = ["Cell", "Score", "Table", "as_json", "as_text"]

Cell = str | float | Spread


class Score(float):
    """A number of which the third digit counts.

    >>> print(as_text(Table("t", "Reached", "", ("what", "score"), [("a", Score(0.5))])).splitlines()[-1].strip())
    a     0.500
    """


@dataclass(frozen=True)
class Table:
    """One table of the bench.

    Parameters
    ----------
    name : str
        What a program calls it.
    title : str
        What was measured.
    note : str
        How to read it.
    columns : tuple of str
        Their headings.
    rows : sequence of tuple
        Text, single numbers and spreads (median and quartiles), one a column.

    Raises
    ------
    ValueError
        If a row has another number of cells than there are columns.
    """

    name: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"rows of table {self.name!r} must have one cell a column ({len(self.columns)}), got {row!r}."
                )


def as_text(table: Table) -> str:
    """Return the table in plain text, columns aligned.

    Examples
    --------
    >>> print(as_text(Table("t", "Cost", "Less is better.", ("what", "ratio"), [("a", Spread(2.0, 1.5, 2.5))])))
    Cost
    Less is better.
      what             ratio
      a     2.00 (1.50–2.50)
    """
    lines = [table.columns, *(tuple(map(_words, row)) for row in table.rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(table.columns))]
    aligned = (
        "  ".join(
            word.rjust(width) if place else word.ljust(width)
            for place, (word, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
    return "\n".join([table.title, table.note, *(f"  {line}".rstrip() for line in aligned)])


def as_json(table: Table) -> dict[str, Any]:
    """Return the table ready for JSON: one object a row, keyed by column; a spread has median, low and high.

    Examples
    --------
    >>> as_json(Table("t", "Cost", "", ("what", "ratio"), [("a", 2.0)]))["rows"]
    [{'what': 'a', 'ratio': 2.0}]
    """
    rows = [
        {
            name: asdict(cell) if isinstance(cell, Spread) else cell
            for name, cell in zip(table.columns, row, strict=True)
        }
        for row in table.rows
    ]
    return {"name": table.name, "title": table.title, "note": table.note, "rows": rows}


def _words(cell: Cell) -> str:
    if isinstance(cell, Spread):
        return f"{_number(cell.median)} ({_number(cell.low)}–{_number(cell.high)})"
    return cell if isinstance(cell, str) else _number(cell)


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Score):
        return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
