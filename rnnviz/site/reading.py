"""What a chapter's cells are, read from the source alone: a live lab, a question, what reveals it, a check."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

__all__ = ["Chapter", "Reveal", "asked_in", "checked_in", "live_in", "read_chapters", "revealed_in"]

_MAKERS = {"Lab", "compare", "watch"}
_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)


@dataclass(frozen=True)
class Chapter:
    """A chapter as it is stored.

    Parameters
    ----------
    path : Path
        Its notebook.
    book : NotebookNode
        What it holds.
    """

    path: Path
    book: Any

    @property
    def number(self) -> str:
        """Its two figures."""
        return self.path.name[:2]

    @property
    def name(self) -> str:
        """What its page is called."""
        return self.path.stem

    @property
    def title(self) -> str:
        """Its first heading."""
        found = re.search(r"^#\s+(.+)$", self.book.cells[0].source, re.MULTILINE)
        return found[1].strip() if found else self.name

    @property
    def question(self) -> str:
        """The question that it answers, its first bold line; empty where there is none."""
        found = re.search(r"^\*\*(.+)\*\*$", self.book.cells[0].source, re.MULTILINE)
        return found[1] if found else ""

    def code(self) -> Iterator[Any]:
        """Yield its code cells in order."""
        return (cell for cell in self.book.cells if cell.cell_type == "code")


@dataclass(frozen=True)
class Reveal:
    """A place where a prediction is set beside what came out.

    Parameters
    ----------
    id : str
        The prediction's.
    values : str
        What is measured, as the source of a dict.
    """

    id: str
    values: str


def read_chapters(folder: Path) -> list[Chapter]:
    """Return the chapters of a folder in their order."""
    return [Chapter(path, nbformat.read(path, as_version=4)) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]


def parsed(source: str) -> ast.Module:
    """Return the tree of a cell, lines of magic left out; an empty one where it is no Python."""
    try:
        return ast.parse(_MAGIC.sub("", source))
    except SyntaxError:
        return ast.Module([], [])


def live_in(source: str) -> str | None:
    r"""Return the name of the lab, comparison or watch that a cell makes and shows; None where it does not.

    Examples
    --------
    >>> live_in("lab = rv.Lab('adding')\nlab"), live_in("lab = rv.Lab('adding')")
    ('lab', None)
    """
    tree = parsed(source)
    made = set(_made(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Expr(ast.Call(ast.Name("display"), [ast.Name(name), *_])) if name in made:
                return name
    match tree.body[-1:]:
        case [ast.Expr(ast.Name(name))] if name in made:
            return name
    return None


def asked_in(source: str) -> dict[str, str]:
    r"""Return the predictions that a cell asks for, by the name that holds each.

    Examples
    --------
    >>> asked_in('guess = rv.exercises.predict("00.first-month")\nguess')
    {'guess': '00.first-month'}
    """
    found = {}
    for node in ast.walk(parsed(source)):
        match node:
            case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(attr="predict"), [ast.Constant(str(id))])):
                found[name] = id
    return found


def revealed_in(source: str, asked: dict[str, str]) -> list[Reveal]:
    """Return what a cell reveals of the predictions that were asked for before.

    Examples
    --------
    >>> revealed_in("guess.reveal(measured=2 + 2)", {"guess": "00.first-month"})
    [Reveal(id='00.first-month', values='dict(measured=2 + 2)')]
    """
    found = []
    for node in ast.walk(parsed(source)):
        match node:
            case ast.Call(ast.Attribute(ast.Name(name), "reveal"), []) if name in asked:
                given = ast.Call(ast.Name("dict"), [], node.keywords)
                found.append(Reveal(asked[name], ast.unparse(given)))
    return found


def checked_in(source: str) -> str | None:
    r"""Return the exercise that a cell checks, None where it checks none.

    Examples
    --------
    >>> checked_in('answer = ...\nrv.exercises.check("01.step", answer)')
    '01.step'
    """
    for node in ast.walk(parsed(source)):
        match node:
            case ast.Call(ast.Attribute(attr="check"), [ast.Constant(str(id)), *_]):
                return id
    return None


def _made(tree: ast.Module) -> Iterator[str]:
    """The names that a cell gives to a lab, a comparison or a watch that it makes."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(ast.Name("rv"), maker))) if maker in _MAKERS:
                yield name
            case ast.withitem(ast.Call(ast.Attribute(ast.Name("rv"), maker)), ast.Name(name)) if maker in _MAKERS:
                yield name
