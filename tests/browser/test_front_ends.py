"""A lab outside JupyterLab: in Notebook 7, and as a page of its own, which Voilà serves."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Notebook, server, write_notebook
from tests.browser.patience import PATIENCE, expect_at_last

# what Voilà fetches for itself from elsewhere, and what extensions of JupyterLab's miss in it
pytestmark = [pytest.mark.timeout(900), pytest.mark.tells("ERR_", "shared module", "reading 'schema'")]


@pytest.fixture
def demo() -> Iterator[str]:
    """Serve `rnnviz demo`; return the address that it tells."""
    command = [sys.executable, "-m", "rnnviz", "demo", "--cell", "gru", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        told: list[str] = []
        for line in process.stderr:
            told.append(line)
            if line.startswith("http") and "?token=" in line:
                break
        else:
            raise RuntimeError("the page was not served:\n" + "".join(told))
        yield told[-1].strip()
    finally:
        process.terminate()
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:  # a slow machine's kernels take their time to end
            process.kill()
            process.communicate()


@pytest.fixture
def notebook_7(tmp_path: Path) -> Iterator[str]:
    """Serve a notebook with a lab; return its address."""
    write_notebook(
        tmp_path / "lab.ipynb", "import rnnviz as rv\nlab = rv.Lab(task='adding', cell='gru', device='cpu')\nlab"
    )
    with server(tmp_path, front_end="notebook") as address:
        yield address.format(path="lab.ipynb")


def used(page: Page) -> None:
    """Play, move a knob, open a drawer and pause."""
    notebook = Notebook(page)
    notebook.wait_for_step(0)
    notebook.button("play").click()
    notebook.wait_for_step(20)
    units = int(notebook.slider("hidden-size"))
    handle = notebook.lab.locator(".rv-hidden-size .noUi-handle")
    handle.focus()
    handle.press("ArrowRight")
    page.wait_for_function(
        "wanted => document.querySelector('.rv-view-hidden .rv-plot').data[0].z?.length === wanted",
        arg=units + 1,
        timeout=PATIENCE,
    )
    notebook.lab.locator("button.rv-open-inspector").click()
    expect(notebook.lab.locator(".rv-inspector .rv-cell-drawing")).to_be_visible()
    notebook.rest()


def kernels() -> set[int]:
    """The numbers of the kernels that run below this process."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if "ipykernel_launcher" in child.cmdline():
                found.add(child.pid)
    return found


def test_a_demo_plays_in_a_page_of_its_own_and_a_reloaded_page_begins_anew(demo: str, page: Page) -> None:
    page.goto(demo)
    used(page)
    assert Notebook(page).step() > 0
    before = kernels()
    page.reload()
    expect_at_last(page, lambda: before <= kernels(), False)  # the kernel of the page that was left has ended
    Notebook(page).wait_for_step(0)
    assert Notebook(page).step() == 0
    assert page.locator(".rv-view-hidden").count() == 1


def test_nobody_sees_a_demo_without_its_token(demo: str, page: Page) -> None:
    answer = page.goto(demo.partition("?")[0])
    assert answer is not None
    assert "token" in page.content()
    assert page.locator(".rv-lab").count() == 0


def test_notebook_7_plays_a_lab_and_a_reloaded_page_shows_where_it_rests(notebook_7: str, page: Page) -> None:
    page.goto(notebook_7)
    notebook = Notebook(page)
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_attached()
    notebook.run_all()
    used(page)
    step = notebook.step()
    assert step > 0
    notebook.save()
    page.reload()
    assert notebook.wait_for_step(step) == step
    assert page.locator(".rv-view-hidden").count() == 1
    notebook.button("play").click()
    notebook.wait_for_step(step + 1)
    notebook.rest()
