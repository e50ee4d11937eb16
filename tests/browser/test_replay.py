"""A saved run, opened as a file: it plays, it is scrubbed, and it asks for nothing from anywhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

import rnnviz as rv
from tests.browser.jupyter import PATIENCE
from tests.training.examples import Echo

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)><!-- \u2028 &amp;"
# what the button says in turn, and at which step it is pressed: a test that only looks may look too late
WATCH = """() => {
    const button = document.querySelector('#rv-play'), plot = document.querySelector('.rv-view-hidden .rv-plot');
    window.said = [];
    new MutationObserver(() => window.said.push(button.textContent)).observe(button, { childList: true });
    const due = () => Number(plot.dataset.step) >= window.stop && button.textContent === 'Pause';
    new MutationObserver(() => due() && button.click())
        .observe(plot, { attributeFilter: ['data-step'] });
}"""
pytestmark = pytest.mark.timeout(900)


class Hostile(Echo):
    """A task whose every word is markup."""

    name = source = metric_name = HOSTILE

    def time_labels(self, sample: int) -> tuple[str, ...]:
        return (HOSTILE,) * 6

    def sample_span(self, sample: int) -> tuple[float, float]:
        return 0.0, 1.0


class Opened:
    """A saved page, without a network, and whatever went wrong in it."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("console", lambda message: self.troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("dialog", lambda dialog: (self.troubles.append(dialog.message), dialog.dismiss()))
        page.route("**/*", lambda route: route.continue_() if route.request.url == path.as_uri() else route.abort())
        page.on("requestfailed", lambda request: self.troubles.append(request.url))
        page.goto(path.as_uri())
        self.wait_for(0)

    def wait_for(self, step: int, view: str = "hidden") -> None:
        self.page.wait_for_function(
            "([view, step]) => document.querySelector(`.rv-view-${view} .rv-plot`)?.dataset.step === String(step)",
            arg=[view, step],
            timeout=PATIENCE,
        )

    def states(self, trace: int = 0) -> np.ndarray:
        plot = self.page.locator(".rv-view-hidden .rv-plot")
        return np.array(plot.evaluate("(plot, trace) => plot.data[trace].z.map(row => [...row])", trace))

    def scrub(self, place: int) -> None:
        self.page.locator("#rv-track").fill(str(place))


@pytest.fixture(scope="module")
def lab() -> Iterator[rv.Lab]:
    torch.set_num_threads(1)
    made = rv.Lab("adding", cell="lstm", hidden_size=16, seq_len=30, seed=0, device="cpu", steps=640)
    made.train(80)
    yield made
    made.close()


@pytest.fixture(scope="module")
def saved(lab: rv.Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lab.save_replay(tmp_path_factory.mktemp("replay") / "run.html", sample=3)


def test_a_step_of_the_slider_shows_the_numbers_of_then(lab: rv.Lab, saved: Path, page: Page) -> None:
    opened = Opened(page, saved)
    for place, step in ((5, 50), (2, 20), (8, 80)):
        opened.scrub(place)
        opened.wait_for(step)
        for trace in (0, 1):  # the hidden state, and the cell state over its own range
            truth = lab.figure("hidden", step=step, sample=3).data[trace]
            level = (truth.zmax - truth.zmin) / 254
            assert np.abs(opened.states(trace) - truth.z).max() <= level / 2 + 1e-6
        expect(page.locator("#rv-where")).to_contain_text(f"step {step} of 80")
    assert opened.troubles == []


def test_it_plays_to_the_end_and_from_there_anew(saved: Path, page: Page) -> None:
    opened = Opened(page, saved)
    page.locator("#rv-pace").select_option("4")
    play = page.locator("#rv-play")
    expect(play).to_have_text("Play")
    page.evaluate(WATCH)
    play.click()
    opened.wait_for(80)
    expect(play).to_have_text("Play")
    assert page.evaluate("window.said") == ["Pause", "Play"]
    page.evaluate("window.stop = 20")
    play.click()
    page.wait_for_function("() => window.said.length === 4", timeout=PATIENCE)
    assert page.evaluate("window.said.slice(2)") == ["Pause", "Play"]
    assert 20 <= page.evaluate("Number(document.querySelector('.rv-view-hidden .rv-plot').dataset.step)") < 80
    assert opened.troubles == []


def test_the_keyboard_plays_and_winds(saved: Path, page: Page) -> None:
    opened = Opened(page, saved)
    track = page.locator("#rv-track")
    track.focus()
    page.keyboard.press("End")
    opened.wait_for(80)
    page.keyboard.press("ArrowLeft")
    opened.wait_for(70)
    assert "step 70 of 80" in str(track.get_attribute("aria-valuetext"))
    page.keyboard.press("Space")
    opened.wait_for(80)
    expect(page.locator("#rv-play")).to_have_text("Play")
    assert opened.troubles == []


def test_the_time_cursor_links_the_pictures(saved: Path, page: Page) -> None:
    opened = Opened(page, saved)
    opened.scrub(4)
    opened.wait_for(40)
    page.locator(".rv-view-hidden .rv-plot").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".rv-cursor:visible")).to_have_count(1)  # one line through all strips
    expect(page.locator(".rv-score > .rv-cursor")).to_have_attribute("data-label", "t = 2")
    assert opened.troubles == []


def test_it_takes_the_reader_s_light_or_dark(saved: Path, page: Page) -> None:
    opened = Opened(page, saved)
    ink = "() => Number(document.querySelector('.rv-view-hidden .rv-plot')._fullLayout.font.color.match(/\\d+/)[0])"
    for scheme, test in (("dark", "> 160"), ("light", "< 100")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_function(f"() => ({ink})() {test}", timeout=PATIENCE)
    assert opened.troubles == []


@pytest.mark.parametrize("width", [420, 1280])
def test_nothing_is_wider_than_the_page(saved: Path, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    Opened(page, saved)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_words_from_the_data_are_shown_as_words(page: Page, tmp_path: Path) -> None:
    task = Hostile()
    lab = rv.Lab(task, cell="rnn", hidden_size=3, device="cpu", steps=64)
    lab.train(4)
    opened = Opened(page, lab.save_replay(tmp_path / "run.html"))
    for view in ("curves", "hidden"):
        page.locator(f".rv-view-{view}").scroll_into_view_if_needed()
        opened.wait_for(0, view)
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 5
    expect(page.locator("h1")).to_contain_text(HOSTILE.split("\u2028")[0].strip())
    drawn = page.locator(".rv-score .rv-axis").text_content() or ""  # the words of the first and the last moment
    assert "</script><script>alert(1)</script><img src=x onerror=alert(2)><!--" in drawn
    assert opened.troubles == []


def test_a_watched_loop_plays_across_a_change_of_shapes(page: Page, tmp_path: Path) -> None:
    model, truth = torch.nn.GRU(2, 5, batch_first=True), list[Any]()
    with rv.watch(model, every=1) as w:
        for length in (6, 9):
            model(torch.randn(3, length, 2))[0].square().mean().backward()
            w.step()
            truth.append(w.trace.layers["gru"].hidden[0, 0, 0].T)
    page.goto(w.save_replay(tmp_path / "loop.html").as_uri())
    for place, states in enumerate(truth):
        page.locator("#rv-track").fill(str(place))
        page.wait_for_function(
            "([place, time]) => { const plot = document.querySelector('.rv-view-hidden .rv-plot');"
            " return plot?.dataset.step === String(place + 1) && plot.data[0].z[0].length === time }",
            arg=[place, states.shape[1]],
            timeout=PATIENCE,
        )
        drawn = page.evaluate("document.querySelector('.rv-view-hidden .rv-plot').data[0].z.map(row => [...row])")
        assert np.abs(np.array(drawn) - states).max() <= 1 / 254 + 1e-6
