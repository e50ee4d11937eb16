"""The list of what is taught, and where: every point has a chapter, and every chapter that exists keeps its promise."""

import re
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CURRICULUM: dict[str, Any] = tomllib.loads((NOTEBOOKS / "curriculum.toml").read_text(encoding="utf-8"))
NAMES: dict[str, str] = CURRICULUM.pop("names")
WRITTEN = sorted((NOTEBOOKS / "en").glob("*.ipynb"))
# Letters and how many points each has, as the course's plan counts them.
COUNTS = {"A": 5, "B": 9, "C": 4, "D": 4, "E": 7, "F": 6, "G": 7, "H": 3}


def test_every_point_of_the_plan_has_a_name() -> None:
    assert set(NAMES) == {f"{letter}{number}" for letter, count in COUNTS.items() for number in range(1, count + 1)}


def test_every_point_belongs_to_a_chapter_and_every_chapter_s_points_exist() -> None:
    assert {point for chapter in CURRICULUM.values() for point in chapter["points"]} == set(NAMES)


def test_the_seventeen_chapters_are_numbered_in_order() -> None:
    assert [int(name[:2]) for name in CURRICULUM] == list(range(17))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_a_chapter_teaches_the_points_that_are_its_own(path: Path) -> None:
    assert path.stem in CURRICULUM, "list the chapter in notebooks/curriculum.toml"
    chapter, book = CURRICULUM[path.stem], nbformat.read(path, as_version=nbformat.NO_CONVERT)
    assert set(chapter["points"]) <= set(book.metadata.rnnviz.teaches)
    assert set(book.metadata.rnnviz.teaches) <= set(NAMES)
    first = next(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert re.match(rf"# {path.stem[:2]} · {re.escape(chapter['title'])}", first)


def test_every_point_of_the_plan_is_taught_by_a_chapter_that_is_written() -> None:
    assert [path.stem for path in WRITTEN] == list(CURRICULUM)
    taught = {point for path in WRITTEN for point in nbformat.read(path, nbformat.NO_CONVERT).metadata.rnnviz.teaches}
    assert taught == set(NAMES)
