"""Chapters of a few made cells."""

from pathlib import Path

import nbformat

from rnnviz.site.reading import Chapter


def book(folder: Path, number: str = "99", **sources: str) -> Chapter:
    """Return a chapter of these cells by their ids, which runs in a folder."""
    cells = [nbformat.v4.new_code_cell(source, id=id.replace("_", "-")) for id, source in sources.items()]
    return Chapter(folder / f"{number}_made.ipynb", nbformat.v4.new_notebook(cells=cells))
