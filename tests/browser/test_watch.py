"""A practitioner's own loop in a notebook: the pictures move while her cell is still running."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook

MODEL = """
import time
from pathlib import Path
import torch
from IPython.display import display
import rnnviz as rv
torch.set_num_threads(1)
class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.GRU(2, 8, batch_first=True)
        self.reader = torch.nn.LSTM(8, 6, batch_first=True)
    def forward(self, x):
        return self.reader(self.encoder(x)[0])[0][:, -1]
model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
"""
LOOP = """
with rv.watch(model) as w:
    display(w)
    until = time.monotonic() + 600
    while not Path("enough").exists() and time.monotonic() < until:
        x = torch.randn(8, 20, 2)
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        optimizer.step()
        w.step(loss=loss)
"""
pytestmark = pytest.mark.timeout(900)


def test_the_pictures_of_a_plain_loop_move_while_its_cell_runs_and_the_menu_works_after(
    address: str, page: Page, folder: Path, write
) -> None:
    notebook = Notebook(page).open(address, write(MODEL, LOOP))
    notebook.run_all(wait=False)
    first = notebook.wait_for_step(1)
    states = "() => JSON.stringify(document.querySelector('.rv-view-hidden .rv-plot').data[0].z.map(row => [...row]))"
    shown = page.evaluate(states)
    notebook.wait_for_step(first + 20)
    assert page.evaluate(states) != shown
    expect(page.locator(".jp-InputPrompt").last).to_contain_text("*")  # still running
    expect(page.locator(".rv-watch .rv-status")).to_contain_text("Watching.")
    (folder / "enough").touch()
    expect(page.locator(".rv-watch .rv-status")).to_contain_text("Finished after", timeout=PATIENCE)
    notebook.ready()
    assert len(notebook.shown("hidden", 0, "z")) == 8
    page.locator(".rv-module select").select_option("reader")
    page.wait_for_function(
        "() => document.querySelector('.rv-view-hidden .rv-plot').data?.[0]?.z?.length === 6", timeout=PATIENCE
    )
    assert notebook.errors == []
