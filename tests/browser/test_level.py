"""Score and column end level, and what stands in the first frame is read before anybody moves a cursor."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.jupyter import PATIENCE, Notebook, close, write_notebook
from tests.browser.patience import again, expect_at_last

LABS = {
    "sunspots": "rv.Lab(seed=0, device='cpu')",
    "adding, rnn": "rv.Lab('adding', cell='rnn', seed=0, device='cpu')",
    "temporal order, gru": "rv.Lab('temporal-order', cell='gru', seq_len=30, hidden_size=8, seed=0, device='cpu')",
    "tokens, two layers": "rv.Lab('python-tokens', num_layers=2, seed=0, device='cpu')",
    "some views": "rv.Lab(views=['hidden', 'curves'], seed=0, device='cpu')",
    "few views": "rv.Lab('adding', views=['input', 'gradients', 'answer', 'curves'], seed=0, device='cpu')",
    "two models": "rv.compare(['rnn', 'lstm'], seed=0, device='cpu')",
    "four models": "rv.compare(['rnn', 'gru', 'lstm', {'cell': 'lstm', 'forget_bias': 4.0}], task='temporal-order',"
    " hidden_size=8, seq_len=50, seed=0, device='cpu')",
}
NAMES = list(LABS)
LEVEL = """lab => {
    const bottom = name => lab.querySelector(name)?.getBoundingClientRect().bottom;
    return Math.abs(bottom('.rv-score') - bottom('.rv-column')) <= 1;
}"""
AXES = """lab => {
    const plot = [...lab.querySelectorAll('.rv-column .rv-plot')].filter(one => one.checkVisibility()).at(-1);
    const full = plot._fullLayout, top = plot.getBoundingClientRect().top;
    const feet = Object.keys(full).filter(one => /^yaxis/.test(one)).map(one => full[one]._offset + full[one]._length);
    return [top + Math.max(...feet), lab.querySelector('.rv-axis').getBoundingClientRect().top];
}"""
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def notebook(browser: Browser, address: str, folder) -> Iterator[Notebook]:
    cells = [f"lab = {made}\nlab.train(3)\nlab" for made in LABS.values()]
    write_notebook(folder / "level.ipynb", "import rnnviz as rv", *cells)
    opened = Notebook(browser.new_context(viewport={"width": 1280, "height": 800}).new_page())
    opened.open(address, "level.ipynb").run_all()
    yield opened
    assert opened.errors == []
    close(opened.page)


def shown(page: Page, name: str) -> Locator:
    """The lab of that name, in sight and drawn; the notebook keeps on the page only what is near."""
    page.evaluate(f"void jupyterapp.shell.currentWidget.content.scrollToItem({1 + NAMES.index(name)}, 'start')")
    cell = page.locator(f".jp-Cell[data-windowed-list-index='{1 + NAMES.index(name)}']")
    lab = cell.locator(".rv-lab")
    lab.locator(".rv-axis svg text").first.wait_for(timeout=PATIENCE)
    lab.locator(".rv-column .rv-plot[data-frame]").last.wait_for(timeout=PATIENCE)
    return lab


@pytest.mark.parametrize("name", NAMES)
def test_score_and_column_end_level(notebook: Notebook, name: str) -> None:
    lab = shown(notebook.page, name)
    notebook.page.wait_for_function(f"lab => ({LEVEL})(lab)", arg=lab.element_handle(), timeout=PATIENCE)
    if "models" not in name:  # there a table stands below the last picture
        expect_at_last(notebook.page, lambda: abs(float.__sub__(*map(float, lab.evaluate(AXES)))) <= 1, True)
    most = 640 if "models" in name else 660
    expect_at_last(notebook.page, lambda: lab.evaluate("lab => lab.offsetHeight") <= most, True)


def test_a_lab_follows_the_window_when_that_grows_and_when_it_shrinks(notebook: Notebook) -> None:
    lab, page = shown(notebook.page, "sunspots"), notebook.page
    low = lab.evaluate("lab => lab.offsetHeight")
    page.set_viewport_size({"width": 1280, "height": 1400})
    page.wait_for_function("([lab, low]) => lab.offsetHeight > low + 20", arg=[lab.element_handle(), low])
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_function("([lab, low]) => lab.offsetHeight === low", arg=[lab.element_handle(), low])
    expect_at_last(page, lambda: lab.evaluate(LEVEL), True)


def test_what_the_last_step_brought_is_read_before_the_cursor_is_moved(notebook: Notebook) -> None:
    lab = shown(notebook.page, "sunspots")
    expect(lab.locator(".rv-flag")).to_have_text("t = 131 · Jun 1982")
    for view in ("input", "hidden", "gates", "gradients"):
        expect(lab.locator(f".rv-view-{view} .rv-readout-value").first).not_to_be_empty()


def test_a_dock_leaves_the_score_as_it_is(notebook: Notebook) -> None:
    lab = shown(notebook.page, "two models")
    before = lab.locator(".rv-score").bounding_box()
    lab.locator(".rv-open-inspector").click()
    expect(lab.locator(".rv-dock")).to_be_visible()
    lab.locator(".rv-dock .rv-cell-drawing").wait_for(timeout=PATIENCE)
    after = lab.locator(".rv-score").bounding_box()
    lab.locator(".rv-open-inspector").click()
    assert before is not None
    assert after is not None
    assert after["height"] == before["height"]


def test_a_click_picks_the_timestep_that_is_marked(notebook: Notebook) -> None:
    lab, page = shown(notebook.page, "sunspots"), notebook.page
    plot, line = lab.locator(".rv-view-hidden .rv-plot"), lab.locator(".rv-playhead")
    for across in (150.3, 151.5, 152.7, 153.9):  # a cell is 2.3 pixels wide: somewhere here one ends

        def click(across: float = across) -> None:
            box = plot.bounding_box()
            assert box is not None
            page.mouse.click(box["x"] + across, box["y"] + 40)

        # before it is moved for the first time, the cursor stands at the last timestep
        again(click, lambda patience: expect(line).not_to_have_attribute("data-label", "t = 131", timeout=patience))
        marked = line.get_attribute("data-label")
        lab.locator(".rv-open-inspector").click()
        shown_time = lab.locator(".rv-nav-time b")
        expect(shown_time).to_have_text((marked or "").removeprefix("t = "), timeout=PATIENCE)
        expect(lab.locator(".rv-nav-time span").first).to_have_text("month t")
        lab.locator(".rv-open-inspector").click()
