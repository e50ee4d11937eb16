"""A lab outside JupyterLab: in Notebook 7, and as a page of its own, which Voilà serves."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Notebook

LAB = (
    "import rnnviz as rv\n"
    "rv.Lab(task='adding', cell='gru', hidden_size=6, seq_len=20, seed=0, device='cpu', steps=10**6)"
)
# what they fetch for themselves from elsewhere, and what extensions of JupyterLab's own miss in them
pytestmark = [pytest.mark.timeout(900), pytest.mark.tells("ERR_", "shared module", "reading 'schema'")]


@pytest.fixture
def demo() -> Iterator[str]:
    """Serve `rnnviz demo`; return the address that it tells."""
    command = [sys.executable, "-m", "rnnviz", "demo", "--cell", "gru", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        told: list[str] = []
        for line in process.stderr:
            told.append(line)
            if line.startswith("http") and "?token=" in line:
                break
        else:
            raise RuntimeError("the page was not served:\n" + "".join(told))
        yield told[-1].strip()
    finally:
        process.terminate()
        process.communicate(timeout=60)


def run_all(page: Page) -> None:
    """Run every cell; what is asked for before the page has its kernel comes to nothing, and is asked for again."""
    prompt = page.locator(".jp-InputPrompt").first
    for _ in range(30):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        with suppress(AssertionError):
            expect(prompt).not_to_have_text("[ ]:", timeout=2000)
            return
    raise AssertionError("the cell was never run")


def used(page: Page) -> None:
    """Play, move a knob, open a drawer and pause."""
    notebook = Notebook(page)
    notebook.wait_for_step(0)
    notebook.button("play").click()
    notebook.wait_for_step(20)
    units = int(notebook.slider("hidden-size"))
    handle = notebook.lab.locator(".rv-hidden-size .noUi-handle")
    handle.focus()
    handle.press("ArrowRight")
    page.wait_for_function(
        "wanted => document.querySelector('.rv-view-hidden .rv-plot').data[0].z?.length === wanted", arg=units + 1
    )
    notebook.lab.locator("button.rv-open-inspector").click()
    expect(notebook.lab.locator(".rv-inspector .rv-cell-drawing")).to_be_visible()
    notebook.rest()


def test_in_notebook_7_a_lab_plays_and_a_reloaded_page_shows_it_again(
    address: str, page: Page, write: Callable[..., str]
) -> None:
    root, _, rest = address.partition("lab/workspaces/")
    page.goto(f"{root}notebooks/{write(LAB)}?token={rest.partition('?token=')[2]}")
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible()
    run_all(page)
    used(page)
    step = Notebook(page).step()
    page.keyboard.press("Control+s")
    expect(page.get_by_text(re.compile("Last Checkpoint"))).to_be_visible()
    page.reload()
    Notebook(page).wait_for_step(step)
    assert Notebook(page).step() == step


def test_a_demo_plays_in_a_page_of_its_own_and_a_reloaded_page_begins_anew(demo: str, page: Page) -> None:
    page.goto(demo)
    used(page)
    assert Notebook(page).step() > 0
    page.reload()
    Notebook(page).wait_for_step(0)
    assert Notebook(page).step() == 0
    assert page.locator(".rv-view-hidden").count() == 1


def test_nobody_sees_a_demo_without_its_token(demo: str, page: Page) -> None:
    answer = page.goto(demo.partition("?")[0])
    assert answer is not None
    assert "token" in page.content()
    assert page.locator(".rv-lab").count() == 0
