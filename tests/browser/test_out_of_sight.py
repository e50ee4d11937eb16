"""A lab that nobody sees, scrolled away, folded or behind a tab, is where its kernel is once it is seen again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

from rnnviz.views.style import INK2, TONES
from tests.browser.jupyter import PATIENCE, Notebook, rgb, server

LAB = (
    "import json, rnnviz as rv\n"
    "lab = rv.Lab(task='adding', cell='lstm', hidden_size=12, seq_len=20, seed=0, device='cpu', steps=10**7)\n"
    "lab"
)
KERNEL = (
    "lab.pause(); shown = lab.snapshot();"
    " print('KERNEL', json.dumps([shown.step, shown.layer.hidden[0, 0, 0].T.tolist()]))"
)
PAGES = 12  # of text, each as tall as the window, between the lab and the last cell
SEEN = """(() => {
    const plot = document.querySelector('.rv-view-hidden .rv-plot'), box = plot?.getBoundingClientRect();
    const laidOut = plot?.checkVisibility({contentVisibilityAuto: true, opacityProperty: true});
    return Boolean(laidOut) && box.bottom > 0 && box.top < innerHeight;
})()"""
NOTEBOOK = "jupyterapp.shell.currentWidget.content"
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module", params=["full", "contentVisibility"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A JupyterLab for each way in which it keeps what is out of sight: full takes it out of the page's layout."""
    folder = tmp_path_factory.mktemp(request.param)
    write_far(folder / "far.ipynb")
    with server(folder, {"@jupyterlab/notebook-extension:tracker": {"windowingMode": request.param}}) as started:
        yield started


def write_far(path: Path) -> None:
    """Write a notebook with a lab first, and far below it a cell to type into."""
    text = [nbformat.v4.new_markdown_cell("\n\n".join(f"Line {line}." for line in range(40))) for _ in range(PAGES)]
    cells = [nbformat.v4.new_code_cell(LAB), *text, nbformat.v4.new_code_cell("0")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


@pytest.fixture
def notebook(address: str, page: Page) -> Notebook:
    """A lab that plays."""
    opened = Notebook(page).open(address, "far.ipynb").run_all()
    back(opened)
    opened.wait_for_step(0)
    opened.button("play").click()
    opened.wait_for_step(20)
    return opened


def scroll(notebook: Notebook, item: int) -> None:
    """Scroll as JupyterLab does; where what lies between was never measured, it comes nearer each time."""
    notebook.page.evaluate(f"{NOTEBOOK}.activeCellIndex = {item}")
    notebook.page.wait_for_function(
        f"""async item => {{
            await {NOTEBOOK}.scrollToItem(item, 'start').catch(() => null);
            const cell = {NOTEBOOK}.widgets[item]?.node, box = cell?.getBoundingClientRect();
            return cell?.isConnected && box.top < innerHeight && box.bottom > 0;
        }}""",
        arg=item,
        polling=200,
        timeout=PATIENCE,
    )


def away(notebook: Notebook) -> None:
    scroll(notebook, PAGES + 1)
    notebook.page.wait_for_function(f"() => !({SEEN})", timeout=PATIENCE)


def back(notebook: Notebook) -> None:
    scroll(notebook, 0)
    notebook.view("hidden").scroll_into_view_if_needed()
    notebook.page.wait_for_function(f"() => {SEEN}", timeout=PATIENCE)


def fold(notebook: Notebook) -> None:
    scroll(notebook, 0)
    notebook.page.evaluate("void jupyterapp.commands.execute('notebook:hide-cell-outputs')")
    expect(notebook.lab).to_have_count(0)  # it is out of the document


def unfold(notebook: Notebook) -> None:
    scroll(notebook, 0)
    notebook.page.locator(".jp-OutputPlaceholder, .jp-Placeholder").first.click()
    notebook.view("hidden").scroll_into_view_if_needed()
    notebook.page.wait_for_function(f"() => {SEEN}", timeout=PATIENCE)


def leave(notebook: Notebook) -> None:
    """Open something else in the same window, in front of the notebook."""
    notebook.page.evaluate("window.there ??= jupyterapp.shell.currentWidget.id")
    notebook.page.evaluate("void jupyterapp.commands.execute('launcher:create')")
    notebook.page.wait_for_function("() => jupyterapp.shell.currentWidget.id !== window.there", timeout=PATIENCE)
    notebook.page.wait_for_function(f"() => !({SEEN})", timeout=PATIENCE)


def come_back(notebook: Notebook) -> None:
    notebook.page.evaluate("void jupyterapp.shell.activateById(window.there)")
    notebook.page.wait_for_function("() => jupyterapp.shell.currentWidget.id === window.there", timeout=PATIENCE)
    back(notebook)


WAYS = {"scrolled away": (away, back), "folded": (fold, unfold), "behind a tab": (leave, come_back)}


def ask(notebook: Notebook, code: str) -> Any:
    """Run code in the last cell, which may be far away; return what it has printed after ``KERNEL``."""
    scroll(notebook, PAGES + 1)
    notebook.code(code)
    return notebook.printed("KERNEL")


def assert_agrees(notebook: Notebook, kernel: tuple[int, list[list[float]]]) -> None:
    """Wait for the picture of the step at which the kernel rests; its numbers are the tensor's."""
    step, hidden = kernel
    notebook.page.wait_for_function(
        "step => Number(document.querySelector('.rv-view-hidden .rv-plot').dataset.step) === step",
        arg=step,
        timeout=PATIENCE,
    )
    drawn = notebook.shown("hidden", 0, "z")
    assert [len(row) for row in drawn] == [len(row) for row in hidden]
    off = [abs(a - b) for row, true in zip(drawn, hidden, strict=True) for a, b in zip(row, true, strict=True)]
    assert max(off) <= 1 / 254 + 1e-4  # half of one of the 254 levels between -1 and 1


@pytest.mark.parametrize("way", WAYS)
def test_a_lab_that_played_unseen_is_where_its_kernel_is_and_is_drawn_on(notebook: Notebook, way: str) -> None:
    hide, show = WAYS[way]
    hide(notebook)
    if way == "behind a tab":
        show(notebook)
    kernel = ask(notebook, KERNEL)
    show(notebook)
    assert_agrees(notebook, kernel)
    notebook.button("play").click()
    notebook.wait_for_step(kernel[0] + 20)


@pytest.mark.parametrize("way", WAYS)
def test_what_has_changed_meanwhile_is_drawn_once_it_is_seen(notebook: Notebook, page: Page, way: str) -> None:
    hide, show = WAYS[way]
    hide(notebook)
    if way == "behind a tab":
        show(notebook)
    kernel = ask(notebook, "lab.pause(); lab.set(hidden_size=9); lab.train(3);" + KERNEL.removeprefix("lab.pause();"))
    hide(notebook)
    page.set_viewport_size({"width": 1000, "height": 900})
    notebook.theme("JupyterLab Dark")
    show(notebook)
    assert_agrees(notebook, kernel)
    page.wait_for_function(
        "ink => [...document.querySelectorAll('.rv-lab .rv-plot')].filter(plot => plot._fullLayout).every(plot =>"
        " plot._fullLayout.width <= plot.offsetWidth + 1 && plot._fullLayout.font.color === ink)",
        arg=rgb(TONES[INK2]),
        timeout=PATIENCE,
    )


def test_a_lab_first_made_where_nobody_looks_is_there_once_it_is_seen(address: str, page: Page) -> None:
    opened = Notebook(page).open(address, "far.ipynb")
    scroll(opened, PAGES + 1)
    opened.run_all()
    kernel = ask(opened, KERNEL)
    back(opened)
    assert_agrees(opened, kernel)
