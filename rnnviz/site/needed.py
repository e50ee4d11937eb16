"""Which cells must run for a chapter's labs to be there, so that a site is built without running whole chapters."""

import ast
from collections.abc import Iterable

from rnnviz.site.reading import Chapter, live_in, parsed

__all__ = ["live_cells", "needed_cells"]


def needed_cells(chapter: Chapter, labs: Iterable[str]) -> set[str]:
    """Return the ids of the cells that bind what the cells with these ids read, directly or through others.

    Parameters
    ----------
    chapter : Chapter
        Its cells are run from top to bottom.
    labs : iterable of str
        Cells that show a lab.
    """
    wanted, names, needed = set(labs), set[str](), set[str]()
    for cell in reversed(list(chapter.code())):
        tree = parsed(cell.source)
        bound = _bound(tree)
        if cell.id in wanted or (bound & names and "solution" not in cell.metadata.get("tags", [])):
            needed.add(cell.id)
            names = (names - bound) | _read(tree)
    return needed


def live_cells(chapter: Chapter) -> dict[str, str]:
    """Return the name of the lab by the id of each cell that makes and shows one."""
    return {cell.id: name for cell in chapter.code() if (name := live_in(cell.source))}


def _bound(tree: ast.Module) -> set[str]:
    """The names that a cell gives at its top level, changes of what they hold included."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(name, ast.Store()) | ast.FunctionDef(name) | ast.ClassDef(name):
                found.add(name)
            case ast.Subscript(ast.Name(name), _, ast.Store()) | ast.Attribute(ast.Name(name), _, ast.Store()):
                found.add(name)
            case ast.alias(name, other):
                found.add((other or name).partition(".")[0])
    return found


def _read(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
