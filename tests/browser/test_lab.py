"""What only a real browser shows of a lab: the linked cursor, themes, widths, failures, second tabs, leaks."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rnnviz.views.style import INK2, TONES
from tests.browser.jupyter import Notebook, rgb
from tests.browser.patience import expect_at_last

LAB = "import rnnviz as rv\nlab = rv.Lab(task='adding', cell='lstm', hidden_size=16, seq_len=30, seed=0{more})\nlab"
BUSY = "import pathlib, time\nwhile not pathlib.Path('enough').exists():\n    time.sleep(0.1)"
pytestmark = pytest.mark.timeout(900)


def opened(page: Page, address: str, path: str) -> Notebook:
    notebook = Notebook(page).open(address, path).run_all()
    notebook.wait_for_step(0)
    return notebook


def test_hovering_one_picture_marks_all_others_while_the_kernel_is_busy(
    address: str, folder: Path, page: Page, write
) -> None:
    path = write(LAB.format(more=""), "lab.train(5)", BUSY)
    notebook = Notebook(page).open(address, path)
    notebook.run_all(wait=False)
    notebook.wait_for_step(0)
    notebook.hover("gradients", 0.5)
    marked = page.locator(".rv-cursor:visible")
    expect(marked).to_have_count(1)  # one line through all strips
    assert notebook.busy()
    time = int(str(marked.get_attribute("data-label")).removeprefix("t = "))
    assert 0 < time < 29
    for name in ("gradients", "hidden"):
        expect(notebook.lab.locator(f".rv-view-{name} .rv-readout-value").first).not_to_be_empty()
    (folder / "enough").touch()
    notebook.ready()
    assert notebook.errors == []


def test_the_cursor_moves_with_the_arrow_keys(address: str, page: Page, write) -> None:
    notebook = opened(page, address, write(LAB.format(more="")))
    cursor = notebook.lab.locator(".rv-score > .rv-cursor")
    first = min(json.loads(notebook.told("import json; print(json.dumps(lab.snapshot().input_pictures[0].key_steps))")))
    notebook.view("hidden").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(cursor).to_have_attribute("data-label", "t = 2")
    page.keyboard.press("Escape")  # back to where it waits: the first step on which the answer hangs
    expect(cursor).to_have_attribute("data-label", f"t = {first}")


def test_every_number_drawn_is_the_number_in_the_tensor(address: str, page: Page, write) -> None:
    check = (
        "import json, numpy as np\n"
        "layer = lab.snapshot().layer\n"
        "print('TRUTH', json.dumps(layer.hidden[0, 0, 0].T.round(5).tolist()))"
    )
    notebook = opened(page, address, write(LAB.format(more=""), "lab.train(30)", check))
    notebook.wait_for_step(30)
    truth = notebook.printed("TRUTH")
    drawn = notebook.shown("hidden", 0, "z")
    assert [len(drawn), len(drawn[0])] == [16, 30]
    largest = max(abs(a - b) for row, true in zip(drawn, truth, strict=True) for a, b in zip(row, true, strict=True))
    assert largest <= 1 / 254 + 1e-4  # half of one of the 254 levels between -1 and 1


def test_a_run_that_blows_up_says_so_and_keeps_its_last_picture(address: str, page: Page, write) -> None:
    notebook = opened(page, address, write(LAB.format(more=", optimizer='sgd', lr=0.01, clip=None, steps=10**6"), "0"))
    notebook.button("play").click()
    last = notebook.wait_for_step(5)
    notebook.code("lab.set(lr=1e38);")
    status = notebook.lab.locator(".rv-status")
    expect(status).to_contain_text("stopped being a number at step")
    expect(status).to_contain_text("Lower lr or set clip")
    assert notebook.step() >= last
    assert all(value == value for row in notebook.shown("hidden", 0, "z") for value in row)
    notebook.button("reset").click()
    expect(status).to_contain_text("step 0")


def test_moving_a_structural_knob_is_announced_and_starts_anew(address: str, page: Page, write) -> None:
    notebook = opened(page, address, write(LAB.format(more=""), "lab.train(12)"))
    notebook.wait_for_step(12)
    page.evaluate(
        "() => { const status = document.querySelector('.rv-status'); window.said = [];"
        " new MutationObserver(() => window.said.push(status.innerText))"
        ".observe(status, {childList: true, subtree: true, characterData: true}) }"
    )
    handle = notebook.lab.locator(".rv-hidden-size .noUi-handle")
    handle.focus()
    handle.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.rv-view-hidden .rv-plot').data[0].z?.length === 17")
    said = " | ".join(page.evaluate("window.said"))
    assert "hidden size 16 → 17: this starts a new model" in said
    assert notebook.step() == 0


def test_running_the_cell_again_stops_the_lab_it_replaces(address: str, page: Page, write) -> None:
    path = write("labs = []", LAB.format(more=", steps=10**6") + "\nlabs.append(lab); lab.play(); lab", "0")
    notebook = opened(page, address, path)
    page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => document.querySelector('.rv-lab')?.isConnected")
    notebook.code("print('PHASES', [one.state.phase for one in labs].__repr__().replace(chr(39), chr(34)))")
    assert notebook.printed("PHASES") == ["stopped", "playing"]
    # the figures of one lab, and none of the one before
    page.wait_for_function(
        "wanted => [...rnnvizPage.feeds.values()].flatMap(feed => [...feed.figures]).map(one => one.name).sort().join()"
        " === wanted",
        arg="answer,curves,gates,gradients,hidden,input",
    )


def test_a_zoom_stays_while_the_picture_lives(address: str, page: Page, write) -> None:
    notebook = opened(page, address, write(LAB.format(more=", steps=10**6")))
    ranges = "{'yaxis.range': [-3, -1], 'xaxis.range': [5, 9]}"
    zoom = f"plot => rnnvizPage.plotly.promise.then(P => P.relayout(plot, {ranges}))"
    for view in ("gradients", "hidden"):
        notebook.view(view).evaluate(zoom)
    notebook.button("play").click()
    notebook.frames(10)
    for view in ("gradients", "hidden"):
        kept = notebook.view(view).evaluate("plot => [plot._fullLayout.xaxis.range, plot._fullLayout.yaxis.range]")
        assert kept == [[5, 9], [-3, -1]]


def test_a_second_tab_shows_the_same_picture(address: str, browser: Browser, page: Page, write) -> None:
    path = write(LAB.format(more=""), "lab.train(7)")
    first = opened(page, address, path)
    first.wait_for_step(7)
    first.save()
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    second = Notebook(context.new_page()).open(address, path)
    assert second.wait_for_step(7) == 7
    assert second.shown("hidden", 0, "z") == first.shown("hidden", 0, "z")
    context.close()


def test_plotly_comes_once_however_many_figures_and_is_not_saved(address: str, folder: Path, page: Page, write) -> None:
    path = write(
        LAB.format(more=""),
        "import plotly.graph_objects as go\nfrom rnnviz.live import LiveFigure\nLiveFigure(go.Figure())",
    )
    page.add_init_script(
        "window.unpacked = 0; const Stream = window.DecompressionStream;"
        "window.DecompressionStream = class extends Stream { constructor(kind) { super(kind); window.unpacked++; } }"
    )
    notebook = opened(page, address, path)
    expect(page.locator(".rv-plot .main-svg").first).to_be_visible()
    assert page.evaluate("window.unpacked") == 1
    notebook.save()
    assert (folder / path).stat().st_size < 300_000
    assert notebook.errors == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_pictures_take_the_theme_s_ink(address: str, page: Page, write, theme: str) -> None:
    notebook = opened(page, address, write(LAB.format(more="")))
    notebook.theme(theme)
    ink = TONES[INK2] if "Dark" in theme else INK2
    page.wait_for_function(
        "ink => document.querySelector('.rv-view-hidden .rv-plot')._fullLayout.font.color === ink", arg=rgb(ink)
    )
    assert notebook.errors == []


def test_nothing_is_cut_off_at_1000_pixels(address: str, page: Page, write) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})
    notebook = opened(page, address, write(LAB.format(more="")))
    notebook.settle()
    cut = lambda: notebook.lab.evaluate(  # noqa: E731
        """lab => {
            const right = lab.getBoundingClientRect().right + 1;
            const kinds = '.widget-label, button, .widget-readout, .rv-figures, .widget-html-content';
            const cut = w => w.scrollWidth > w.clientWidth + 1 || w.getBoundingClientRect().right > right;
            return [...lab.querySelectorAll(kinds)].filter(w => w.offsetParent && cut(w)).map(w => w.textContent);
        }"""
    )
    expect_at_last(page, cut, [])


def test_every_control_has_a_label_and_a_tooltip_and_takes_the_keyboard(address: str, page: Page, write) -> None:
    notebook = opened(page, address, write(LAB.format(more="")))
    page.wait_for_function("() => document.querySelector('.rv-lr').title")
    bare = notebook.lab.evaluate(
        """lab => [...lab.querySelectorAll('.rv-knob, .rv-buttons button')].filter(c => {
            const part = c.matches('button') ? c : c.querySelector('input, select, button, [tabindex="0"]');
            const named = c.matches('button') || part?.matches('button') || part?.getAttribute('aria-label');
            return c.offsetParent && !(c.title && c.textContent.trim() && part && named);
        }).map(c => c.className)"""
    )
    assert bare == []


def test_an_hour_s_worth_of_frames_leaves_nothing_behind(address: str, page: Page, write) -> None:
    notebook = opened(page, address, write(LAB.format(more=", fps=30, steps=10**6")))
    notebook.button("play").click()
    notebook.frames(30)
    count = "document.querySelectorAll('*').length"
    before = page.evaluate(count)
    notebook.frames(100)
    notebook.button("pause").click()
    notebook.settle()
    assert page.evaluate(count) <= before * 1.1
    notebook.code("print('QUEUE', lab._console.screen.feed.in_flight)")
    assert notebook.printed("QUEUE") <= 2


def test_on_binder_a_run_rests_while_its_tab_is_hidden_and_goes_on_when_it_is_shown(
    address: str, page: Page, write
) -> None:
    borrowed = (
        "import os\nos.environ['BINDER_REPO_URL'] = 'https://example.org'\n"
        "from rnnviz.lab.lifetime import autopause\nautopause.GRACE = 0.1"
    )
    notebook = opened(page, address, write(borrowed, LAB.format(more=", steps=10**6")))
    notebook.button("play").click()
    notebook.frames(3)
    hide = (
        "hidden => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });"
        " document.dispatchEvent(new Event('visibilitychange')) }"
    )
    page.evaluate(hide, True)
    expect(notebook.lab.locator(".rv-status")).to_contain_text("Paused")
    page.evaluate(hide, False)
    expect(notebook.lab.locator(".rv-status")).to_contain_text("Training")
    notebook.frames(3)
    assert notebook.errors == []
