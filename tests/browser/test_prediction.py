"""A learner predicts with the keyboard alone, changes her mind, and reads what becomes of it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook

QUESTION = 'import rnnviz as rv\nguess = rv.exercises.predict("01.shuffled")\nguess'


@pytest.mark.timeout(200)
def test_a_prediction_is_made_with_the_keyboard_and_told_right_afterwards(address: str, page: Page, write) -> None:
    notebook = Notebook(page).open(address, write(QUESTION, "guess.reveal()")).run_all()
    asked, revealed = page.locator(".rv-predict").first, page.locator(".jp-OutputArea-output pre").last
    expect(revealed).to_contain_text("You have made no prediction")
    commit = asked.get_by_role("button", name="Commit")
    expect(commit).to_be_disabled()

    asked.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    expect(commit).to_be_enabled(timeout=PATIENCE)
    page.keyboard.press("ArrowDown")
    expect(asked.get_by_role("radio").nth(1)).to_be_checked()
    expect(asked.get_by_role("radio").first).not_to_be_checked()
    page.keyboard.press("Tab")
    expect(commit).to_be_focused()
    page.keyboard.press("Enter")
    expect(asked.get_by_role("status")).to_contain_text("You predict b)", timeout=PATIENCE)

    page.locator(".jp-CodeCell").last.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(revealed).to_contain_text("You predicted b) only that of B", timeout=PATIENCE)
    expect(asked.get_by_role("radio").first).to_be_disabled(timeout=PATIENCE)
    assert notebook.errors == []
