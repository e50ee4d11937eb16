"""The course as static pages, read in Chromium as files and below a path: all is there, nothing asked of others."""

import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from rnnviz.cli import main
from rnnviz.cli.chapters import shipped_chapters
from rnnviz.exercises import judge
from rnnviz.exercises.answers.numeric import NumberQuestion
from rnnviz.exercises.asked import Quantity
from rnnviz.exercises.chapters.catalog import EXERCISES, PREDICTIONS
from rnnviz.i18n import t
from rnnviz.live.bundle import beside
from rnnviz.site import building
from rnnviz.site.questions import check_card
from rnnviz.site.reading import read_chapters
from tests.browser.patience import PATIENCE, expect_at_last
from tests.browser.sitepages import PAGE_ROOM, WITH_REPLAYS, asking

CHAPTERS = read_chapters(shipped_chapters())
NAMES = [chapter.name for chapter in CHAPTERS]
BY_VALUE = sorted(id for id in EXERCISES if "data-check" in check_card(id))
LOADS = re.compile(r"""(?:\bsrc|<link[^>]*\bhref|\bposter|\bsrcset)\s*=\s*["']([^"']+)""")
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All chapters with the outputs that they keep; the labs of one are trained."""
    out = tmp_path_factory.mktemp("site") / "under" / "course"
    assert main(["site", str(out), "--stored", "--replays", "14"]) == 0
    return out


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """The address of the site below a path of a server's."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site.parents[1])))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/under/course"
    server.shutdown()
    server.server_close()


@pytest.fixture
def asked(page: Page, site: Path, request: pytest.FixtureRequest) -> list[str]:
    own = [site.as_uri()]
    if "served" in request.fixturenames:
        own.append(request.getfixturevalue("served"))
    return asking(page, own)


def _played(page: Page) -> FrameLocator:
    page.locator("iframe.rv-replay").first.scroll_into_view_if_needed()
    return page.frame_locator("iframe.rv-replay").first


def _card(page: Page, kind: str, id: str) -> Locator:
    return page.locator(f'[data-{kind}="{id}"]').first


@pytest.mark.parametrize("way", ["file", "server"])
def test_every_page_reads_to_its_end_and_asks_nobody_for_anything(
    page: Page, site: Path, served: str, asked: list[str], way: str
) -> None:
    root = site.as_uri() if way == "file" else served
    pages = ["index", *NAMES, *(f"reference/{one.stem}" for one in site.glob("reference/*.html"))]
    assert len(pages) > 35
    for name in pages:
        page.goto(f"{root}/{name}.html")
        if name in NAMES:
            chapter = CHAPTERS[NAMES.index(name)]
            expect(page.locator("h1")).to_contain_text(chapter.title)
            headings = page.locator("article :is(h1, h2, h3)").count()
            assert headings >= sum(cell.source.startswith("## ") for cell in chapter.book.cells)
            expect(page.locator(".related-pages a").first).to_be_attached()
        assert page.evaluate("[...document.images].filter((one) => one.complete && !one.naturalWidth).length") == 0
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"{name} at {width}"
    assert asked == []


def test_no_page_names_anything_to_load_that_is_not_beside_it(site: Path) -> None:
    for path in site.rglob("*.html"):
        markup = re.sub(r"(<script[^>]*>).*?</script>", r"\1", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for address in LOADS.findall(markup):
            if address.startswith("data:"):
                continue
            assert not re.match(r"[a-z]+:|/", address), f"{path.name} loads {address}"
            assert (path.parent / address.split("?")[0].split("#")[0]).exists(), f"{path.name} misses {address}"
    for path in [*site.rglob("*.css"), *site.rglob("rnnviz.js")]:
        assert not re.search(r"(?:url\(|@import|fetch\()\s*[\"']?(?:https?:)?//", path.read_text(encoding="utf-8"))


def test_every_picture_is_described_in_words_or_decorates_what_is(site: Path) -> None:
    described = 0
    for path in [*site.glob("*.html"), *site.glob("reference/*.html")]:
        for picture in re.findall(r"<img\b[^>]*>", path.read_text(encoding="utf-8")):
            alt = re.search(r'\balt="([^"]*)"', picture)
            assert alt is not None, f"{path.name}: {picture}"
            assert not re.search(r"\.(png|svg|webp|jpe?g)$", alt[1]), f"{path.name}: {picture}"
            described += " " in alt[1]
    assert described > 50


def test_links_between_pages_lead_to_pages(site: Path) -> None:
    for path in site.rglob("*.html"):
        if path.parent.name == "replays":
            continue
        for address in re.findall(r'<a[^>]*\bhref="([^"]+)', path.read_text(encoding="utf-8")):
            if re.match(r"[a-z]+:", address):
                continue
            name, _, place = address.partition("#")
            target = path.parent / name.split("?")[0] if name else path
            assert target.exists(), f"{path.name} links to {address}"
            assert not place or f'id="{place}"' in target.read_text(encoding="utf-8"), f"{path.name} links to {address}"


def test_pages_are_small_and_one_plotly_serves_all(site: Path) -> None:
    for name in NAMES:
        own = (site / f"{name}.html").stat().st_size
        replays = sum(one.stat().st_size for one in site.glob(f"replays/{name[:2]}-*.html"))
        assert own < PAGE_ROOM
        assert own + replays < WITH_REPLAYS
    replay = (site / "replays" / "14-opener.html").read_text(encoding="utf-8")
    assert '<script src="../_static/plotly-small.js"></script>' in replay
    assert 'id="rv-plotly"' not in replay
    assert len(list(site.rglob("plotly-small.js"))) == 1


def test_a_replay_plays_is_scrubbed_and_its_cursor_moves(page: Page, site: Path, asked: list[str]) -> None:
    page.goto((site / "14_efficiency.html").as_uri())
    played = _played(page)
    plot = played.locator(".rv-view-hidden .rv-plot")
    expect(plot).to_have_attribute("data-step", "0", timeout=PATIENCE)
    before = plot.evaluate("(plot) => JSON.stringify(plot.data[0].z.map((row) => [...row]))")
    track = played.locator("#rv-track")
    track.fill(track.get_attribute("max") or "")
    expect(plot).to_have_attribute("data-step", re.compile("[1-9]"), timeout=PATIENCE)
    assert plot.evaluate("(plot) => JSON.stringify(plot.data[0].z.map((row) => [...row]))") != before
    track.fill("0")
    expect(plot).to_have_attribute("data-step", "0", timeout=PATIENCE)
    played.locator("#rv-play").click()
    expect(plot).to_have_attribute("data-step", re.compile("[1-9]"), timeout=PATIENCE)
    played.locator("#rv-play").click()
    cursor = played.locator(".rv-score > .rv-cursor")
    plot.focus()
    page.keyboard.press("ArrowLeft")
    label = cursor.get_attribute("data-label") or ""
    page.keyboard.press("ArrowLeft")
    expect(cursor).not_to_have_attribute("data-label", label)
    own, given = "(body) => body.offsetHeight", page.locator("iframe.rv-replay").first
    expect_at_last(page, lambda: abs(given.evaluate(own) - played.locator("body").evaluate(own)) < 3, True)
    assert asked == []


def test_a_replay_is_as_dark_as_its_page(page: Page, site: Path) -> None:
    page.goto((site / "14_efficiency.html").as_uri())
    body = _played(page).locator("body")
    expect(body).to_have_attribute("data-jp-theme-light", "true", timeout=PATIENCE)
    page.evaluate("document.body.dataset.theme = 'dark'")
    expect(body).to_have_attribute("data-jp-theme-light", "false", timeout=PATIENCE)


def test_a_prediction_with_options_is_committed_revealed_and_then_stays(page: Page, site: Path) -> None:
    id = "01.shuffled"
    right = t(f"predict.{id}.{PREDICTIONS[id]}")
    page.goto((site / "01_why_recurrence.html").as_uri())
    assert t(f"predict.{id}.why") not in page.locator("article").inner_text()
    asking, revealing = _card(page, "predict", id), _card(page, "reveal", id)
    asking.get_by_label(right, exact=False).check()
    asking.get_by_role("button").click()
    expect(asking.locator("output")).to_contain_text("You can change your mind until it is revealed.")
    revealing.get_by_role("button").click()
    expect(revealing.locator("output")).to_contain_text("and that is what happens.")
    expect(revealing.locator("output")).to_contain_text(t(f"predict.{id}.why"))
    expect(asking.get_by_role("button")).to_be_disabled()


def test_an_exercise_answered_by_value_is_told_right_a_typical_mistake_or_another(page: Page, site: Path) -> None:
    page.goto((site / "01_why_recurrence.html").as_uri())
    card = _card(page, "check", "01.parameter-count")
    for answer, kind in (("150", "one-bias"), ("7", "other"), ("160", "right")):
        card.get_by_role("textbox").fill(answer)
        card.get_by_role("button").click()
        expect(card.locator("output")).to_contain_text(t(f"exercise.01.parameter-count.{kind}"))


def test_exercises_of_labs_and_functions_say_that_they_need_a_kernel(page: Page, site: Path) -> None:
    page.goto((site / "01_why_recurrence.html").as_uri())
    article = page.locator("article")
    expect(article).to_contain_text(t("site.needs_kernel.lab"))
    expect(article).to_contain_text(t("site.needs_kernel.function"))


def _examples() -> list[tuple[str, Any]]:
    """Answers from the tests of every chapter's exercises, and numbers near what is right."""
    found: list[tuple[str, Any]] = []
    for chapter in CHAPTERS:
        tested = import_module(f"tests.exercises.chapters.test_chapter_{chapter.number}")
        found += [(id, answer) for id, answer, *_ in [*tested.RIGHT, *tested.WRONG] if id in BY_VALUE]
    for id in BY_VALUE:
        found += [(id, value) for value in (0, 1, -1, 2, 3.5, 100, "word", "160")]
    return [(id, answer) for id, answer in found if _plain(answer)]


def _plain(answer: Any) -> bool:
    if isinstance(answer, list | tuple):
        return all(map(_plain, answer)) and bool(answer)
    return type(answer) in (int, float, str)


def _typed(answer: Any) -> str:
    return f"'{answer}'" if isinstance(answer, str) else repr(answer)


def test_the_page_judges_answers_as_the_kernel_does(page: Page) -> None:
    examples = _examples()
    assert {id for id, _ in examples} == set(BY_VALUE)
    script = f"{beside(building.__file__, 'answers.js')}\nreturn {{ kindOf, valueIn }};"
    given = {id: re.search(r'data-given="([^"]*)"', check_card(id))[1] for id in BY_VALUE}  # type: ignore[index]
    told = page.evaluate(
        """([script, given, asked]) => {
            const { kindOf, valueIn } = new Function(script)();
            const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            const read = (text) => JSON.parse(new TextDecoder().decode(bytes(text)));
            const known = Object.fromEntries(Object.entries(given).map(([id, text]) => [id, read(text)]));
            return asked.map(([id, text]) => kindOf(known[id], valueIn(text)));
        }""",
        [script, given, [(id, _typed(answer)) for id, answer in examples]],
    )
    judged = [judge(id, answer).hint for id, answer in examples]
    pairs = list(zip(examples, told, judged, strict=True))
    assert [one for one, here, there in pairs if (here == "right") != (there == "right")] == []
    # a page may know less than the kernel, which has a rule for some mistakes; it never says another thing
    assert [one for one, here, there in pairs if here not in ("other", there)] == []
    assert sum(here == there for _, here, there in pairs) > 0.98 * len(pairs)


def test_the_page_sets_a_number_beside_what_came_out_as_the_kernel_does(page: Page) -> None:
    words = building.templates()
    script = f"{beside(building.__file__, 'predictions.js')}\nreturn setBeside;"
    cases = []
    for id, number in PREDICTIONS.items():
        if isinstance(number, str):
            continue
        question = NumberQuestion.from_words(id, number)
        fields = {"unit": question.unit, "tolerance": question.tolerance, "within": number.within}
        for said, measured in ((3.5, 12.0), (12.0, 11.9), (1e-6, 2.4e-21), (1500.0, 1234.6), (0.5, 0.52)):
            truth = Quantity(question).outcome(said, {"measured": measured})
            cases.append((fields | {"times": number.times}, said, measured, truth.right, truth.words))
    told = page.evaluate(
        "([script, words, cases]) => cases.map((one) => new Function(script)()(words, ...one.slice(0, 3)))",
        [script, words, cases],
    )
    assert [(one["right"], one["words"]) for one in told] == [(right, said) for *_, right, said in cases]
