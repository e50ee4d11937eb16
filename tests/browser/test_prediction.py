"""A learner predicts with the keyboard alone, changes her mind, reads what becomes of it, and finds it again."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook

QUESTION = 'import rnnviz as rv\nguess = rv.exercises.predict("01.shuffled")\nguess'
NUMBER = 'import rnnviz as rv\nguess = rv.exercises.predict("How many?", number=True, unit="steps")\nguess'


@pytest.mark.timeout(900)
def test_a_prediction_is_made_with_the_keyboard_and_told_afterwards(address: str, page: Page, write) -> None:
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
    chosen = asked.locator(".widget-radio-box label").nth(1).inner_text().strip()
    assert chosen.startswith("b) ")
    expect(asked.get_by_role("status")).to_contain_text(f"You predict {chosen}", timeout=PATIENCE)
    expect(commit).to_be_focused()

    page.locator(".jp-CodeCell").last.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(revealed).to_contain_text(f"You predicted {chosen.rstrip('.')}", timeout=PATIENCE)
    expect(asked.get_by_role("radio").first).to_be_disabled(timeout=PATIENCE)
    assert notebook.errors == []


@pytest.mark.timeout(900)
def test_a_number_is_kept_in_the_notebook_and_there_again_after_it_was_closed(
    address: str, page: Page, folder: Path, write
) -> None:
    name = write(NUMBER)
    notebook = Notebook(page).open(address, name).run_all()
    asked = page.locator(".rv-predict").first
    asked.get_by_role("textbox").focus()
    page.keyboard.type("3.5")
    page.keyboard.press("Tab")
    expect(asked.get_by_role("button", name="Commit")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(asked.get_by_role("status")).to_contain_text("You predict 3.5 steps.", timeout=PATIENCE)
    # what keeps the answer is an output that takes no place
    heights = (
        page.locator(".jp-CodeCell")
        .first.locator(".jp-OutputArea-child")
        .evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
    )
    assert sorted(heights)[:-1] == [0] * (len(heights) - 1)
    notebook.save()
    kept = json.loads((folder / name).read_text(encoding="utf-8"))["cells"][0]["outputs"]
    assert any(one.get("metadata", {}).get("rnnviz", {}).get("prediction", {}).get("answer") == 3.5 for one in kept)

    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Restart Kernel and Run All Cells…").click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(asked.get_by_role("status")).to_contain_text("Earlier you predicted 3.5 steps.", timeout=PATIENCE)
    expect(asked.get_by_role("textbox")).to_have_value("3.5")
    assert notebook.errors == []
