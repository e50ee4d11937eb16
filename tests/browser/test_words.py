"""What only a browser shows of a lab's words: a line that lets one read to the end, texts to copy and to download."""

import itertools
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.jupyter import PATIENCE, Notebook
from tests.browser.patience import expect_at_last

EXPLODING = """
import json
import rnnviz as rv
lab = rv.Lab(
    "adding", cell="rnn", nonlinearity="relu", init="identity", rho=1.6, seq_len=40, hidden_size=8, seed=0, lr=1e-6
)
lab.train(50)
lab
"""
TEXTS = 'print("texts", json.dumps([str(lab.code()), lab.recipe(), lab.recipe(link=True)]))'
TABLES = 'print("tables", json.dumps([lab.history.to_csv(), lab.snapshot().to_csv(sample=0)]))'
MARKUP = """
import rnnviz as rv
class Own(rv.tasks.Adding):
    name = "<img class=evil src=x>"
rv.Lab(Own(), hidden_size=4, seq_len=10)
"""
STAMPS = """line => {
    window.stamps = [];
    const seen = () => window.stamps.push([performance.now(), line.textContent]);
    new MutationObserver(seen).observe(line, { childList: true });
}"""
pytestmark = pytest.mark.timeout(900)


def words_of(button: Locator) -> Callable[[], list[str]]:
    """Note from now on what a button says; return what asks for all of it, in turn."""
    button.evaluate(
        "button => { button.said = [];"
        " new MutationObserver(() => button.said.push(button.textContent)).observe(button, { childList: true }) }"
    )
    return lambda: list(button.evaluate("button => button.said"))


def test_the_line_tells_of_an_exploding_gradient_and_changes_slowly_while_it_trains(
    address: str, page: Page, write
) -> None:
    notebook = Notebook(page).open(address, write(EXPLODING, TEXTS)).run_all()
    line = notebook.lab.locator(".rv-insights")
    expect(line).to_contain_text("The gradient explodes on its way back.", timeout=PATIENCE)
    expect(line.locator(".rv-insight-said")).to_be_hidden()
    line.locator("button.rv-insight").click()  # the link at its end is what can be done
    expect(line.locator(".rv-insight-said")).to_be_visible()
    expect(line).to_contain_text("Step 50")
    expect(line).to_contain_text("The gradient grows on its way back: at t = 0 it is ")
    expect(line).to_contain_text("“ρ of W_hh” 1")
    expect(line).to_have_attribute("aria-live", "polite")
    line.evaluate(STAMPS)
    notebook.button("play").click()
    notebook.frames(3)
    notebook.code("lab.set(rho=0.2)")
    page.wait_for_function("() => window.stamps.length >= 1", timeout=4 * PATIENCE)
    notebook.button("pause").click()
    notebook.code("for rho in (0.2, 1.6, 0.2, 1.6, 0.2): lab.set(rho=rho)")  # faster than anybody reads
    expect(line).not_to_contain_text("grows on its way back", timeout=PATIENCE)
    notebook.code("lab.set(rho=1.6)")
    expect(line).to_contain_text("grows on its way back", timeout=PATIENCE)
    stamps = page.evaluate("window.stamps")
    times, texts = [time for time, _ in stamps], [text for _, text in stamps]
    assert min(later - sooner for sooner, later in itertools.pairwise(times)) > 1900
    assert "Step " in texts[0]
    assert notebook.errors == []


def test_the_script_and_the_recipe_are_shown_copied_and_downloaded(address: str, page: Page, write) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook = Notebook(page).open(address, write(EXPLODING, TEXTS)).run_all()
    code, recipe, link = notebook.printed("texts")
    notebook.button("open-share").click()
    shown = {name: notebook.lab.locator(f"textarea.rv-share-{name}") for name in ("code", "recipe", "link")}
    for name, text in (("code", code), ("recipe", recipe), ("link", link)):
        expect(shown[name]).to_have_value(text, timeout=PATIENCE)
        expect(shown[name]).to_have_js_property("readOnly", True)
    button = notebook.lab.locator(".rv-copy").first
    said = words_of(button)
    button.click()
    expect_at_last(page, lambda: said()[:1], ["Copied"])  # for a moment
    assert page.evaluate("navigator.clipboard.readText()") == code
    with page.expect_download() as waiting:
        notebook.lab.locator(".rv-download").click()
    assert waiting.value.suggested_filename == "lab.py"
    assert waiting.value.path().read_text(encoding="utf-8") == code
    assert notebook.errors == []


def test_the_numbers_are_saved_as_tables(address: str, page: Page, write) -> None:
    notebook = Notebook(page).open(address, write(EXPLODING, TABLES)).run_all()
    curves, states = notebook.printed("tables")
    notebook.button("open-share").click()
    for name, text in (("curves", curves), ("states", states)):
        with page.expect_download() as waiting:
            notebook.lab.locator(f".rv-table-{name}").click()
        assert waiting.value.suggested_filename.startswith(name)
        assert waiting.value.path().read_text(encoding="utf-8") == text
        expect(notebook.lab.locator(f".rv-table-{name}")).to_have_text(f"{name}.csv")
    assert notebook.errors == []


def test_a_page_without_a_clipboard_selects_the_text(address: str, page: Page, write) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.add_init_script("Document.prototype.execCommand = () => false")
    notebook = Notebook(page).open(address, write(EXPLODING, TEXTS)).run_all()
    notebook.button("open-share").click()
    area, button = notebook.lab.locator("textarea.rv-share-code"), notebook.lab.locator(".rv-copy").first
    expect(area).not_to_have_value("", timeout=PATIENCE)
    said = words_of(button)
    button.click()
    expect_at_last(page, lambda: said()[:1], ["Press Ctrl+C"])  # for a moment
    selected = area.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)")
    assert selected == area.input_value()


def test_a_name_full_of_markup_is_shown_as_text(address: str, page: Page, write) -> None:
    notebook = Notebook(page).open(address, write(MARKUP)).run_all()
    notebook.button("open-share").click()
    area = notebook.lab.locator("textarea.rv-share-code")
    page.wait_for_function("() => document.querySelector('textarea.rv-share-code')?.value", timeout=PATIENCE)
    assert "<img class=evil src=x>" in area.input_value()
    expect(notebook.lab.locator(".rv-download")).to_be_hidden()
    expect(page.locator("img.evil")).to_have_count(0)
