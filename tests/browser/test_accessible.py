"""What a learner without a mouse, or without the sight of the screen, has of a lab."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.jupyter import PATIENCE, Notebook, close, write_notebook
from tests.browser.patience import expect_at_last

LAB = (
    "import rnnviz as rv\n"
    "lab = rv.Lab(task='adding', cell='lstm', hidden_size=12, seq_len=20, seed=0, lr=0.005, steps=10**6)\n"
    "lab.train(60)\n"
    "lab"
)
COMPARE = "rv.compare(['rnn', 'gru', 'lstm'], task='adding', hidden_size=4, seq_len=12, seed=0)"
PREDICT = "rv.exercises.predict('Above 1?', options={'a': 'yes', 'b': 'no'}, answer='b', why='It stays below.')"
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def notebook(browser: Browser, address: str, folder) -> Iterator[Notebook]:
    """One lab for all: each test leaves it at rest, with its drawers closed."""
    write_notebook(folder / "accessible.ipynb", LAB, PREDICT, "lab.tour()", COMPARE, "None")
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    opened = Notebook(page).open(address, "accessible.ipynb").run_all()
    opened.wait_for_step(60)
    opened.page.wait_for_function("() => document.querySelector('.rv-lr').title", timeout=PATIENCE)  # it is dressed
    yield opened
    close(page)


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
    inspector = notebook.lab.locator("button.rv-open-inspector")
    inspector.click()  # its picture has a name once it is drawn
    expect(notebook.lab.locator(".rv-cellview")).to_have_attribute("aria-label", re.compile("."))
    inspector.click()
    unnamed = notebook.lab.evaluate(
        """lab => [...lab.querySelectorAll(
                "button, select, input, textarea, summary, [tabindex='0'], [contenteditable]")]
            .filter(one => !one.getAttribute('aria-label') && !one.textContent.trim() && !one.labels?.length
                || one.isContentEditable && one.getAttribute('role') !== 'textbox')
            .filter(one => one.style.display !== 'none')  // put away until there are words for it
            .map(one => one.outerHTML.slice(0, 300))"""
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
    expect(page.locator(".rv-predict-said [role=status]")).to_contain_text("You predict b) ")


def numbers(words: str) -> list[float]:
    """The numbers of a sentence after its colon, as they are written."""
    return [
        float(one.replace("−", "-")) for one in re.findall(r"−?\d+(?:\.\d+)?(?:e[−+]\d+)?", words.partition(":")[2])
    ]


def test_a_picture_is_described_with_the_numbers_of_the_tensor(notebook: Notebook, page: Page) -> None:
    notebook.code(
        "import json, numpy as np; layer = lab.snapshot().layer; h = layer.hidden[0, 0, 0]\n"
        "total = np.sqrt((layer.grad_hidden[0, 0] ** 2).sum((0, 2)))\n"
        "numbers = (h.min(), h.max(), h.mean(), total[0], total[-1])\n"
        "print('TRUTH', json.dumps([lab.state.step, *map(float, numbers)]))"
    )
    step, low, high, mean, first, last = notebook.printed("TRUTH")
    notebook.view("hidden").scroll_into_view_if_needed()
    about = notebook.lab.locator(".rv-view-hidden .rv-about")
    expect(about).to_contain_text(f"Hidden state h at training step {step}: ")  # it is told a little later
    told = re.search(r": Hidden state h between (\S+) and (\S+), mean ([^;]+);", about.text_content() or "")
    assert told is not None
    assert numbers(":" + " ".join(told.groups())) == pytest.approx([low, high, mean], abs=0.006)
    assert notebook.view("hidden").get_attribute("aria-describedby") == about.get_attribute("id")
    gradients = notebook.lab.locator(".rv-view-gradients .rv-about")
    expect(gradients).to_contain_text(re.compile(f"at training step {step}: .*total from"))
    told = re.search(r"total from (\S+) at 0 to (\S+) at 19", gradients.text_content() or "")
    assert told is not None
    assert numbers(":" + " ".join(told.groups())) == pytest.approx([first, last], rel=0.06)


def test_the_arrow_keys_read_out_one_timestep_of_a_picture(notebook: Notebook, page: Page) -> None:
    notebook.view("gradients").focus()
    page.keyboard.press("Escape")  # an inspector that was open has put the cursor at the end
    page.keyboard.press("ArrowLeft")
    found = notebook.lab.locator(".rv-view-gradients [role=status]")
    # a knob that was moved has left what was before it
    lines = [rf"Gradient through time, {name} \S+" for name in ("before", "direct", "total")]
    expect(found).to_contain_text(re.compile(rf"^Timestep 19: ({lines[0]}; )?{lines[1]}; {lines[2]}\.$"))
    page.keyboard.press("Escape")
    expect(found).to_be_empty()


def test_a_picture_s_buttons_are_one_stop_and_send_nothing_away(notebook: Notebook, page: Page) -> None:
    notebook.view("gradients").focus()
    page.keyboard.press("Tab")
    first = page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => document.activeElement.matches('.modebar-btn')")
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") != first
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.tagName") == "SUMMARY"
    names = notebook.lab.locator(".modebar-btn").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    assert not [name for name in names if "Share" in name]


def test_what_has_the_focus_is_outlined(notebook: Notebook, page: Page) -> None:
    for name in (
        ".rv-lr .noUi-handle",
        ".rv-cell button",
        "button.rv-step",
        ".rv-lr .widget-readout",
    ):
        place = notebook.lab.locator(name).first
        place.focus()
        outline = place.evaluate("one => { const s = getComputedStyle(one); return [s.outlineStyle, s.outlineWidth] }")
        assert outline == ["solid", "2px"], name


def test_the_cell_s_numbers_are_a_table_and_a_list_with_names(notebook: Notebook, page: Page) -> None:
    toggle = notebook.lab.locator("button.rv-open-inspector")
    toggle.click()
    table = notebook.lab.locator(".rv-inspector").get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(1 + 4, timeout=PATIENCE)
    assert table.get_by_role("columnheader").all_text_contents() == ["from x", "from h", "bias", "sum"]
    heads = table.get_by_role("rowheader").all_text_contents()
    assert [head.split()[0] for head in heads] == ["f", "i", "g", "o"]
    assert heads[0] == "f forget gate f"
    expect(notebook.lab.locator(".rv-inspector").get_by_role("listitem")).to_have_count(2)
    alt = notebook.lab.locator(".rv-cell-drawing").get_attribute("aria-label") or ""
    for name in ("i_t", "h_t"):
        value = notebook.lab.locator(f".rv-equation[data-symbol='{name}'] strong").text_content()
        assert f"{name} = {value}" in alt
    expect(notebook.lab.locator(".rv-cellview")).to_have_attribute("role", "group")
    toggle.click()


def test_a_pop_over_closes_at_its_cross_and_at_a_press_outside(notebook: Notebook, page: Page) -> None:
    toggle, pop = notebook.lab.locator("button.rv-open-pictures"), notebook.lab.locator(".rv-tool-pictures")
    toggle.click()
    expect(pop).to_be_visible(timeout=PATIENCE)
    under, hangs = toggle.bounding_box(), pop.bounding_box()
    assert under is not None
    assert hangs is not None
    assert under["y"] + under["height"] <= hangs["y"] < under["y"] + under["height"] + 10
    assert hangs["x"] + hangs["width"] == pytest.approx(under["x"] + under["width"], abs=1)
    pop.locator(".rv-show-hidden").hover()
    page.mouse.down()
    page.mouse.up()  # a press inside changes a picture, and closes nothing
    expect(toggle).to_have_attribute("aria-expanded", "true")
    pop.locator(".rv-show-hidden input").click()
    pop.locator(".rv-close").click()
    expect(pop).to_be_hidden(timeout=PATIENCE)
    has_focus(page, "rv-open-pictures")
    toggle.click()
    expect(pop).to_be_visible(timeout=PATIENCE)
    notebook.lab.locator(".rv-lr .widget-label").click()
    expect(pop).to_be_hidden(timeout=PATIENCE)
    expect(toggle).to_have_attribute("aria-expanded", "false")


CONTRAST = """([root, words]) => {
    const light = parts => parts.map(p => p / 255).map(p => p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4)
        .reduce((sum, p, i) => sum + p * [0.2126, 0.7152, 0.0722][i], 0);
    const read = text => { const n = text.match(/[\\d.]+/g).map(Number); return [n.slice(0, 3), n[3] ?? 1] };
    const over = ([ink, a], paper) => ink.map((p, i) => a * p + (1 - a) * paper[i]);
    const paper = one => { if (!one) return [255, 255, 255];
        const colour = read(getComputedStyle(one).backgroundColor);
        return colour[1] === 1 ? colour[0] : over(colour, paper(one.parentElement)) };
    return [...document.querySelectorAll(root)].flatMap(lab => [...lab.querySelectorAll(words)])
        .filter(one => one.getClientRects().length && one.textContent.trim() && !one.closest('[disabled], :disabled'))
        .map(one => { const back = paper(one);
            const [a, b] = [light(over(read(getComputedStyle(one).color), back)), light(back)].sort((p, q) => q - p);
            return [one.className || one.tagName, (a + 0.05) / (b + 0.05)] });
}"""
WORDS = (
    ".rv-fine, .rv-failed, .rv-figures, .rv-insights span, .rv-insight-words, .widget-label, small, b, button, select,"
    " summary, .rv-hint, .rv-heading, .rv-lhs, .rv-number, .rv-term small, .rv-before, .rv-where, textarea, a, td, th,"
    " .rv-name, .rv-aside, .rv-readout-value, .rv-big-words"
)


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_words_have_the_contrast_that_wcag_asks_for(notebook: Notebook, page: Page, theme: str) -> None:
    notebook.theme(theme)
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme, timeout=PATIENCE)
    toggles = [notebook.lab.locator(f"button.rv-open-{name}") for name in ("inspector", "share")]
    for toggle in toggles:
        toggle.click()
    expect(notebook.lab.locator(".rv-share textarea").first).to_be_visible()
    notebook.lab.locator(".rv-status .widget-html-content span").evaluate("one => one.className = 'rv-failed'")
    expect(notebook.lab.locator(".rv-inspector .rv-equation").first).to_be_visible()

    def faint() -> list[tuple[str, float]]:
        found = page.evaluate(CONTRAST, [".rv-lab, .rv-predict", WORDS])
        assert len(found) > 100
        return [(name, round(ratio, 2)) for name, ratio in found if ratio < 4.5]

    expect_at_last(page, faint, [])  # a theme's name may come before its style sheet
    for toggle in reversed(toggles):  # a press elsewhere closes what hangs under its button
        toggle.click()


def test_the_keyboard_goes_from_the_tour_s_card_to_the_lab_and_back_and_ends_it(notebook: Notebook, page: Page) -> None:
    page.locator(".rv-tour-start").focus()
    page.keyboard.press("Enter")
    card = page.locator(".rv-tour-card")
    expect(card).to_have_attribute("aria-label", "Step 1 of 9: Let it learn", timeout=PATIENCE)
    has_focus(page, "rv-tour-card")
    page.keyboard.press("Tab")
    has_focus(page, "rv-tour-reach")
    page.keyboard.press("Enter")
    has_focus(page, "rv-play")
    page.keyboard.press("Escape")
    has_focus(page, "rv-tour-card")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden(timeout=PATIENCE)
    has_focus(page, "rv-tour-start")


def test_nothing_is_cut_off_in_a_window_of_700_pixels(notebook: Notebook, page: Page) -> None:
    page.set_viewport_size({"width": 700, "height": 1000})
    page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    compared = page.locator(".rv-compare")
    compared.scroll_into_view_if_needed()
    expect(compared.locator(".rv-view-curves .rv-empty-promise").first).to_contain_text("press Play", timeout=PATIENCE)
    cut = """() => [...document.querySelectorAll('.rv-lab')].flatMap(lab => {
        const right = lab.getBoundingClientRect().right + 1;
        const kinds = 'button, select, input, .widget-label, th, td, .annotation-text, .rv-name, .rv-axis';
        return [...lab.querySelectorAll(kinds)]
            .filter(one => one.getClientRects().length && one.getBoundingClientRect().right > right)
            .map(one => `${one.tagName} ${one.className} ${one.textContent}`) })"""
    notebook.settle()
    expect_at_last(page, lambda: page.evaluate(cut), [])
    page.set_viewport_size({"width": 1400, "height": 1000})
