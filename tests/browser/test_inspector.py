"""The inspector in a real browser: a click picks the cell, and what the page shows is what the kernel says."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook
from tests.browser.patience import again, expect_at_last

LAB = (
    "import rnnviz as rv\n"
    "lab = rv.Lab(task='adding', cell='{cell}', hidden_size=12, seq_len=20, seed=0)\n"
    "lab.train(5)\n"
    "lab"
)
ASK = (
    "import json\n"
    "focus = lab._console.screen.panel.focus_controls.focus\n"
    "reading = lab.inspect(sample=focus.sample, time=focus.time, unit=focus.unit)\n"
    "forward = [str(one) for one in reading.equations()]\n"
    "back = [str(one) for norms in (False, True) for one in reading.gradient_equations(norms=norms)]\n"
    "print('{label}', json.dumps({{'time': focus.time, 'unit': focus.unit, 'forward': forward, 'back': back,\n"
    "    'h': float(reading.h[focus.unit]), 'gates': {{n: float(g[focus.unit]) for n, g in reading.gates.items()}}}}))"
)
pytestmark = pytest.mark.timeout(900)


class Inspected:
    """A lab with its inspector open."""

    def __init__(self, page: Page, address: str, path: str) -> None:
        self.page, self.notebook = page, Notebook(page).open(address, path).run_all()
        self.notebook.wait_for_step(5)
        self.notebook.lab.locator("button.rv-open-inspector").click()
        self.drawing = self.notebook.lab.locator(".rv-inspector .rv-cell-drawing")
        expect(self.drawing).to_be_visible(timeout=PATIENCE)
        self.at("timestep 19,")
        self.asked = 0

    def ask(self) -> dict:
        """What the kernel says of the cell that the selectors name now."""
        self.asked += 1
        self.notebook.code(ASK.format(label=f"TRUTH{self.asked}"))
        truth: dict = self.notebook.printed(f"TRUTH{self.asked}")
        return truth

    def press(self, name: str) -> None:
        self.notebook.lab.locator(f"button.rv-inspect-{name}").click()

    def at(self, text: str) -> None:
        expect(self.notebook.lab.locator(".rv-cell-where")).to_contain_text(text, timeout=PATIENCE)

    def chip(self, name: str) -> str:
        return self.drawing.locator(f"[data-name='{name}'] .rv-value").text_content() or ""

    def lines(self) -> list[str]:
        rows = self.notebook.lab.locator(".rv-equation")
        return [row.get_attribute("data-text") or "" for row in rows.all()]

    def pick(self) -> None:
        """Click in the middle of the hidden-state heatmap."""
        view, where = self.notebook.view("hidden"), self.notebook.lab.locator(".rv-cell-where")

        def click() -> None:
            view.scroll_into_view_if_needed()
            self.notebook.settle()
            box = view.bounding_box()
            assert box is not None
            self.page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.3)

        # the focus, which a click alone sets: the pointer moves the cursor, and that the inspector, before
        again(
            click,
            lambda patience: expect(where).not_to_contain_text(re.compile("timestep 19,|unit 0"), timeout=patience),
        )


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_click_in_a_heatmap_shows_that_cell_s_real_numbers(address: str, write, page: Page, cell: str) -> None:
    seen = Inspected(page, address, write(LAB.format(cell=cell), "None"))
    seen.pick()
    truth = seen.ask()
    assert (truth["time"], truth["unit"]) > (0, 0)
    seen.at(f"timestep {truth['time']}, unit {truth['unit']}")
    assert sorted(seen.lines()) == sorted(truth["forward"])
    for name, value in ({"h": truth["h"]} | truth["gates"]).items():
        assert float(seen.chip(name).replace("−", "-")) == pytest.approx(value, abs=0.0051)
    assert seen.notebook.errors == []


def test_its_buttons_step_through_time_back_along_the_gradient_and_train(address: str, write, page: Page) -> None:
    seen = Inspected(page, address, write(LAB.format(cell="lstm"), "None"))
    seen.pick()
    time = seen.ask()["time"]
    seen.press("forward")
    seen.at(f"timestep {time + 1},")
    seen.press("back")
    seen.at(f"timestep {time},")
    assert seen.drawing.locator(".rv-back").count() == 0
    seen.press("gradient")
    seen.at(f"timestep {time - 1},")
    expect(seen.drawing.locator("[data-name='later_h']")).to_be_visible()
    assert seen.lines() == seen.ask()["back"]
    expect(seen.notebook.lab.locator(".rv-equation").last).to_have_attribute("data-symbol", "‖∂L/∂c_t‖")
    seen.press("train")
    seen.at("training step 6")
    assert seen.lines() == seen.ask()["back"]
    seen.press("onward")
    expect(seen.notebook.lab.locator(".rv-equation").first).to_have_attribute("data-symbol", "f_t")
    seen.press("norms")
    expect(seen.notebook.lab.locator(".rv-equation").first).to_have_attribute("data-symbol", "‖f_t‖")
    assert seen.notebook.errors == []


def test_the_arrow_keys_move_through_the_cells_and_not_through_the_notebook(address: str, write, page: Page) -> None:
    seen = Inspected(page, address, write(LAB.format(cell="gru"), "None"))
    seen.notebook.lab.locator(".rv-cellview").focus()
    seen.at("timestep 19, unit 0")  # where the score's cursor stands
    for key, place in (
        ("ArrowLeft", "timestep 18, unit 0"),
        ("ArrowUp", "timestep 18, unit 1"),
        ("ArrowDown", "timestep 18, unit 0"),
        ("ArrowRight", "timestep 19, unit 0"),
        ("ArrowLeft", "timestep 18, unit 0"),
    ):
        page.keyboard.press(key)
        seen.at(place)
        # one cursor: that of the score goes along
        expect(page.locator(".rv-playhead")).to_have_attribute(
            "data-label", place.split(",")[0].replace("timestep", "t =")
        )
    assert seen.notebook.lab.locator(".rv-cellview").evaluate("one => one === document.activeElement")
    assert seen.notebook.errors == []


def test_it_stands_where_the_narrow_column_was_and_the_score_stays_where_it_is(address: str, write, page: Page) -> None:
    notebook = Notebook(page).open(address, write(LAB.format(cell="lstm"), "None")).run_all()
    notebook.wait_for_step(5)
    column, score = notebook.lab.locator(".rv-column"), notebook.lab.locator(".rv-score")
    before, place = score.bounding_box(), column.bounding_box()
    notebook.lab.locator("button.rv-open-inspector").click()
    dock = notebook.lab.locator(".rv-dock")
    expect(dock).to_be_visible(timeout=PATIENCE)
    expect(column).to_be_hidden()
    assert score.bounding_box() == before
    docked = dock.bounding_box()
    assert (docked["x"], docked["width"]) == pytest.approx((place["x"], place["width"]), abs=0.5)
    notebook.lab.locator(".rv-tool-inspector .rv-close").click()
    expect(column).to_be_visible(timeout=PATIENCE)
    expect(dock).to_be_hidden()
    page.wait_for_function("() => document.activeElement.classList.contains('rv-open-inspector')")
    assert notebook.errors == []


def test_it_follows_the_time_cursor_over_the_score(address: str, write, page: Page) -> None:
    seen = Inspected(page, address, write(LAB.format(cell="lstm"), "None"))
    before = seen.ask()["time"]
    for share in (0.3, 0.5, 0.7):
        seen.notebook.hover("hidden", share)
        time = page.evaluate("[...rnnvizPage.cursors.values()].find(one => one.t !== null).t")
        seen.at(f"timestep {time}, unit 0")
        expect(seen.notebook.lab.locator(".rv-nav-time b")).to_have_text(str(time))
    assert time > 8
    assert seen.ask()["time"] == before  # the focus has stayed
    assert seen.notebook.errors == []


def test_words_and_numbers_are_text_and_fit(address: str, write, page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})
    seen = Inspected(page, address, write(LAB.format(cell="lstm"), "None"))
    for name in ("forward", "gradient", "onward", "norms"):
        seen.press(name)
        fits = """drawer => { const right = drawer.getBoundingClientRect().right + 1;
            return [...drawer.querySelectorAll('text, .rv-equation *, button, b')]
                .filter(one => one.getClientRects().length && !one.closest('.rv-visually-hidden'))
                .filter(one => one.getBoundingClientRect().right > right).map(one => one.textContent) }"""
        expect(seen.drawing).to_be_visible()
        seen.notebook.settle()
        expect_at_last(page, lambda fits=fits: seen.notebook.lab.locator(".rv-inspector").evaluate(fits), [])
    wide = seen.drawing.evaluate(
        """svg => [...svg.querySelectorAll('.rv-mark-gate')].filter(gate => {
            const box = gate.querySelector('rect').getBoundingClientRect().width;
            return [...gate.querySelectorAll('text')].some(one => one.getBoundingClientRect().width > box) })
            .map(gate => gate.textContent)"""
    )
    assert wide == []
    assert seen.notebook.errors == []
