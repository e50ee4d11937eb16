"""A learner predicts with the keyboard alone, changes her mind, and reads what becomes of it."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook, server

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    cells = ['import rnnviz as rv\nguess = rv.exercises.predict("01.shuffled")\nguess', "guess.reveal()"]
    nbformat.write(
        new_notebook(cells=[new_code_cell(one) for one in cells], metadata=KERNEL), tmp_path / "predict.ipynb"
    )
    with server(tmp_path) as started:
        yield started


@pytest.mark.timeout(200)
def test_a_prediction_is_made_with_the_keyboard_and_told_right_afterwards(address: str, page: Page) -> None:
    notebook = Notebook(page).open(address, "predict.ipynb").run_all()
    asked, revealed = page.locator(".rv-predict").first, page.locator(".jp-OutputArea-output pre").last
    expect(revealed).to_contain_text("You have not made a prediction")
    commit = asked.get_by_role("button", name="Commit")
    expect(commit).to_be_disabled()

    asked.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    expect(commit).to_be_enabled(timeout=PATIENCE)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(asked.get_by_role("radio").nth(1)).to_be_checked()
    expect(asked.get_by_role("radio").first).not_to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(commit).to_be_focused()
    page.keyboard.press("Enter")
    expect(asked.get_by_role("status")).to_contain_text("You predict b)", timeout=PATIENCE)

    page.locator(".jp-CodeCell").last.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(revealed).to_contain_text("You predicted b) only that of B", timeout=PATIENCE)
    expect(asked.get_by_role("radio").first).to_be_disabled(timeout=PATIENCE)
    assert notebook.errors == []
