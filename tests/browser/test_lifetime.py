"""What a page shows of labs that others pause, that are closed, and that train in a cell."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook

LAB = "lab = rv.Lab('adding', hidden_size=4, seq_len=12, steps=10**9)"
pytestmark = pytest.mark.timeout(900)


def test_one_press_pauses_every_lab_and_the_line_goes(page: Page, address: str, write: Callable[..., str]) -> None:
    other = LAB.replace("lab", "other", 1)
    notebook = Notebook(page).open(address, write(f"import rnnviz as rv\n{LAB}\nlab", f"{other}\nother.play()", ""))
    notebook.run_all()
    line = page.locator("button.rv-others")
    expect(line).to_have_text("Other labs training: 1. Pause all", timeout=PATIENCE)
    line.click()
    expect(line).to_be_hidden(timeout=PATIENCE)
    notebook.code("print('paused', int(other.state.phase == 'paused'))")
    assert notebook.printed("paused") == 1


def test_a_closed_lab_keeps_its_last_pictures_and_is_deaf(page: Page, address: str, write: Callable[..., str]) -> None:
    notebook = Notebook(page).open(address, write(f"import rnnviz as rv\n{LAB}\nlab", "lab.step(5)", ""))
    notebook.run_all()
    notebook.wait_for_step(5)
    before = notebook.shown("hidden", 0, "z")
    count = "sum(type(w).__name__ == 'LiveFigure' for w in ipywidgets.widgets.widget._instances.values())"
    notebook.code(f"import ipywidgets; figures = {count}; lab.close(); print('figures', figures)")
    assert notebook.printed("figures") > 3
    expect(notebook.button("play")).to_be_disabled(timeout=PATIENCE)
    assert notebook.shown("hidden", 0, "z") == before
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the feed would tell of it
    notebook.code(f"print('left', {count})")
    assert notebook.printed("left") == 0
    expect(page.get_by_text("No such comm")).to_have_count(0)
    assert notebook.errors == []


def test_a_cell_that_trains_tells_how_far_it_is_until_it_ends(
    page: Page, address: str, write: Callable[..., str]
) -> None:
    notebook = Notebook(page).open(address, write(f"import rnnviz as rv\n{LAB}", "lab.train(10**7)"))
    notebook.run_all(wait=False)
    line = page.locator(".jp-OutputArea-output pre", has_text="Training:")
    expect(line).to_contain_text("of 10,000,000 steps", timeout=PATIENCE)
    page.evaluate("jupyterapp.commands.execute('notebook:interrupt-kernel')")
    expect(page.locator(".jp-OutputArea-output", has_text="KeyboardInterrupt").first).to_be_visible(timeout=PATIENCE)
    expect(line).to_have_count(0)
