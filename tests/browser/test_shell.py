"""The shell of a lab as a learner meets it: its size, what stays in sight, what the keyboard and a finger reach."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.jupyter import PATIENCE, Notebook, close, write_notebook
from tests.browser.patience import expect_at_last

LAB = "import rnnviz as rv\nlab = rv.Lab(seed=0, device='cpu', steps=2000)\nlab"
OPENER = (
    "opener = rv.Lab(task='temporal-order', seq_len=50, hidden_size=8, seed=0, device='cpu',"
    " show=['forget_bias', 'lr', 'insights', 'timeline', 'inspector', 'share'],"
    " views=['input', 'forget', 'state', 'gradients', 'answer', 'loss'])\nopener"
)
SLEEP = "import pathlib, time\nwhile not pathlib.Path('{name}').exists():\n    time.sleep(0.05)"
FRAME = 432  # px beside a lab in a window with JupyterLab's file browser open
SETTLED = """(count => { const labs = [...document.querySelectorAll('.rv-lab')];
    const now = JSON.stringify(labs.map(lab => [lab.offsetWidth, lab.offsetHeight]));
    window.calm = now === window.before ? (window.calm ?? 0) + 1 : 0; window.before = now; return window.calm > 5 })"""
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def notebook(browser: Browser, address: str, folder) -> Iterator[Notebook]:
    """A lab as it is by default and one that opens a chapter, in the window that the measures are given for."""
    write_notebook(folder / "shell.ipynb", LAB, OPENER, "0")
    opened = Notebook(browser.new_context(viewport={"width": 1280, "height": 800}).new_page())
    opened.open(address, "shell.ipynb").run_all()
    opened.wait_for_step(0)
    opened.page.wait_for_function("() => document.querySelector('.rv-lr').title", timeout=PATIENCE)
    yield opened
    assert opened.errors == []
    close(opened.page)


@pytest.fixture
def page(notebook: Notebook) -> Iterator[Page]:
    yield notebook.page
    resize(notebook.page, 848)


def resize(page: Page, width: int, height: int = 800) -> None:
    page.set_viewport_size({"width": width + FRAME, "height": height})
    expect_at_last(page, lambda: page.locator(".rv-lab").first.evaluate("lab => lab.offsetWidth"), width)
    settled(page)


def settled(page: Page) -> None:
    page.evaluate("() => { window.calm = 0 }")
    page.wait_for_function(f"() => {SETTLED}()", polling=100, timeout=PATIENCE)


def boxes(page: Page, *names: str) -> list[dict[str, float]]:
    found = [page.locator(f".rv-lab >> nth=0 >> {name} >> nth=0").bounding_box() for name in names]
    assert None not in found
    return found  # type: ignore[return-value]


@pytest.mark.parametrize(("place", "most"), [(0, 660), (1, 480)], ids=["default", "opener"])
def test_a_lab_fits_the_window(page: Page, place: int, most: int) -> None:
    page.locator(".rv-lab").nth(place).scroll_into_view_if_needed()
    page.locator(".rv-lab").nth(place).locator(".rv-axis").wait_for(timeout=PATIENCE)
    expect_at_last(page, lambda: page.locator(".rv-lab").nth(place).evaluate("lab => lab.offsetHeight") <= most, True)


@pytest.mark.parametrize(
    ("width", "rail", "gap", "column"),
    [(848, 152, 20, 264), (930, 160, 20, 272), (1008, 168, 24, 292), (1080, 180, 24, 308), (1260, 180, 24, 320)],
)
def test_rail_score_and_column_have_their_widths(page: Page, width: int, rail: int, gap: int, column: int) -> None:
    resize(page, width)
    left, score, right = boxes(page, ".rv-rail", ".rv-score", ".rv-column")
    assert (left["width"], right["width"]) == (rail, column)
    assert score["x"] - left["x"] - rail == right["x"] - score["x"] - score["width"] == gap
    assert score["width"] == width - rail - column - 2 * gap


@pytest.mark.parametrize("width", [848, 1008])
def test_a_slider_s_track_is_long_enough_to_be_dragged(page: Page, width: int) -> None:
    resize(page, width)
    tracks = page.locator(".rv-lab >> nth=0 >> .rv-rail .noUi-target:visible")
    assert [one.evaluate("one => one.offsetWidth >= 140") for one in tracks.all()] == [True] * tracks.count()
    assert tracks.count() >= 3
    knobs = page.locator(".rv-lab >> nth=0 >> .rv-rail .rv-knob:visible").all()
    assert len({round(one.bounding_box()["y"]) for one in knobs}) <= 6  # type: ignore[index]


@pytest.mark.parametrize(("width", "rows"), [(780, 1), (700, 1), (560, 2)])
def test_in_a_narrow_lab_knobs_share_rows_and_one_button_stands_for_all_groups(
    page: Page, width: int, rows: int
) -> None:
    resize(page, width)
    lab = page.locator(".rv-lab").first
    knobs = lab.locator(".rv-rail > .rv-knobs > *")
    assert len({round(one.bounding_box()["y"]) for one in knobs.all()}) == rows  # type: ignore[index]
    more, preset = boxes(page, ".rv-more-all", ".rv-preset")
    assert more["y"] + more["height"] / 2 == pytest.approx(preset["y"] + preset["height"] / 2, abs=2)
    button, groups = lab.locator(".rv-more-all"), lab.locator(".rv-more")
    expect(groups).to_be_hidden()
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(groups.locator(".rv-more-model")).to_be_visible()
    button.click()
    expect(groups).to_be_hidden()


def test_in_a_wide_lab_the_groups_stand_in_the_rail(page: Page) -> None:
    expect(page.locator(".rv-lab").first.locator(".rv-more-model")).to_be_visible()
    expect(page.locator(".rv-lab").first.locator(".rv-more-all")).to_be_hidden()


def test_pictures_take_the_width_that_a_lab_comes_to(page: Page) -> None:
    for width in (1008, 700, 560):
        resize(page, width)
        page.wait_for_function(
            """() => [...document.querySelectorAll('.rv-lab .rv-plot')].filter(plot => plot.checkVisibility())
                .every(plot => !plot._fullLayout || Math.abs(plot._fullLayout.width - plot.offsetWidth) <= 1)""",
            timeout=PATIENCE,
        )


def test_in_a_narrow_lab_the_knobs_stand_above_and_the_column_keeps_its_share(page: Page) -> None:
    resize(page, 700)
    rail, score, column = boxes(page, ".rv-rail", ".rv-score", ".rv-column")
    assert rail["width"] == 700
    assert rail["y"] + rail["height"] <= score["y"]
    assert column["width"] == pytest.approx(252)
    assert score["width"] == pytest.approx(700 - 252 - 20)


def test_in_the_narrowest_the_column_stands_below_two_abreast_and_the_transport_is_signs(page: Page) -> None:
    resize(page, 560)
    score, column = boxes(page, ".rv-score", ".rv-column")
    assert (score["width"], column["width"]) == (560, 560)
    assert score["y"] + score["height"] <= column["y"]
    views = page.locator(".rv-lab >> nth=0 >> .rv-column > .rv-view:visible")
    lefts = {round(box["x"]) for one in views.all() if (box := one.bounding_box())}
    assert len(lefts) == 2
    step = page.locator(".rv-step").first
    assert (step.inner_text(), step.bounding_box()["width"]) == ("Step", 32)  # type: ignore[index]
    assert step.evaluate("one => getComputedStyle(one).fontSize") == "0px"


@pytest.mark.parametrize("width", [848, 1008, 780, 700, 560])
def test_nothing_sticks_out_of_a_lab(page: Page, width: int) -> None:
    resize(page, width)
    cut = page.locator(".rv-lab").first.evaluate(
        """lab => { const right = lab.getBoundingClientRect().right + 1;
            const kinds = 'button, input, select, .widget-label, .rv-figures, .rv-insight, .rv-figure, .rv-name';
            return [...lab.querySelectorAll(kinds)].filter(one => one.checkVisibility())
                .filter(one => one.getBoundingClientRect().right > right).map(one => one.className) }"""
    )
    assert cut == []
    bar, tools, figures = boxes(page, ".rv-toolbar", ".rv-tools", ".rv-figures-box")
    assert bar["height"] == 36
    assert figures["x"] + figures["width"] <= tools["x"] + 1


def test_under_760_pixels_the_quiet_words_are_behind_three_dots(page: Page) -> None:
    lab = page.locator(".rv-lab").first
    dots, share = lab.locator(".rv-menu"), lab.locator(".rv-open-share")
    expect(dots).to_be_hidden()
    expect(share).to_be_visible()
    resize(page, 700)
    expect(share).to_be_hidden()
    expect(lab.locator(".rv-open-inspector")).to_be_visible()
    dots.click()
    expect(dots).to_have_attribute("aria-expanded", "true")
    share.click()
    expect(share).to_be_hidden()
    expect(lab.locator(".rv-tool-share")).to_be_visible()
    page.keyboard.press("Escape")
    lab.locator(".rv-tool-share .rv-close").click()
    expect(lab.locator(".rv-tool-share")).to_be_hidden()


def test_the_toolbar_stays_in_sight_while_the_lab_does(page: Page) -> None:
    scroller = page.locator(".jp-WindowedPanel-outer").first
    page.locator(".rv-lab").first.scroll_into_view_if_needed()
    top = scroller.bounding_box()["y"]  # type: ignore[index]
    page.evaluate(
        """() => { const lab = document.querySelector('.rv-lab'), outer = lab.closest('.jp-WindowedPanel-outer');
            outer.scrollTop += lab.getBoundingClientRect().top - outer.getBoundingClientRect().top + 250 }"""
    )
    bar, run = boxes(page, ".rv-toolbar", ".rv-run")
    assert (bar["y"], run["y"]) == (pytest.approx(top, abs=1), pytest.approx(top + 36, abs=1))
    page.evaluate(
        """() => { const lab = document.querySelector('.rv-lab'), outer = lab.closest('.jp-WindowedPanel-outer');
            outer.scrollTop += lab.getBoundingClientRect().bottom - outer.getBoundingClientRect().top + 40 }"""
    )
    assert boxes(page, ".rv-toolbar")[0]["y"] < top


def test_there_is_one_place_for_play_and_pause(notebook: Notebook, page: Page) -> None:
    play, pause = notebook.button("play"), notebook.button("pause")
    expect(play).to_be_visible()
    expect(pause).to_be_hidden()
    play.scroll_into_view_if_needed()
    here = play.bounding_box()
    play.click()
    expect(play).to_be_hidden()
    expect(pause).to_be_visible()
    assert pause.bounding_box() == here
    pause.click()
    expect(play).to_be_visible()
    expect(pause).to_be_hidden()


def test_a_dock_takes_the_place_of_the_narrow_column_and_gives_it_back(page: Page) -> None:
    lab = page.locator(".rv-lab").first
    column, dock = lab.locator(".rv-column"), lab.locator(".rv-dock")
    there, score = column.bounding_box(), lab.locator(".rv-score").bounding_box()
    assert there is not None
    for name in ("inspector", "perturb"):
        lab.locator(f".rv-open-{name}").click()
        expect(lab.locator(f".rv-tool-{name}")).to_be_visible()
        expect(column).to_be_hidden()
        here = dock.bounding_box()
        assert here is not None
        assert [here[key] for key in ("x", "y", "width")] == [there[key] for key in ("x", "y", "width")]
        assert lab.locator(".rv-score").bounding_box() == score
    lab.locator(".rv-open-perturb").click()
    expect(column).to_be_visible()
    expect(dock).to_be_hidden()


STOPS = """lab => { const first = lab.querySelector('.rv-plot');
    const kinds = "button, select, input, textarea, summary, a[href], [tabindex='0'], [contenteditable='true']";
    return [...lab.querySelectorAll(kinds)].filter(one => !one.disabled && one.tabIndex >= 0 && one.checkVisibility())
        .filter(one => one.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING)
        .map(one => one.className || one.tagName) }"""


def test_the_tab_key_comes_to_the_pictures_in_twenty_presses_at_most(notebook: Notebook, page: Page) -> None:
    stops = page.locator(".rv-lab").first.evaluate(STOPS)
    assert 5 <= len(stops) <= 20, stops


def test_the_arrow_keys_lead_through_the_words_of_the_toolbar(page: Page) -> None:
    lab = page.locator(".rv-lab").first
    lab.locator(".rv-open-tour").focus()
    for name in ("inspector", "perturb", "pictures", "share", "tour"):
        page.keyboard.press("ArrowRight")
        assert page.evaluate("name => document.activeElement.classList.contains(`rv-open-${name}`)", name)


@pytest.mark.parametrize("width", [848, 560])
def test_a_finger_finds_every_control(page: Page, width: int) -> None:
    resize(page, width)
    small = page.locator(".rv-lab").first.evaluate(
        """lab => { const wide = one => { const own = one.getBoundingClientRect();
                const pad = getComputedStyle(one, '::before');
                const side = name => pad.position === 'absolute' ? Math.min(0, parseFloat(pad[name]) || 0) : 0;
                return [own.width - side('left') - side('right'), own.height - side('top') - side('bottom')] };
            return [...lab.querySelectorAll('.rv-toolbar button, .rv-line button, .rv-timeline')]
                .filter(one => one.checkVisibility()).map(one => [one.className, ...wide(one)])
                .filter(([, width, height]) => width < 24 || height < 24) }"""
    )
    assert small == []


def test_a_lab_just_made_is_brought_into_view_once(browser: Browser, address: str, folder) -> None:
    head = "\\n".join(f"line_{number} = {number}" for number in range(24)).replace("\\n", "\n")
    write_notebook(folder / "view.ipynb", f"{head}\n{LAB}", *["0"] * 6)
    opened = Notebook(browser.new_context(viewport={"width": 1280, "height": 800}).new_page())
    opened.open(address, "view.ipynb")
    page = opened.page
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    seen = """() => { const lab = document.querySelector('.rv-lab'), outer = lab?.closest('.jp-WindowedPanel-outer');
        if (!outer) return false; const a = lab.getBoundingClientRect(), b = outer.getBoundingClientRect();
        return a.height > 400 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1 }"""
    page.wait_for_function(seen, timeout=PATIENCE)
    opened.ready()
    page.locator(".jp-WindowedPanel-outer").first.evaluate("outer => { outer.scrollTop = 0 }")
    opened.button("play").click()
    opened.frames(3)
    opened.pause()
    assert not page.evaluate(seen)
    close(page)


def test_the_page_says_for_how_many_cells_a_lab_waits(browser: Browser, address: str, folder) -> None:
    write_notebook(folder / "waits.ipynb", LAB, SLEEP.format(name="first"), SLEEP.format(name="second"), "0")
    opened = Notebook(browser.new_context(viewport={"width": 1280, "height": 1000}).new_page())
    opened.open(address, "waits.ipynb").run_all(wait=False)
    said = opened.lab.locator(".rv-busy")
    expect(said).to_contain_text("Waiting for 3 cells", timeout=PATIENCE)
    (folder / "first").touch()
    expect(said).to_contain_text("Waiting for 2 cells", timeout=PATIENCE)
    (folder / "second").touch()
    expect(said).to_have_count(0, timeout=PATIENCE)
    expect(opened.lab.locator(".rv-status")).to_be_visible()
    assert opened.errors == []
    close(opened.page)
