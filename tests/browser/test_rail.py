"""The rail in a browser: long tracks, typed numbers, groups that unfold, presets, a tick where a knob stood."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook, write_notebook

LAB = 'import rnnviz as rv\nlab = rv.Lab("sunspots", seed=0, hidden_size=8, seq_len=24, device="cpu")\nlab'
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def notebook(address: str, page: Page, folder) -> Notebook:
    write_notebook(folder / "rail.ipynb", LAB)
    opened = Notebook(page)
    opened.open(address, "rail.ipynb")
    opened.run_all()
    expect(opened.lab.locator(".rv-lr .widget-readout")).to_have_text("0.003", timeout=PATIENCE)
    return opened


def test_few_knobs_are_at_first_sight_and_their_tracks_are_long(notebook: Notebook) -> None:
    shown = notebook.lab.locator(".rv-rail .rv-knob:visible:not(.rv-clipping)")
    assert 3 <= shown.count() <= 6
    for track in notebook.lab.locator(".rv-rail .slider-container:visible").all():
        assert track.bounding_box()["width"] >= 140


def test_a_number_is_typed_and_one_that_cannot_be_gives_way(notebook: Notebook, page: Page) -> None:
    readout = notebook.lab.locator(".rv-lr .widget-readout")
    readout.focus()
    page.keyboard.type("0.0123")
    page.keyboard.press("Enter")
    expect(readout).to_have_text("0.0123", timeout=PATIENCE)
    readout.focus()
    page.keyboard.type("fast")
    page.keyboard.press("Enter")
    expect(notebook.lab.locator(".rv-status")).to_contain_text("learning rate takes a number", timeout=PATIENCE)
    expect(readout).to_have_text("0.0123")
    readout.focus()
    page.keyboard.type("5")
    page.keyboard.press("Escape")
    expect(readout).to_have_text("0.0123")


def test_a_group_unfolds_with_the_keyboard_and_says_so(notebook: Notebook, page: Page) -> None:
    button = notebook.lab.locator("button.rv-more-model")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.focus()
    page.keyboard.press("Enter")
    expect(notebook.lab.locator(".rv-seed input")).to_be_visible(timeout=PATIENCE)
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(notebook.lab.locator(".rv-seed input")).to_be_hidden(timeout=PATIENCE)


def test_a_preset_is_pressed_and_its_sentence_stands_above_the_pictures(notebook: Notebook) -> None:
    preset = notebook.lab.locator("button.rv-preset").first
    preset.click()
    expect(preset).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
    expect(notebook.lab.locator(".rv-insights")).to_contain_text("Watch the left end of the gradient sink")
    expect(notebook.lab.locator(".rv-forget-bias .widget-readout")).to_have_text("−3")
    expect(notebook.lab.locator(".rv-forget-bias")).to_have_attribute("data-was", re.compile("."), timeout=PATIENCE)


COMPARISON = """import rnnviz as rv
both = rv.compare(["rnn", "gru"], "adding", seq_len=20, hidden_size=4, device="cpu")
both"""
FORGETS = """import rnnviz as rv
settings = {"hidden_size": 8, "seq_len": 60, "forget_bias": -1.0, "device": "cpu"}
lab = rv.Lab("temporal_order", seed=0, **settings)
lab.train(60)
lab"""


def test_what_can_be_done_stands_in_the_line_and_is_reached_by_keyboard(address: str, page: Page, folder) -> None:
    write_notebook(folder / "forgets.ipynb", FORGETS)
    notebook = Notebook(page).open(address, "forgets.ipynb").run_all()
    act = notebook.lab.locator(".rv-line .rv-act")
    expect(act).to_have_text("Rescue it", timeout=PATIENCE)
    expect(notebook.lab.locator(".rv-line .rv-why")).to_be_hidden()
    notebook.lab.locator(".rv-line button.rv-insight").focus()
    page.keyboard.press("Enter")
    expect(notebook.lab.locator(".rv-insight-whole")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Rescue it"
    page.keyboard.press("Enter")
    expect(notebook.lab.locator(".rv-forget-bias .widget-readout")).to_have_text("2", timeout=PATIENCE)
    expect(notebook.lab.locator(".rv-say-link", has_text="Undo, back to step 60")).to_be_visible(timeout=PATIENCE)
    assert notebook.errors == []


def test_a_comparison_has_presets_that_set_all_models(address: str, page: Page, folder) -> None:
    write_notebook(folder / "comparison.ipynb", COMPARISON)
    notebook = Notebook(page).open(address, "comparison.ipynb").run_all()
    preset = notebook.lab.locator("button.rv-preset")
    expect(preset).to_have_text(["Longer sequence", "Forget bias 4"], timeout=PATIENCE)
    preset.first.click()
    expect(notebook.lab.locator(".rv-seq-len .widget-readout")).to_have_text("40", timeout=PATIENCE)
    expect(notebook.lab.locator(".rv-insights")).to_contain_text("it has twice as far to go")
    assert notebook.errors == []


def test_a_new_model_is_undone_from_the_line(notebook: Notebook, page: Page) -> None:
    notebook.button("step").click()
    expect(notebook.lab.locator(".rv-figures")).to_contain_text("1", timeout=PATIENCE)
    notebook.lab.locator(".rv-cell button", has_text="GRU").click()
    link = notebook.lab.locator(".rv-say-link", has_text="Undo, back to step 1")
    link.click(timeout=PATIENCE)
    expect(notebook.lab.locator(".rv-cell button.mod-active")).to_have_text("LSTM", timeout=PATIENCE)
