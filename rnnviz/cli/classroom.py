"""``rnnviz class report``: what a class has answered, as a table for a spreadsheet; nothing is sent."""

import csv
import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from rnnviz import files
from rnnviz.i18n import t

__all__ = ["report", "table"]

# what a spreadsheet takes for a formula, also after blanks, and in the wide letters of Chinese and Japanese
_FORMULA = re.compile(r"^\s*[=+\-@|%＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def report(folder: Path, out: Path | None = None) -> int:
    """Print which predictions and exercises each learner has answered, as CSV, or write that to a file.

    Parameters
    ----------
    folder : Path
        It holds a folder for each learner.
    out : Path, optional
        The file to write; the screen by default.

    Returns
    -------
    int
        0, or 2 where there is no such folder or the file could not be written. What was passed over is told on
        standard error, a sentence each.

    Examples
    --------
    >>> report(Path("no such folder"))
    2
    """
    from rnnviz.exercises.classroom import COLUMNS, class_report  # torch comes with it

    try:
        found = class_report(folder)
        text = table(COLUMNS, [row.cells() for row in found.rows])
        if out is None:
            sys.stdout.write(_printable(text, sys.stdout.encoding))
        else:
            files.write(files.checked_path(out, example="class.csv"), lambda file: file.write(text.encode()))
    except (OSError, ValueError) as error:
        print(f"rnnviz class: {error}", file=sys.stderr)
        return 2
    for note in found.notes:
        print(f"rnnviz class: {_printable(note, sys.stderr.encoding)}", file=sys.stderr)
    learners = len({row.learner for row in found.rows})
    print(t("cli.class.report.done", learners=learners, rows=len(found.rows)), file=sys.stderr)
    return 0


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in which every cell is quoted, so that no separator of any country begins another one."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue()


def _cell(value: str) -> str:
    """Return a value as one line of text, which no spreadsheet reckons: a notebook may hold anything."""
    # the names of files may hold bytes that are no letters
    text = value.encode("utf-8", "backslashreplace").decode()
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _printable(text: str, encoding: str | None) -> str:
    """Return a text with what a terminal cannot show written out."""
    known = encoding or "utf-8"
    return text.encode(known, "backslashreplace").decode(known)
