"""Figures beside labs: plotly's own take the page's ink and paper; a sweep's is brushed while it runs."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook
from tests.browser.patience import again

PLAIN = (
    "import plotly.graph_objects as go, rnnviz as rv\n"
    "figure = go.Figure(go.Scatter(y=[1, 3, 2], name='own', line_color='#d35a0e'))\n"
    "figure.update_layout(template='plotly_white', title_text='A title', showlegend=True)\n"
    "figure.add_hline(y=2, annotation_text='line')\n"
    "figure"
)
LAB = "lab = rv.Lab('adding', seq_len=10, views=['loss'], device='cpu', seed=0)\nlab"
LOOKS = """() => {
    const plot = document.querySelector('.js-plotly-plot:not(.rv-plot)');
    const of = (kind, what) => getComputedStyle(plot.querySelector(kind))[what];
    return {
        paper: of('.main-svg', 'backgroundColor'), title: of('.gtitle', 'fill'), tick: of('.xtick text', 'fill'),
        legend: of('.legendtext', 'fill'), note: of('.annotation-text', 'fill'), own: of('.js-line', 'stroke'),
    };
}"""
SWEEP = (
    "import rnnviz as rv\n"
    "found = rv.sweep({'lr': ('log', 1e-4, 1e-1), 'hidden_size': ('int', 4, 8)}, task='adding',\n"
    "                 trials=5000, steps=100, seq_len=30, sampler='random', prune=False, device='cpu', seed=0)"
)
KEPT = "print('KEPT', len(found))"
pytestmark = pytest.mark.timeout(900)


def light(color: str) -> bool:
    return sum(map(int, re.findall(r"\d+", color)[:3])) > 3 * 150


def test_a_figure_of_plotly_s_own_takes_a_dark_page_s_ink_and_keeps_what_it_coloured(
    address: str, page: Page, write
) -> None:
    notebook = Notebook(page).open(address, write(PLAIN, LAB)).run_all()
    expect(page.locator(".js-plotly-plot:not(.rv-plot) .gtitle")).to_be_visible(timeout=PATIENCE)
    day = page.evaluate(LOOKS)
    assert day["paper"] == "rgb(255, 255, 255)"
    assert not any(light(day[word]) for word in ("title", "tick", "legend", "note"))
    notebook.theme("JupyterLab Dark")
    page.wait_for_function(f"() => ({LOOKS})().paper === 'rgba(0, 0, 0, 0)'", timeout=PATIENCE)
    night = page.evaluate(LOOKS)
    assert all(light(night[word]) for word in ("title", "tick", "legend", "note"))
    assert night["own"] == day["own"] == "rgb(211, 90, 14)"
    notebook.theme("JupyterLab Light")
    page.wait_for_function(f"() => ({LOOKS})().paper === 'rgb(255, 255, 255)'", timeout=PATIENCE)
    assert page.evaluate(LOOKS) == day
    assert notebook.errors == []


def test_what_is_brushed_while_a_sweep_runs_stays_brushed_as_lines_are_added(address: str, page: Page, write) -> None:
    notebook = Notebook(page).open(address, write(SWEEP, KEPT)).run_all(wait=False)
    brush = page.locator(".rv-sweep .axis-brush .background").first
    brush.wait_for(timeout=PATIENCE)
    plot = "document.querySelector('.rv-sweep .rv-plot')"
    brushed = f"{plot}._fullData[0].dimensions[0].constraintrange"

    def drag() -> None:
        box = brush.bounding_box()
        assert box is not None
        across, top = box["x"] + box["width"] / 2, box["y"]
        page.mouse.move(across, top + 0.2 * box["height"])
        page.mouse.down()
        page.mouse.move(across, top + 0.6 * box["height"], steps=6)
        page.mouse.up()

    again(drag, lambda patience: page.wait_for_function(f"() => {brushed}?.length === 2", timeout=patience))
    low, high = first = page.evaluate(brushed)
    assert -4 < low < high < -1  # powers of ten
    for _ in range(2):
        lines = page.evaluate(f"{plot}._fullData[0].dimensions[0].values.length")
        page.wait_for_function(
            f"before => {plot}._fullData[0].dimensions[0].values.length > before", arg=lines, timeout=PATIENCE
        )
        assert page.evaluate(brushed) == pytest.approx(first)
    page.evaluate("jupyterapp.commands.execute('notebook:interrupt-kernel')")
    count = notebook.printed("KEPT")
    page.wait_for_function(
        f"count => {plot}._fullData[0].dimensions[0].values.length === count", arg=count, timeout=PATIENCE
    )
    assert page.evaluate(brushed) == pytest.approx(first)
    assert notebook.errors == []
