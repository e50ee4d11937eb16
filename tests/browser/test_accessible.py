"""What a learner without a mouse, or without the sight of the screen, has of a lab."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.jupyter import PATIENCE, Notebook, write_notebook

LAB = (
    "import rnnviz as rv\n"
    "lab = rv.Lab(task='adding', cell='lstm', hidden_size=12, seq_len=20, seed=0, lr=0.005)\n"
    "lab.train(60)\n"
    "lab"
)
PREDICT = "rv.exercises.predict('Above 1?', options={'a': 'yes', 'b': 'no'}, answer='b', why='It stays below.')"
FOCUSED = "() => document.activeElement.className"
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def notebook(browser: Browser, address: str, folder) -> Iterator[Notebook]:
    """One lab for all: each test leaves it at rest, with its drawers closed."""
    write_notebook(folder / "accessible.ipynb", LAB, PREDICT)
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    opened = Notebook(context.new_page()).open(address, "accessible.ipynb").run_all()
    opened.wait_for_step(60)
    yield opened
    assert opened.errors == []
    opened.page.evaluate("window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    context.close()


@pytest.fixture
def page(notebook: Notebook) -> Page:
    return notebook.page


def has_focus(page: Page, name: str) -> None:
    page.wait_for_function("name => document.activeElement.classList.contains(name)", arg=name, timeout=PATIENCE)


def test_play_and_pause_hand_the_focus_to_each_other(notebook: Notebook, page: Page) -> None:
    notebook.button("play").focus()
    page.keyboard.press("Enter")
    has_focus(page, "rv-pause")
    page.keyboard.press("Enter")
    has_focus(page, "rv-play")
    expect(notebook.button("play")).to_be_enabled()


@pytest.mark.parametrize("name", ["inspector", "perturb", "share", "pictures"])
def test_a_drawer_opened_with_a_key_takes_the_focus_and_escape_gives_it_back(notebook, page: Page, name: str) -> None:
    toggle = notebook.lab.locator(f"button.rv-open-{name}")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.focus()
    page.keyboard.press("Enter")
    has_focus(page, f"rv-tool-{name}")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    assert page.evaluate(f"() => document.activeElement.closest('.rv-tool-{name}') !== null")
    page.keyboard.press("Escape")
    has_focus(page, f"rv-open-{name}")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(notebook.lab.locator(f".rv-tool-{name}")).to_be_hidden()


def test_a_slider_tells_the_value_beside_it_and_not_the_number_of_its_mark(notebook: Notebook, page: Page) -> None:
    handle = notebook.lab.locator(".rv-lr .noUi-handle")
    expect(handle).to_have_attribute("aria-valuetext", "0.005")
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuetext", "0.007")
    page.keyboard.press("ArrowLeft")
    expect(handle).to_have_attribute("aria-valuetext", "0.005")


def test_every_place_that_takes_the_focus_has_a_name(notebook: Notebook, page: Page) -> None:
    unnamed = notebook.lab.evaluate(
        """lab => [...lab.querySelectorAll(
                "button, select, input, textarea, summary, [tabindex='0'], [contenteditable]")]
            .filter(one => !one.getAttribute('aria-label') && !one.textContent.trim() && !one.labels?.length
                || one.isContentEditable && one.getAttribute('role') !== 'textbox')
            .map(one => one.outerHTML.slice(0, 120))"""
    )
    assert unnamed == []


def test_the_status_line_is_one_that_is_read_out_and_the_timeline_is_not(notebook: Notebook) -> None:
    expect(notebook.lab.locator(".rv-status .widget-html-content")).to_have_attribute("role", "status")
    expect(notebook.lab.locator(".rv-where")).to_have_attribute("aria-live", "off")
    assert notebook.lab.locator("[role=status] [role=status], [role=status] [aria-live]").count() == 0


def test_the_arrow_keys_move_through_the_answers_of_a_prediction(notebook: Notebook, page: Page) -> None:
    choices = page.locator(".rv-predict [role=radiogroup]")
    expect(choices).to_have_attribute("aria-label", "Above 1?")
    choices.locator("input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(choices.locator("input").last).to_be_checked()
    commit = page.locator("button.rv-predict-commit")
    expect(commit).to_be_enabled()
    commit.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".rv-predict-said [role=status]")).to_contain_text("You predict b) no")


def test_what_has_the_focus_is_outlined(notebook: Notebook, page: Page) -> None:
    for name in (
        ".rv-lr .noUi-handle",
        ".rv-cell select",
        ".rv-seed input",
        "button.rv-step",
        ".rv-lr .widget-readout",
    ):
        place = notebook.lab.locator(name)
        place.focus()
        outline = place.evaluate("one => { const s = getComputedStyle(one); return [s.outlineStyle, s.outlineWidth] }")
        assert outline == ["solid", "2px"], name
