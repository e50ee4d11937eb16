"""Every chapter but 01, which has a module of its own, opens in JupyterLab and runs, and its first lab plays."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook
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


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_runs_and_its_first_lab_plays(chapters: str, page: Page, name: str) -> None:
    notebook = Notebook(page).open(chapters, name)
    # a stored count looks like that of a cell which has run
    page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    notebook.run_all()
    assert page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
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
    page.set_viewport_size({"width": 1280, "height": 800})
    notebook.settle()
    if name[:2] in PLAYS_FIRST:  # with room beside it for what it asks to do
        assert notebook.lab.evaluate("lab => lab.offsetHeight") <= 480
