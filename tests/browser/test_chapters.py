"""Every chapter but 01, which has a module of its own, opens in JupyterLab, and its first lab plays."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from rnnviz.cli.chapters import copy_chapters, shipped_chapters
from tests.browser.jupyter import PATIENCE, Notebook, server
from tests.chapters.measures import Chapter
from tests.chapters.test_measured import PLAYS_FIRST

FOLDER = Path(__file__).parents[2] / "notebooks" / "en"
CHAPTERS = [path.name for path in sorted(FOLDER.glob("*.ipynb")) if path.name[:2] != "01"]
BREAKS = {"06_training_loop.ipynb"}  # its first run breaks at once, which is what it is there to show
STEP = (
    "[...document.querySelector('.rv-lab').querySelectorAll('.rv-plot')].map(plot => Number(plot.dataset.step ?? -1))"
)


def _wait_for_step(notebook: Notebook, least: int) -> int:
    """Wait until a picture of the first lab shows training step ``least`` or a later one; return the latest shown."""
    notebook.lab.locator(".rv-plot:visible").first.scroll_into_view_if_needed()  # out of sight it is not drawn
    notebook.page.wait_for_function(f"least => Math.max(...{STEP}) >= least", arg=least, timeout=PATIENCE)
    return int(notebook.page.evaluate(f"Math.max(...{STEP})"))


def _play(notebook: Notebook, name: str) -> None:
    """Play the first lab, and see that it leaves room beside it for what the chapter asks to do."""
    assert notebook.page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    notebook.lab.scroll_into_view_if_needed()
    first = _wait_for_step(notebook, 0)
    notebook.button("play").first.click()
    if name in BREAKS:
        expect(notebook.lab.locator(".rv-failed")).to_be_visible(timeout=PATIENCE)
    else:
        _wait_for_step(notebook, first + 10)
        notebook.pause()
    notebook.settle()
    assert notebook.errors == []
    notebook.page.set_viewport_size({"width": 1280, "height": 800})
    if name[:2] in PLAYS_FIRST:
        notebook.page.wait_for_function("() => document.querySelector('.rv-lab').offsetHeight <= 480")


def _opened(address: str, page: Page, name: str) -> Notebook:
    notebook = Notebook(page).open(address, name)
    # a stored count looks like that of a cell which has run
    page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    return notebook.run_all()


@pytest.fixture(scope="module")
def openings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that has each chapter as far as its first lab: all of them run as tests elsewhere."""
    folder = tmp_path_factory.mktemp("openings")
    copy_chapters(shipped_chapters(), folder)
    for path in folder.glob("*.ipynb"):
        chapter = Chapter(path)
        chapter.book.cells = chapter.book.cells[: chapter.live[0].place + 1]
        nbformat.write(chapter.book, path)
    with server(folder) as started:
        yield started


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_s_first_lab_plays(openings: str, page: Page, name: str) -> None:
    _play(_opened(openings, page, name), name)


@pytest.mark.whole
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_runs_from_top_to_bottom_and_its_first_lab_plays(chapters: str, page: Page, name: str) -> None:
    _play(_opened(chapters, page, name), name)
