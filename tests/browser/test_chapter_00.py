"""The first minute of chapter 00: one knob opens the gates, the gradient arrives, and the loss falls."""

from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook, write_notebook
from tests.browser.patience import while_it_goes_on

CHAPTER = Path(__file__).parents[2] / "notebooks" / "en" / "00_start_here.ipynb"
SHOWN = "Number(document.querySelector('.rv-view-state .rv-plot')?.dataset.step ?? -1)"
STEP = f"least => {SHOWN} >= least"
LOSS = "most => Number(document.querySelector('.rv-figures').textContent.match(/loss ([\\d.]+)/)?.[1] ?? 9) <= most"
# while it trains, in a cell: what the pictures are drawn from
SEEN = """import json
import numpy as np
opener.pause()
layer = opener.snapshot().layer
first = np.linalg.norm(layer.grad_hidden[0, 0, :, 0].astype(float))
print("{label}", json.dumps([float(layer.gates["f"].mean()), float(first)]))
opener.play()"""


@pytest.mark.timeout(900)
def test_opening_the_forget_gates_while_it_plays_lets_it_learn(address: str, folder: Path, page: Page) -> None:
    sources = {cell.id: cell.source for cell in nbformat.read(CHAPTER, as_version=nbformat.NO_CONVERT).cells}
    write_notebook(folder / "minute.ipynb", sources["setup"], sources["opener"], "")
    page.set_viewport_size({"width": 1280, "height": 800})
    notebook = Notebook(page).open(address, "minute.ipynb").run_all()
    page.wait_for_function(STEP, arg=0, timeout=PATIENCE)
    page.wait_for_function("() => document.querySelector('.rv-lab').offsetHeight <= 480")
    expect(notebook.lab.locator(".rv-rail .rv-knob:visible")).to_have_count(2)

    notebook.button("play").click()
    while_it_goes_on(page, STEP, 100, SHOWN)
    notebook.code(SEEN.replace("{label}", "before"))
    half_open, unheard = notebook.printed("before")
    readout = notebook.lab.locator(".rv-forget-bias .widget-readout")
    readout.focus()
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(readout).to_have_text("4", timeout=PATIENCE)
    while_it_goes_on(page, LOSS, 0.1, SHOWN)
    notebook.code(SEEN.replace("{label}", "after"))
    opened, heard = notebook.printed("after")
    notebook.pause()

    assert half_open < 0.65
    assert opened > 0.9
    assert heard > 1e5 * unheard
    assert notebook.errors == []
