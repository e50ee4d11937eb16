"""A notebook that is read without a kernel shows what its labs showed; where the lab is, its still is out of sight."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

from rnnviz.views.still.pngfile import MARK
from tests.browser.jupyter import PATIENCE, Notebook, write_notebook

LAB = "import rnnviz as rv\nlab = rv.Lab('adding', seq_len=12, hidden_size=4, seed=0, device='cpu', steps=100_000)\nlab"
STILL = f'img[src*="{MARK}"]'
NOW = "() => window.jupyterapp.shell.currentWidget.content.model.cells.get(0).outputs.get(1)?.data['text/plain'] ?? ''"
pytestmark = pytest.mark.timeout(900)


def stored(path: Path) -> dict[str, Any]:
    """Return the still in the first cell of a notebook's file."""
    outputs = nbformat.read(path, as_version=4).cells[0].outputs
    (still,) = [one.data for one in outputs if "image/png" in one.get("data", {})]
    return dict(still)


def step_in(sentence: str) -> int:
    return int(re.search(r"at step ([\d,]+)", sentence)[1].replace(",", ""))


def test_what_is_saved_is_a_still_of_the_newest_step_and_only_the_lab_is_seen(
    page: Page, address: str, folder: Path, write
) -> None:
    name = write(LAB)
    notebook = Notebook(page).open(address, name).run_all()
    notebook.wait_for_step(0)
    expect(page.locator(STILL)).to_have_count(1)
    expect(page.locator(STILL)).not_to_be_visible()
    notebook.save()
    first = stored(folder / name)
    assert step_in(first["text/plain"]) == 0
    notebook.button("play").click()
    notebook.wait_for_step(30)
    notebook.button("pause").click()
    expect(notebook.button("pause")).to_be_disabled()
    page.wait_for_function(
        f"() => {{ const step = Number(document.querySelector('.rv-view-hidden .rv-plot').dataset.step);"
        f" return ({NOW})().includes(`at step ${{step.toLocaleString('en')}}:`) }}",
        timeout=PATIENCE,
    )
    notebook.save()
    newest = stored(folder / name)
    assert step_in(newest["text/plain"]) == notebook.step() >= 30
    assert newest["image/png"] != first["image/png"]
    expect(page.locator(STILL)).not_to_be_visible()


@pytest.mark.tells("ERR_FAILED")  # whatever it asks the network for
def test_the_html_of_a_run_notebook_shows_the_still_without_any_network(page: Page, tmp_path: Path) -> None:
    write_notebook(tmp_path / "one.ipynb", LAB, "lab.train(20)")
    command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", str(tmp_path / "one.ipynb")]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    made = tmp_path / "one.html"
    page.route("**/*", lambda route: route.continue_() if route.request.url == made.as_uri() else route.abort())
    page.goto(made.as_uri(), wait_until="domcontentloaded")
    still = page.locator(STILL)
    expect(still).to_have_count(1)
    expect(still).to_be_visible()
    assert still.evaluate(
        "async image => { await image.decode(); return [image.naturalWidth > 800, image.width] }"
    ) == [
        True,
        880,
    ]
