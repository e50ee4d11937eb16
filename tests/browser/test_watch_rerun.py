"""A watched cell that is interrupted, run again, and changes its batches while it runs."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.jupyter import PATIENCE, Notebook, server
from tests.browser.test_watch import MODEL

CHANGING = """
with rv.watch(model) as w:
    display(w)
    until = time.monotonic() + 600
    while not Path("enough").exists() and time.monotonic() < until:
        size = 8 if w.history["step"].size % 2 else 3
        x = torch.randn(size, 12 + size, 2)
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        optimizer.step()
        w.step(loss=loss)
"""
AFTER = "print('hooks', sum(len(one._forward_hooks) + len(one._forward_pre_hooks) for one in model.modules()))"
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    cells = [nbformat.v4.new_code_cell(cell) for cell in (MODEL, CHANGING, AFTER)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "loop.ipynb")
    with server(tmp_path) as started:
        yield started


def test_an_interrupted_cell_says_so_leaves_no_hook_and_runs_again(address: str, page: Page, tmp_path: Path) -> None:
    notebook = Notebook(page).open(address, "loop.ipynb")
    notebook.run_all(wait=False)
    notebook.wait_for_step(20)
    page.evaluate("jupyterapp.commands.execute('notebook:interrupt-kernel')")
    status = page.locator(".rv-watch .rv-status")
    expect(status).to_contain_text("The loop raised KeyboardInterrupt after step", timeout=PATIENCE)
    # the kernel drops what it is asked until it has answered for the interrupted cell
    expect(page.locator(".jp-CodeCell .jp-InputPrompt").nth(1)).to_contain_text("[2]", timeout=PATIENCE)
    printed = page.locator(".jp-OutputArea-output pre", has_text="hooks 0")
    for _ in range(3):
        notebook.ready().code(AFTER)
        with suppress(PlaywrightTimeout):
            printed.wait_for(timeout=PATIENCE / 3)
            break
    assert notebook.printed("hooks") == 0
    notebook.run_all(wait=False)
    expect(status).to_contain_text("Watching.", timeout=PATIENCE)
    notebook.view("hidden").scroll_into_view_if_needed()  # the last cell was looked at
    notebook.wait_for_step(20)
    (tmp_path / "enough").touch()
    expect(status).to_contain_text("Finished after", timeout=PATIENCE)
    notebook.ready()
    assert len(notebook.shown("hidden", 0, "z")) == 8
    assert notebook.errors == []
