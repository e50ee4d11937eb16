"""A learner opens chapter 00, takes the tour with real clicks and keys, and leaves it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.jupyter import PATIENCE, Notebook
from tests.browser.patience import again

# where in a picture a timestep is, on the line of a name or in the middle of the first map
PLACE = """(plot, [time, name]) => {
    const { xaxis, yaxis } = plot._fullLayout, line = plot.data.find(trace => trace.name === name);
    const y = name === null ? yaxis._length / 2 : yaxis.d2p(line.y[time]);
    return [xaxis._offset + xaxis.d2p(time), yaxis._offset + y];
}"""
pytestmark = pytest.mark.timeout(900)


def whole_lab(notebook: Notebook) -> None:
    """Look at the chapter's lab with all that it has, not at the small one that opens the chapter."""
    notebook.lab = notebook.page.locator(".rv-lab", has=notebook.page.locator(".rv-open-inspector")).first


class Learner:
    """Chapter 00 with its tour under way."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook, self.page = notebook, notebook.page
        whole_lab(notebook)
        self.card: Locator = self.page.locator(".rv-tour-card")
        self.page.emulate_media(reduced_motion="reduce")  # or a click would meet a page that is still scrolling
        # a stored count looks like that of a cell which has run
        self.page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        notebook.run_all()
        self.page.locator(".rv-tour-start").scroll_into_view_if_needed()
        self.page.locator(".rv-tour-start").click()

    def told(self, step: str, outlined: str) -> Locator:
        """Wait for a step that is not done, and return what is outlined; it must be in sight."""
        expect(self.card).to_have_attribute("data-step", step, timeout=PATIENCE)
        expect(self.card).to_have_attribute("data-done", "false")
        ring = self.page.locator(".rv-tour-here")
        expect(ring).to_have_class(re.compile(rf"\b{outlined}\b"), timeout=PATIENCE)
        expect(ring).to_have_css("outline", re.compile(r"3px"))
        expect(ring).to_be_in_viewport(ratio=0.3)
        return ring

    def goes_on(self) -> None:
        """Wait until the card has seen it, and press Next."""
        expect(self.card).to_have_attribute("data-done", "true", timeout=PATIENCE)
        expect(self.card.locator(".rv-tour-praise")).not_to_be_empty()
        self.card.locator(".rv-tour-next").click()

    def picks(self, view: str, time: int, trace: str | None) -> None:
        """Click at a timestep: on the line of that name, or halfway up the first heatmap."""
        plot = self.notebook.view(view)

        def click() -> None:
            box, (x, y) = plot.bounding_box(), plot.evaluate(PLACE, [time, trace])
            assert box is not None
            self.page.mouse.move(box["x"] + x - 3, box["y"] + y)
            self.page.mouse.click(box["x"] + x, box["y"] + y)

        seen = expect(self.card)
        again(click, lambda patience: seen.to_have_attribute("data-done", "true", timeout=patience))


def test_the_tour_follows_what_a_learner_does_and_can_be_left(chapters: str, page: Page) -> None:
    notebook = Notebook(page).open(chapters, "00_start_here.ipynb")
    learner = Learner(notebook)

    learner.told("play", "rv-play").click()
    learner.goes_on()

    learner.told("rate", "rv-lr").locator(".noUi-handle").press("ArrowRight")
    learner.goes_on()

    learner.told("pause", "rv-pause").click()
    learner.goes_on()
    notebook.settle()

    learner.told("hidden", "rv-view-hidden")
    learner.picks("hidden", 60, None)
    learner.goes_on()
    learner.told("gradients", "rv-view-gradients")
    learner.picks("gradients", 110, "total")
    learner.goes_on()

    learner.told("inspector", "rv-open-inspector").click()
    learner.goes_on()
    learner.told("inside", "rv-inspect-gradient").click()
    learner.goes_on()

    learner.told("perturb", "rv-open-perturb").click()
    drawer = learner.told("perturb", "rv-perturb")  # open, and nothing was changed yet
    notebook.settle()
    expect(learner.card).to_have_attribute("data-done", "false")
    drawer.locator(".rv-perturb-value .noUi-handle").press("ArrowRight")
    learner.goes_on()

    learner.told("timeline", "rv-timeline").locator(".rv-track").press("Home")
    expect(learner.card).to_have_attribute("data-done", "false")
    notebook.lab.locator(".rv-live").click()
    expect(learner.card).to_have_attribute("data-done", "true", timeout=PATIENCE)

    learner.card.locator(".rv-tour-back").click()
    expect(learner.card).to_have_attribute("data-step", "perturb")
    learner.card.locator(".rv-tour-skip").click()
    expect(learner.card).to_be_hidden()
    expect(page.locator(".rv-tour-here")).to_have_count(0)
    expect(page.locator(".rv-tour")).to_have_attribute("data-phase", "skipped")
    assert notebook.errors == []


def test_a_button_in_the_text_sets_the_lab_and_plays(chapters: str, page: Page) -> None:
    notebook = Notebook(page).open(chapters, "00_start_here.ipynb")
    whole_lab(notebook)
    page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    notebook.run_all()
    fast, calm = page.locator(".rv-link").nth(0), page.locator(".rv-link").nth(1)
    fast.click()
    expect(notebook.button("pause")).to_be_enabled(timeout=PATIENCE)
    expect(notebook.lab.locator(".rv-lr .widget-readout")).to_have_text("0.1")
    calm.click()
    expect(notebook.lab.locator(".rv-lr .widget-readout")).to_have_text("0.003")
    notebook.button("pause").click()
    expect(notebook.button("play")).to_be_enabled(timeout=PATIENCE)
    assert notebook.errors == []
