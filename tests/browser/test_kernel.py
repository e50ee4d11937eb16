"""The kernel dies, restarts, and runs everything again; outputs are cleared and saved."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Notebook, server

LAB = (
    "import os\n"
    "import rnnviz as rv\n"
    "print('PID', os.getpid())\n"
    "lab = rv.Lab(task='adding', cell='lstm', hidden_size=12, seq_len=20, seed=0, device='cpu', steps=10**6)\n"
    "lab"
)
FULL = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "full"},
    "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True},
}
# what JupyterLab's own parts had still asked of a kernel that ends
pytestmark = [pytest.mark.timeout(900), pytest.mark.tells("Canceled future", "Could not restore the debugger state")]


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A JupyterLab that keeps in the page what is in sight only, and saves the state of widgets."""
    with server(folder, FULL) as started:
        yield started


@pytest.fixture
def notebook(address: str, write: Callable[..., str], page: Page) -> Notebook:
    """A lab that plays."""
    opened = Notebook(page).open(address, write(LAB, *["0"] * 30)).run_all()
    top(opened)
    opened.wait_for_step(0)
    opened.button("play").click()
    opened.wait_for_step(20)
    return opened


def command(page: Page, name: str) -> None:
    page.evaluate(f"void jupyterapp.commands.execute('{name}')")  # some wait for a dialog


def top(notebook: Notebook) -> None:
    """Scroll to the lab."""
    notebook.page.evaluate("jupyterapp.shell.currentWidget.content.scrollToItem(0, 'start')")
    notebook.view("hidden").scroll_into_view_if_needed()


def expect_gone(notebook: Notebook) -> None:
    """Wait until the lab says that its kernel is gone; nothing that only a kernel could hear can be worked."""
    expect(notebook.lab.locator(".rv-disconnected-words")).to_contain_text("The kernel behind this is gone")
    expect(notebook.lab.locator(".rv-status")).to_be_hidden()  # “Training.” is no longer so
    for name in ("play", "pause", "step", "reset", "open-inspector"):
        expect(notebook.button(name)).to_be_disabled()
    working = notebook.lab.evaluate(
        """lab => [...lab.querySelectorAll(':is(button, select, input):enabled, .noUi-target:not([disabled])')]
            .filter(one => !one.matches('.rv-copy, .modebar-btn')).map(one => one.className)"""
    )
    assert working == []
    assert len(notebook.shown("hidden", 0, "z")) == 12  # the last picture stays


def test_a_lab_whose_kernel_was_killed_says_so_and_its_cell_makes_a_new_one(notebook: Notebook, page: Page) -> None:
    os.kill(notebook.printed("PID"), signal.SIGKILL)
    expect_gone(notebook)
    page.locator(".jp-Dialog button", has_text="Ok").click()
    notebook.ready()
    notebook.run_all()
    top(notebook)
    expect(notebook.lab.locator(".rv-disconnected-words")).to_have_count(0)
    notebook.button("play").click()
    notebook.wait_for_step(20)


def test_a_restart_while_it_plays_is_said_and_everything_runs_again(notebook: Notebook, page: Page) -> None:
    command(page, "notebook:restart-kernel")
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    expect_gone(notebook)
    notebook.ready()
    command(page, "notebook:restart-run-all")
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    expect(notebook.lab.locator(".rv-disconnected-words")).to_have_count(0)
    top(notebook)
    expect(notebook.button("play")).to_be_enabled()
    assert notebook.wait_for_step(0) == 0
    notebook.button("play").click()
    notebook.wait_for_step(20)


def test_a_cleared_output_leaves_nothing_behind_and_a_saved_one_stays_small(
    notebook: Notebook, page: Page, folder: Path
) -> None:
    notebook.button("pause").click()
    expect(notebook.button("play")).to_be_enabled()
    notebook.save()
    (saved,) = folder.glob("test_a_cleared_output*.ipynb")
    text = saved.read_text(encoding="utf-8")
    assert '"application/vnd.jupyter.widget-state+json"' in text
    assert len(text) < 700_000  # plotly.js alone is 1.5 MB
    command(page, "notebook:clear-all-cell-outputs")
    expect(notebook.lab).to_have_count(0)
    page.wait_for_function("() => [...rnnvizPage.feeds.values()].every(feed => feed.figures.size === 0)")
    notebook.run_all()
    top(notebook)
    notebook.button("play").click()
    notebook.wait_for_step(20)
