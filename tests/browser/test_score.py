"""The strips of a score in a real browser: one cursor, exact read-outs, one range, Read, and a finger."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.jupyter import PATIENCE, Notebook, close
from tests.browser.patience import again, expect_at_last, presses

LAB = "import rnnviz as rv\nlab = rv.Lab(task='adding', cell='lstm', hidden_size=16, seq_len={steps}, seed=0)\nlab"
VIEWS = "lab.train(20)"
TRUTH = """
import json
layer = lab.snapshot().layer
states = {'h': layer.hidden, 'c': layer.cell, **layer.gates}
found = {name: values[0, 0, 0].tolist() for name, values in states.items()}
print('TRUTH', json.dumps(found))
"""
# of every strip: where the cursor would have to stand, as plotly itself places its timestep
PLACES = """t => [...document.querySelectorAll('.rv-score .rv-plot')].filter(plot => plot.offsetWidth).map(plot => {
    const axis = plot._fullLayout.xaxis;
    return plot.getBoundingClientRect().left + axis._offset + axis.d2p(t);
})"""
RANGES = """() => [...document.querySelectorAll('.rv-score .rv-plot')].filter(plot => plot.offsetWidth)
    .map(plot => plot._fullLayout.xaxis.range.map(Number))"""
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def notebook(address: str, page: Page, write) -> Notebook:
    opened = Notebook(page).open(address, write(LAB.format(steps=30), VIEWS, TRUTH)).run_all()
    opened.wait_for_step(20)
    opened.settle()
    page.locator(".rv-score").scroll_into_view_if_needed()
    return opened


def read_outs(page: Page) -> dict[str, str]:
    """What stands at the right end of each caption, by the caption's name."""
    rows = page.locator(".rv-score .rv-cap:visible").all()
    return {row.locator(".rv-name").inner_text(): row.locator(".rv-readout-value").inner_text() for row in rows}


def state(value: float) -> str:
    text = f"{abs(value):.2f}"
    return f"−{text}" if value < 0 and text != "0.00" else text


def at(page: Page, time: int) -> None:
    """Move the pointer to a timestep, within the hidden state's picture."""

    def move() -> None:
        plot = page.locator(".rv-view-hidden .rv-plot")
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box is not None
        page.mouse.move(page.evaluate(PLACES, time)[0], box["y"] + 40)

    again(move, lambda patience: stands(page, time, patience))


def stands(page: Page, time: int, patience: float = PATIENCE) -> None:
    """Wait until the cursor stands at a timestep."""
    expect(page.locator(".rv-playhead")).to_have_attribute("data-label", f"t = {time}", timeout=patience)


def test_every_number_read_out_is_the_number_in_the_tensor(notebook: Notebook, page: Page) -> None:
    truth = {name: np.array(rows) for name, rows in notebook.printed("TRUTH").items()}
    names = {
        "h": "Hidden state h",
        "c": "Cell state c",
        "f": "Forget gate f",
        "i": "Input gate i",
        "o": "Output gate o",
    }
    for unit in (0, 11):
        notebook.code(
            f"lab.set()\nlab._console.screen.look(lambda s, f: __import__('dataclasses').replace(f, unit={unit}))"
        )
        notebook.view("hidden").scroll_into_view_if_needed()  # what is out of sight is not drawn
        expect(page.locator(".rv-view-hidden .rv-readout-before").first).to_have_text(f"unit {unit}", timeout=PATIENCE)
        for time in (0, 13, 29):
            at(page, time)
            wanted = {words: state(truth[name][time, unit]) for name, words in names.items()}
            expect_at_last(page, lambda wanted=wanted: {name: read_outs(page).get(name) for name in wanted}, wanted)
    assert notebook.errors == []


def test_one_cursor_stands_in_all_strips_at_the_place_of_its_timestep(notebook: Notebook, page: Page) -> None:
    for time in (0, 7, 29):
        at(page, time)
        line = page.locator(".rv-score > .rv-cursor")
        expect(line).to_have_count(1)
        # the flag says the timestep, nothing stands beside the line
        assert line.evaluate("one => getComputedStyle(one, '::after').content") == "none"
        box, plots = line.bounding_box(), page.evaluate(PLACES, time)
        assert box is not None
        assert len(plots) >= 4
        assert all(abs(box["x"] + 0.5 - place) <= 1 for place in plots)
    first, axis = page.locator(".rv-score .rv-plot").first.bounding_box(), page.locator(".rv-axis").bounding_box()
    assert first is not None
    assert axis is not None
    assert first["y"] <= box["y"] <= first["y"] + 20  # from the first picture, below its caption …
    assert abs(box["y"] + box["height"] - axis["y"]) <= 1  # … to the axis
    assert notebook.errors == []


def test_a_range_that_one_strip_is_zoomed_to_is_that_of_all_until_a_double_click(
    notebook: Notebook, page: Page
) -> None:
    places: list[float] = []

    def drag() -> None:
        notebook.view("gradients").scroll_into_view_if_needed()
        box = notebook.view("gradients").bounding_box()
        assert box is not None
        left, right = page.evaluate(PLACES, 8)[0], page.evaluate(PLACES, 20)[0]
        middle = box["y"] + 16 + 30
        page.mouse.move(left, middle)
        page.mouse.down()
        page.mouse.move((left + right) / 2, middle, steps=4)
        page.mouse.move(right, middle, steps=4)
        page.mouse.up()
        places[:] = [(left + right) / 2, middle]

    near = f"() => ({RANGES})().every(one => one[0] > 4 && one[1] < 24)"
    again(drag, lambda patience: page.wait_for_function(near, timeout=patience))
    zoomed = page.evaluate(RANGES)
    assert np.ptp(np.array(zoomed), axis=0).max() < 1e-6
    ticks = page.locator(".rv-axis-tick").all_text_contents()
    assert all(zoomed[0][0] <= int(one) <= zoomed[0][1] for one in ticks)
    # to plotly, clicks that a slow page hears 300 ms apart are two
    whole = f"() => ({RANGES})().every(one => one[0] === -0.5 && one[1] === 29.5)"
    again(lambda: page.mouse.dblclick(*places), lambda patience: page.wait_for_function(whole, timeout=patience))
    assert notebook.errors == []


def test_read_goes_through_time_under_a_veil_of_which_nothing_is_left(notebook: Notebook, page: Page) -> None:
    page.evaluate(
        """() => {
            const veil = document.querySelector('.rv-veil'), line = document.querySelector('.rv-playhead');
            globalThis.seen = [];
            const look = () => {
                const now = [line.dataset.label, veil.hidden, veil.getBoundingClientRect().width];
                if (now[0] !== seen.at(-1)?.[0]) seen.push(now);
            };
            new MutationObserver(look).observe(line, {attributeFilter: ['data-label']});
        }"""
    )
    notebook.code("lab.read(rate=20, start=3)")
    page.wait_for_function("() => seen.length > 20 && document.querySelector('.rv-veil').hidden", timeout=PATIENCE)
    steps = page.evaluate("seen")
    assert [one[0] for one in steps] == [f"t = {time}" for time in range(3, 30)]
    assert not any(hidden for _, hidden, _ in steps)
    widths = [width for _, _, width in steps]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 20 * widths[-1]
    expect(page.locator(".rv-veil")).to_be_hidden()
    expect(page.locator(".rv-read")).to_have_attribute("aria-pressed", "false")
    assert notebook.errors == []


def test_the_button_reads_while_the_kernel_is_busy_and_space_ends_it(address: str, page: Page, write) -> None:
    notebook = Notebook(page).open(address, write(LAB.format(steps=400), "0")).run_all()
    notebook.wait_for_step(0)
    notebook.code("import time\ntime.sleep(600)")
    expect(page.get_by_text("| Busy")).to_be_visible(timeout=PATIENCE)
    notebook.button("read").click()
    expect(notebook.button("read")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => Number(document.querySelector('.rv-playhead').dataset.label?.slice(4)) > 1")
    notebook.view("hidden").focus()
    page.keyboard.press("Space")
    expect(notebook.button("read")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".rv-veil")).to_be_hidden()
    assert notebook.errors == []


def test_the_open_inspector_follows_what_is_read(notebook: Notebook, page: Page) -> None:
    notebook.lab.locator("button.rv-open-inspector").click()
    where = notebook.lab.locator(".rv-cell-where, .rv-inspector").first
    expect(where).to_be_visible(timeout=PATIENCE)
    at(page, 3)  # not where reading ends, and where the cursor waits at first
    notebook.code("lab.read(rate=20)")
    stands(page, 29)
    focus = "print(lab._console.screen.panel.focus_controls.focus.time)"
    expect_at_last(page, lambda: notebook.told(focus).strip(), "29")
    assert notebook.errors == []


def test_a_strip_that_is_opened_grows_in_the_room_of_the_others(notebook: Notebook, page: Page) -> None:
    score = page.locator(".rv-score")
    heights = lambda: {  # noqa: E731
        view: page.locator(f".rv-view-{view} .rv-plot").first.bounding_box()["height"]  # type: ignore[index]
        for view in ("hidden", "gates", "gradients")
    }
    before, whole = heights(), score.bounding_box()
    page.get_by_role("button", name="Gradient through time").click()
    page.wait_for_function(
        "low => document.querySelector('.rv-view-gradients .rv-plot').offsetHeight > 2 * low", arg=before["gradients"]
    )
    expect_at_last(page, lambda: [heights()[name] < before[name] / 2 for name in ("hidden", "gates")], [True, True])
    now = score.bounding_box()
    assert whole is not None
    assert now is not None
    assert abs(now["height"] - whole["height"]) <= 40  # nothing else on the page moves far
    page.get_by_role("button", name="Gradient through time").click()
    page.wait_for_function(
        "low => document.querySelector('.rv-view-gradients .rv-plot').offsetHeight === low", arg=before["gradients"]
    )
    expect_at_last(page, heights, before)
    assert notebook.errors == []


def test_colours_follow_the_theme_and_come_back(notebook: Notebook, page: Page) -> None:
    colours = """() => {
        const plot = document.querySelector('.rv-view-hidden .rv-plot');
        return [plot._fullData[0].colorscale.map(one => one[1]), [...document.querySelectorAll('.rv-view-hidden stop')]
            .map(one => one.getAttribute('stop-color'))];
    }"""
    light = page.evaluate(colours)
    scales = json.loads(
        page.evaluate(
            "JSON.stringify(rnnvizPage.feeds.values().next().value.figures.values().next().value.spec.scales)"
        )
    )
    assert light[0] == [one[1] for one in scales["signed"]["light"]]
    for theme, shade in (("JupyterLab Dark", "dark"), ("JupyterLab Light", "light")):
        notebook.theme(theme)
        wanted = [one[1] for one in scales["signed"][shade]]
        page.wait_for_function(f"wanted => ({colours})()[0].join() === wanted.join()", arg=wanted, timeout=PATIENCE)
        assert page.evaluate(colours)[1][: len(wanted)] == wanted
    assert notebook.errors == []


def test_the_score_is_one_stop_of_the_tab_key_and_arrow_keys_lead_through_it(notebook: Notebook, page: Page) -> None:
    stops = "() => [...document.querySelectorAll('.rv-score .rv-plot')].map(plot => plot.tabIndex)"
    assert sorted(page.evaluate(stops)) == [-1] * (len(page.evaluate(stops)) - 1) + [0]
    notebook.view("hidden").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('.rv-view').className").split()[-2:] != ["rv-view-hidden"]
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement === document.querySelector('.rv-view-hidden .rv-plot')")
    page.keyboard.press("End")
    stands(page, 29)
    assert notebook.errors == []


@pytest.fixture
def touched(browser: Browser) -> Iterator[Page]:
    """A page on a screen that fingers work."""
    opened = browser.new_context(viewport={"width": 1280, "height": 800}, has_touch=True).new_page()
    yield opened
    close(opened)


def test_a_finger_moves_the_cursor_and_the_page_still_scrolls(address: str, touched: Page, write) -> None:
    page = touched
    notebook = Notebook(page).open(address, write(LAB.format(steps=30))).run_all()
    notebook.wait_for_step(0)
    page.locator(".rv-score").scroll_into_view_if_needed()
    box = notebook.view("hidden").bounding_box()
    assert box is not None
    places: list[Any] = [page.evaluate(PLACES, time)[0] for time in (5, 12, 20)]
    wire = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", places[0]), ("touchMove", places[1]), ("touchMove", places[2])):
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": box["y"] + 40}]})
    # a browser may keep a move back until another event comes
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    stands(page, 20)
    assert page.evaluate(RANGES)[0] == [-0.5, 29.5]  # a finger does not zoom
    drag = page.locator(".rv-view-hidden .nsewdrag").first
    assert drag.evaluate("one => getComputedStyle(one).touchAction") == "pan-y"
    assert notebook.errors == []


def test_a_finger_has_the_page_read_and_sets_a_knob(address: str, touched: Page, write) -> None:
    page = touched
    notebook = Notebook(page).open(address, write(LAB.format(steps=30))).run_all()
    notebook.wait_for_step(0)
    read, readout = page.locator(".rv-read"), page.locator(".rv-lr .widget-readout").first
    pressed = presses(page)
    read.tap()
    expect_at_last(page, pressed, ["true", "false"])  # it may have come to its end before anybody looks
    stands(page, 29)
    before = float(readout.inner_text())
    box = page.locator(".rv-lr .noUi-handle").first.bounding_box()
    assert box is not None
    wire = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for kind, right in (("touchStart", 0), ("touchMove", 15), ("touchMove", 30)):
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x + right, "y": y}]})
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(readout).not_to_have_text(f"{before:g}", timeout=PATIENCE)
    assert float(readout.inner_text()) > before
    assert notebook.errors == []
