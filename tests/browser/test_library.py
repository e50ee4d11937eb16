"""The plotly.js in a page: the small one draws a whole lab; a picture that it cannot draw brings the whole one."""

from collections.abc import Callable
from pathlib import Path

import plotly.graph_objects as go
import pytest
from playwright.sync_api import Page

import rnnviz as rv
from rnnviz.training import Snapshot
from rnnviz.views import Focus, Patch, View
from tests.browser.jupyter import PATIENCE, Notebook
from tests.browser.test_replay import Opened

# what a reader could write: states as a landscape
VIEW = """
import plotly.graph_objects as go, rnnviz as rv
from rnnviz.views import View, Patch
class Landscape(View):
    name = "landscape"
    def skeleton(self, snapshot, focus):
        return go.Figure(go.Surface(), layout={"title": {"text": "States"}, "height": 300})
    def patches(self, snapshot, focus, pixels=None):
        return [Patch(0, "z", snapshot.layer.hidden[0, 0, focus.sample].T)]
    def exists(self, snapshot):
        return True
"""
SMALL = 'lab = rv.Lab("adding", hidden_size=4, seq_len=12, seed=0)\nlab'
BOTH = SMALL.replace("seed=0", 'seed=0, views=["hidden", Landscape()]')
DRAWN = "name => document.querySelector(`.rv-view-${name} .rv-plot`)?.dataset.frame"
ALL_DRAWN = """() => {
    const shown = [...document.querySelectorAll('.rv-view')].filter(one => one.offsetWidth);
    return shown.length > 3 && shown.every(one => one.querySelector('.rv-plot')?.dataset.frame);
}"""
KNOWN = "async at => Object.keys((await rnnvizPage[at].promise).PlotSchema.get().traces)"
pytestmark = pytest.mark.timeout(900)


class Landscape(View):
    """The states of one sequence as a landscape, which only the whole plotly.js draws."""

    name = "landscape"

    def exists(self, snapshot: Snapshot) -> bool:
        return True

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        return go.Figure(go.Surface(), layout={"title": {"text": "States"}, "height": 300})

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: object = None) -> list[Patch]:
        return [Patch(0, "z", snapshot.layer.hidden[0, 0, focus.sample].T)]


def wait_for(page: Page, *names: str) -> None:
    for name in names:
        page.wait_for_function(DRAWN, arg=name, timeout=PATIENCE)


def test_a_whole_lab_is_drawn_by_the_small_one(page: Page, address: str, write: Callable[..., str]) -> None:
    page.set_viewport_size({"width": 1440, "height": 2400})  # what is out of sight is not drawn
    Notebook(page).open(address, write(f"import rnnviz as rv\n{SMALL}")).run_all()
    page.wait_for_function(ALL_DRAWN, timeout=PATIENCE)
    traces = page.evaluate(KNOWN, "plotly")
    assert "heatmap" in traces
    assert "surface" not in traces
    assert page.evaluate("[...rnnvizPage.unpacking]") == [False]


@pytest.mark.tells("WebGL", "webgl", "GPU")  # a browser without one draws no landscape, and says so
def test_a_picture_that_it_cannot_draw_brings_the_whole_one(
    page: Page, address: str, write: Callable[..., str]
) -> None:
    Notebook(page).open(address, write(f"{VIEW}\n{SMALL}", BOTH)).run_all()
    wait_for(page, "hidden", "landscape")
    assert "surface" in page.evaluate(KNOWN, "whole")
    plot = page.locator(".rv-view-landscape .rv-plot")
    assert plot.evaluate("plot => plot._fullData[0].type") == "surface"
    assert plot.evaluate("plot => [plot.data[0].z.length, plot.data[0].z[0].length]") == [4, 12]


@pytest.mark.tells("WebGL", "webgl", "GPU")
def test_a_saved_page_brings_the_one_that_draws_what_is_in_it(page: Page, tmp_path: Path) -> None:
    lab = rv.Lab("adding", hidden_size=4, seq_len=12, seed=0, device="cpu")
    lab.train(20)
    small = lab.save_replay(tmp_path / "small.html", views=["hidden"])
    whole = lab.save_replay(tmp_path / "whole.html", views=["hidden", Landscape()])
    assert whole.stat().st_size - small.stat().st_size > 1_000_000
    lab.close()
    opened = Opened(page, whole)
    opened.wait_for(0, "landscape")
    assert page.locator(".rv-view-landscape .rv-plot").evaluate("plot => plot._fullData[0].type") == "surface"
