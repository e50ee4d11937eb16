"""The chapters' drawings are what their script draws, are legible, and are shown where a reader looks."""

import re
import runpy
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
COMMITTED = sorted((NOTEBOOKS / "en" / "images").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["drawings", str(folder)])
        patched.syspath_prepend(NOTEBOOKS / "drawings")
        runpy.run_path(str(NOTEBOOKS / "drawings"), run_name="__main__")
    return folder


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, two: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def test_every_committed_drawing_is_what_the_script_draws(drawn: Path) -> None:
    assert {path.name: path.read_text("utf-8") for path in drawn.iterdir()} == {
        path.name: path.read_text("utf-8") for path in COMMITTED
    }
    assert len(COMMITTED) >= 9


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_drawing_stands_on_a_card_of_its_own_on_which_every_word_is_legible(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    card = root.find(f"{SVG}rect")
    assert card is not None
    assert [float(card.get(side, 0)) + 1 for side in ("width", "height")] == [
        float(root.get(side, 0)) for side in ("width", "height")
    ]
    words = root.findall(f".//{SVG}text")
    assert words
    for one in words:
        assert _contrast(one.get("fill", ""), card.get("fill", "")) > 4.5, "".join(one.itertext())


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_drawing_tells_in_a_sentence_what_it_shows(path: Path) -> None:
    title = ElementTree.parse(path).getroot().findtext(f"{SVG}title") or ""
    assert title.endswith(".")
    assert len(title.split()) >= 8


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_drawing_needs_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search("https?:|<script|<style|@import|href", text)


def test_every_picture_that_a_chapter_names_is_there_and_every_drawing_is_shown() -> None:
    shown = set()
    for path in sorted((NOTEBOOKS / "en").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for words, name in re.findall(r"!\[(.*?)\]\((.+?)\)", cell.source):
                    assert len(words.split()) >= 4, f"{path.name}: say in words what {name} shows"
                    assert (path.parent / name).is_file(), f"{path.name} names {name}"
                    shown.add(Path(name).name)
    assert shown >= {path.name for path in COMMITTED}
