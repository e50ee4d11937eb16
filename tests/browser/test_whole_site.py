"""The whole course as pages, every chapter run and every lab recorded: each has its replay, and no page is too large.

    pytest -m pages tests/browser/test_whole_site.py

What chapters gave stays in ``build/pages``, so that a run that broke off goes on. ``RNNVIZ_CHAPTERS=00,14`` takes those
alone.
"""

import base64
import json
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rnnviz.cli import main
from rnnviz.cli.chapters import shipped_chapters
from rnnviz.site.needed import live_cells
from rnnviz.site.reading import read_chapters
from tests.browser.patience import PATIENCE
from tests.browser.sitepages import WITH_REPLAYS, asking
from tests.processes import ROOT

NUMBERS = os.environ.get("RNNVIZ_CHAPTERS", "")
CHAPTERS = [one for one in read_chapters(shipped_chapters()) if not NUMBERS or one.number in NUMBERS.split(",")]
pytestmark = [pytest.mark.pages, pytest.mark.timeout(330 * 60)]  # GitHub ends a job after 360 minutes


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of chapters that have run from top to bottom."""
    out = tmp_path_factory.mktemp("whole")
    named = ["--chapters", NUMBERS] if NUMBERS else []
    # it says which chapter stopped, in which cell
    assert main(["site", str(out), "--keep", str(ROOT / "build" / "pages"), *named]) == 0, (
        "a chapter stopped: see above"
    )
    return out


def test_every_lab_of_every_chapter_has_its_replay(whole: Path) -> None:
    wanted = {f"{chapter.number}-{cell}" for chapter in CHAPTERS for cell in live_cells(chapter)}
    assert {one.stem for one in whole.glob("replays/*.html")} == wanted


def test_no_page_takes_more_than_three_megabytes_with_its_replays(whole: Path) -> None:
    sizes = {
        chapter.name: sum(
            one.stat().st_size
            for one in [whole / f"{chapter.name}.html", *whole.glob(f"replays/{chapter.number}-*.html")]
        )
        for chapter in CHAPTERS
    }
    assert {name: size for name, size in sizes.items() if size > WITH_REPLAYS} == {}


def test_every_prediction_has_what_was_measured_and_why(whole: Path) -> None:
    for chapter in CHAPTERS:
        text = (whole / f"{chapter.name}.html").read_text(encoding="utf-8")
        for id, packed in re.findall(r'data-reveal="([^"]*)" data-given="([^"]*)"', text):
            given = json.loads(base64.b64decode(packed))
            assert given.get("measured", 0) is not None, f"{id} was not measured"
            assert given["why"], f"{id} does not say why"


def test_every_replay_is_drawn_and_no_page_asks_for_anything(whole: Path, page: Page) -> None:
    asked = asking(page, [whole.as_uri()])
    for chapter in CHAPTERS:
        page.goto((whole / f"{chapter.name}.html").as_uri())
        for place, frame in enumerate(page.locator("iframe.rv-replay").all()):
            frame.scroll_into_view_if_needed()
            played = page.frame_locator("iframe.rv-replay").nth(place)
            expect(played.locator(".rv-plot").first).to_have_attribute("data-step", re.compile(r"\d"), timeout=PATIENCE)
        for figure in page.locator(".rv-plotly").all():
            figure.scroll_into_view_if_needed()
            expect(figure).to_have_attribute("data-drawn", "true", timeout=PATIENCE)
    assert asked == []
