"""A lab that is given no room, or next to none, draws nothing to nowhere, and is drawn once there is room again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.jupyter import PATIENCE, Notebook, close, write_notebook

MADE = "rv.Lab(task='adding', cell='gru', hidden_size=8, seq_len=12, seed=0, device='cpu', steps=10**7)"
CELLS = (
    f"import ipywidgets as w, rnnviz as rv\nlab = {MADE}\nlab.train(3)\nlab",
    f"first, second = w.Output(), w.Output()\nwith second:\n    display({MADE})\nw.Tab([first, second])",
    f"inside = w.Output()\nwith inside:\n    display({MADE})\nw.Accordion([inside])",
    "0",
)
NOWHERE = """() => [...document.querySelectorAll('.rv-plot *')]
    .flatMap(one => [...one.attributes].filter(it => /NaN|Infinity|undefined/.test(it.value)).map(it => it.value))"""
SQUEEZED = {
    "0 pixels wide": "width: 0 !important; min-width: 0 !important; overflow: hidden",
    "1 pixel wide": "width: 1px !important; min-width: 0 !important; overflow: hidden",
    "5 pixels wide": "width: 5px !important; min-width: 0 !important; overflow: hidden",
    "20 pixels wide": "width: 20px !important; min-width: 0 !important; overflow: hidden",
    "50 pixels wide": "width: 50px !important; min-width: 0 !important; overflow: hidden",
    "99 pixels wide": "width: 99px !important; min-width: 0 !important",
    "100 pixels wide": "width: 100px !important; min-width: 0 !important",
    "0 pixels high": "height: 0 !important; overflow: hidden",
    "not displayed": "display: none !important",
    "invisible": "visibility: hidden",
    "shrunk to nothing": "transform: scale(0)",
}
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def notebook(browser: Browser, address: str, folder) -> Iterator[Notebook]:
    """A lab that plays, one in the second sheet of a tab, and one in an accordion."""
    write_notebook(folder / "narrow.ipynb", *CELLS)
    opened = Notebook(browser.new_context(viewport={"width": 1280, "height": 1000}).new_page())
    opened.open(address, "narrow.ipynb").run_all()
    opened.wait_for_step(3)
    opened.button("play").click()
    yield opened
    close(opened.page)


@pytest.fixture
def page(notebook: Notebook) -> Page:
    return notebook.page


def scroll(page: Page, item: int) -> None:
    page.evaluate(f"void jupyterapp.shell.currentWidget.content.scrollToItem({item}, 'start')")


def put_to_work(page: Page, narrow: int) -> None:
    """Let the window change, a pointer pass, and pictures have the time that some frames take."""
    for width in (narrow, 1280):
        page.set_viewport_size({"width": width, "height": 1000})
        page.evaluate(
            """() => new Promise(done => {
                for (const plot of document.querySelectorAll('.rv-plot'))
                    plot.dispatchEvent(new MouseEvent('mousemove', {bubbles: true, clientX: 10, clientY: 10}));
                let count = 0;
                const turn = () => ++count > 30 ? done() : requestAnimationFrame(turn);
                turn();
            })"""
        )
        assert page.evaluate(NOWHERE) == []


@pytest.mark.parametrize("what", [".rv-lab", ".rv-figure"])
@pytest.mark.parametrize("how", SQUEEZED)
def test_pictures_without_room_are_drawn_nowhere_and_again_where_there_is_room(
    notebook: Notebook, page: Page, how: str, what: str
) -> None:
    page.evaluate(
        "([what, how]) => { window.before = [...document.querySelectorAll(what)].map(one => [one, one.style.cssText]);"
        " for (const [one] of window.before) one.style.cssText += `; ${how}` }",
        [what, SQUEEZED[how]],
    )
    try:
        put_to_work(page, 1100)
    finally:
        page.evaluate("() => { for (const [one, style] of window.before) one.style.cssText = style }")
    notebook.view("hidden").scroll_into_view_if_needed()
    notebook.frames(2)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.rv-lab .rv-plot')].every(plot => !plot._fullLayout || !plot.offsetWidth"
        " || Math.abs(plot._fullLayout.width - plot.offsetWidth) <= 1)",
        timeout=PATIENCE,
    )
    assert page.evaluate(NOWHERE) == []


@pytest.mark.parametrize(("cell", "heads"), [(1, ".widget-tab .lm-TabBar-tab"), (2, ".jupyter-widget-Collapse-header")])
def test_a_lab_in_a_tab_or_an_accordion_is_drawn_when_that_opens_and_quiet_when_it_shuts(
    notebook: Notebook, page: Page, cell: int, heads: str
) -> None:
    scroll(page, cell)
    lab, found = page.locator(".rv-lab").nth(cell), page.locator(heads)
    found.last.click()
    drawn = lab.locator(".rv-view-hidden .rv-plot .main-svg").first
    drawn.wait_for(timeout=PATIENCE)
    put_to_work(page, 1100)
    found.first.click()
    put_to_work(page, 900)
    found.last.click()
    drawn.wait_for(timeout=PATIENCE)
    put_to_work(page, 1100)
    scroll(page, 0)


@pytest.mark.parametrize("share", [0.0, 0.002, 0.02, 0.05, 0.5])
def test_a_view_beside_the_notebook_may_be_dragged_shut(notebook: Notebook, page: Page, share: float) -> None:
    scroll(page, 0)
    page.evaluate(
        """async share => {
            const {shell, commands} = jupyterapp, notebook = shell.currentWidget;
            notebook.content.activeCellIndex = 0;
            await commands.execute('notebook:create-output-view');
            const layout = shell._dockPanel.layout, saved = layout.saveLayout();
            saved.main.sizes = [1 - share, share];
            layout.restoreLayout(saved);
        }""",
        share,
    )
    put_to_work(page, 1100)
    page.evaluate(
        """() => { const {shell} = jupyterapp, all = [...shell.widgets('main')];
            all.find(one => !one.content?.activeCell && one !== all[0])?.close(); shell.activateById(all[0].id) }"""
    )
    put_to_work(page, 900)
