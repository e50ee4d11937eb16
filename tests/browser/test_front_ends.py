"""The same lab outside JupyterLab: in Notebook 7, and in Voilà, where there are no cells."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook

LAB = (
    "import rnnviz as rv\n"
    "rv.Lab(task='adding', cell='gru', hidden_size=6, seq_len=20, seed=0, device='cpu', steps=10**6)"
)
pytestmark = pytest.mark.timeout(900)


def elsewhere(address: str, front_end: str, path: str) -> str:
    """Return where another front end of the same server shows a notebook."""
    root, _, rest = address.partition("lab/workspaces/")
    return f"{root}{front_end}/{path}?token={rest.partition('?token=')[2]}"


def used(page: Page) -> None:
    """Play, move a knob, open a drawer and pause."""
    notebook = Notebook(page)
    notebook.wait_for_step(0)
    notebook.button("play").click()
    notebook.wait_for_step(20)
    handle = notebook.lab.locator(".rv-hidden-size .noUi-handle")
    handle.focus()
    handle.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.rv-view-hidden .rv-plot').data[0].z?.length === 7")
    notebook.lab.locator("button.rv-open-inspector").click()
    expect(notebook.lab.locator(".rv-inspector .rv-cell-drawing")).to_be_visible()
    notebook.rest()


def test_in_notebook_7_a_lab_plays_and_a_reloaded_page_shows_it_again(
    address: str, page: Page, write: Callable[..., str]
) -> None:
    page.goto(elsewhere(address, "notebooks", write(LAB)))
    page.get_by_role("menuitem", name="Run", exact=True).click(timeout=PATIENCE)
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    used(page)
    step = Notebook(page).step()
    page.keyboard.press("Control+s")
    expect(page.get_by_text(re.compile("Last Checkpoint"))).to_be_visible()
    page.reload()
    Notebook(page).wait_for_step(step)
    assert Notebook(page).step() == step


def test_in_voila_a_lab_plays_and_a_reloaded_page_begins_anew(
    address: str, page: Page, write: Callable[..., str]
) -> None:
    page.goto(elsewhere(address, "voila/render", write(LAB)), timeout=PATIENCE)
    used(page)
    assert Notebook(page).step() > 0
    page.reload(timeout=PATIENCE)
    Notebook(page).wait_for_step(0)
    assert Notebook(page).step() == 0
    assert page.locator(".rv-view-hidden").count() == 1
