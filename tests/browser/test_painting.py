"""What is drawn while a run plays is, pixel by pixel and number by number, what plotly would draw in full."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from playwright.sync_api import Page, expect

from rnnviz.lab.replay.page import Header, replay_page
from rnnviz.training import Snapshot
from rnnviz.views import VIEWS, Focus, Patch, Pixels, View
from tests.browser.jupyter import PATIENCE
from tests.browser.moments import TASKS, moments
from tests.browser.patience import again

STEPS = (10, 20, 30)
QUICK = ("sunspots", "temporal-order")  # of many classes, and of pairs, plotly draws a picture anew now and then
# every picture is built and has drawn this step: one that is still to be built has no plot yet
FIXED = (
    "() => [...document.querySelectorAll('.rv-view:not([hidden])')]"
    ".every(one => one.querySelector('.rv-plot')?.dataset.step === '{}')"
)
# of the page itself, which lies above plotly's picture, and blends with it a little differently from time to time
BARE = ".rv-view { border-color: transparent !important } .rv-help-box, .rv-marks { visibility: hidden }"
# whole in either, where that is quick; else one after the other on one page, whose colours follow the system's
BOTH, MIXED = (("light", "light"), ("dark", "dark")), (("light", "dark"),)
pytestmark = pytest.mark.timeout(900)


class Alone(View):
    """A view with its title and axes, though a lab would draw it in its score."""

    shares_time = False

    def __init__(self, view: View) -> None:
        self.view, self.name = view, view.name

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        return self.view.skeleton(snapshot, focus)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return self.view.patches(snapshot, focus, pixels)


def _pictures(last: Snapshot) -> dict[str, View]:
    """Every view as a lab draws it, and those that it draws in its score alone as well."""
    shown = {name: view for name, view in VIEWS.items() if view.exists(last)}
    return shown | {f"alone-{name}": Alone(view) for name, view in shown.items() if view.score is not None}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the page of a task's run, all its pictures one below the other."""
    folder, pages = tmp_path_factory.mktemp("painting"), dict[str, Path]()

    def page_of(task: str) -> Path:
        if task not in pages:
            taken = moments(task, STEPS)
            pages[task] = folder / f"{task}.html"
            text = replay_page(taken, _pictures(taken[-1]), Focus().checked(taken[-1].layer), Header(task))
            pages[task].write_text(text, encoding="utf-8")
        return pages[task]

    return page_of


def _opened(page: Page, path: Path, scheme: str = "light") -> None:
    """Show the last moment; keep it as ``now``, and as ``before`` the numbers of the last but one under its words."""
    page.set_viewport_size({"width": 1000, "height": 9000})  # all in sight: what nobody sees is not drawn
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(path.as_uri())
    page.add_style_tag(content=BARE)
    page.wait_for_function(FIXED.format(10), timeout=PATIENCE)
    page.evaluate(Path(__file__).with_name("painting.js").read_text(encoding="utf-8"))
    for place, name in enumerate(("first", "last-but-one", "now")):
        page.locator("#rv-track").fill(str(place))
        page.wait_for_function(FIXED.format(10 * place + 10), timeout=PATIENCE)
        assert page.evaluate("name => painting.keep(name)", name) == 10 * place + 10
    page.evaluate("painting.mix('before', 'last-but-one', 'now')")


def _seen(page: Page, names: list[str]) -> dict[str, bytes]:
    page.mouse.move(2, 2)
    page.evaluate("painting.still()")
    return {name: page.locator(f".rv-view-{name} .rv-plot").screenshot() for name in names}


def _panels(page: Page, names: list[str]) -> dict[str, bytes]:
    """What lies between the axes: how far off a title stands is plotly's memory of what it has drawn there before."""
    page.mouse.move(2, 2)
    page.evaluate("painting.still()")
    boxes = {name: page.evaluate("name => painting.panel(name)", name) for name in names}
    places = {name: dict(zip(("x", "y", "width", "height"), box, strict=True)) for name, box in boxes.items()}
    return {name: page.screenshot(clip=place) for name, place in places.items()}  # type: ignore[arg-type]


def _redraw_twice(page: Page, *frames: str) -> None:
    """With each redraw plotly makes the margin beside a colour bar a pixel wider, or narrower again."""
    for frame in frames * 2:
        page.evaluate("frame => painting.draw(frame, true)", frame)


def test_every_view_is_among_the_pictures_of_these_tasks() -> None:
    assert set().union(*({*_pictures(moments(task, STEPS)[-1])} for task in TASKS)) >= set(VIEWS)


@pytest.mark.parametrize(
    ("task", "schemes"),
    [(task, schemes) for task in TASKS for schemes in (BOTH if task in QUICK else MIXED)],
    ids=lambda given: given if isinstance(given, str) else "-then-".join(dict.fromkeys(given)),
)
def test_new_numbers_look_and_read_as_after_a_full_redraw(
    saved: Callable[[str], Path], page: Page, task: str, schemes: tuple[str, str]
) -> None:
    _opened(page, saved(task), schemes[0])
    names = page.evaluate("painting.names()")
    for share, scheme in zip((1.0, 0.6), schemes, strict=True):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate("painting.draw('now', true)")
        page.evaluate("share => painting.zoom(share)", share)
        assert set(page.evaluate("painting.draw('now', true)")) == set(names)
        truth, said = _seen(page, names), page.evaluate("painting.hovers()")
        _redraw_twice(page, "before")
        other, unlike = page.evaluate("painting.hovers()"), page.locator(".rv-view-hidden .rv-plot").screenshot()
        assert page.evaluate("painting.draw('now')") == {}
        drawn = _seen(page, names)
        assert [name for name in names if drawn[name] != truth[name]] == []
        assert page.evaluate("painting.hovers()") == said
        assert other != said
        assert unlike != truth["hidden"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("task", QUICK)
def test_new_words_and_ranges_look_and_read_as_after_a_full_redraw(
    saved: Callable[[str], Path], page: Page, task: str, scheme: str
) -> None:
    _opened(page, saved(task), scheme)
    names = page.evaluate("painting.names()")
    for share in (1.0, 0.6):
        page.evaluate("painting.draw('now', true)")
        page.evaluate("share => painting.zoom(share)", share)
        # each frame brings its own ranges: those that were zoomed are set again where it has another
        _redraw_twice(page, "last-but-one", "now")
        truth, said = _seen(page, names), page.evaluate("painting.hovers()")
        _redraw_twice(page, "last-but-one")
        unlike = _seen(page, names)
        redrawn = page.evaluate("painting.draw('now', false, true)")
        drawn = _seen(page, names)
        assert [name for name in names if drawn[name] != truth[name]] == []
        assert page.evaluate("painting.hovers()") == said
        assert redrawn == {}
        assert [name for name in ("curves", "horizon") if unlike[name] == truth[name]] == []


def test_a_saved_picture_is_of_the_last_frame(saved: Callable[[str], Path], page: Page) -> None:
    _opened(page, saved("sunspots"))
    taken = "Promise.all(['hidden', 'alone-hidden', 'prediction'].map((one) => painting.exported(one)))"
    page.evaluate("painting.draw('now', true)")
    truth = page.evaluate(taken)
    page.evaluate("painting.draw('before', true)")
    assert not set(page.evaluate(taken)) & set(truth)
    page.evaluate("painting.draw('now')")
    assert page.evaluate(taken) == truth


@pytest.mark.parametrize("mode", ["pan", "zoom"])
def test_a_drag_and_a_double_click_move_the_last_frame(saved: Callable[[str], Path], page: Page, mode: str) -> None:
    _opened(page, saved("sunspots"))
    names = ["hidden", "alone-hidden", "alone-gradients", "alone-prediction"]
    page.evaluate("mode => Promise.all(painting.names().map(one => painting.mode(one, mode)))", mode)
    page.evaluate("painting.draw('before', true)")
    page.evaluate("painting.draw('now')")
    before = _panels(page, names)
    for name in names:
        x, y, width, height = page.evaluate("name => painting.panel(name)", name)
        page.mouse.move(x + 0.3 * width, y + 0.4 * height)
        page.mouse.down()
        page.mouse.move(x + 0.5 * width, y + 0.5 * height)
        page.mouse.move(x + 0.7 * width, y + 0.6 * height)
        page.mouse.up()
    moved = _panels(page, names)
    assert not [name for name in names if moved[name] == before[name]]
    page.evaluate("painting.draw('now', true)")
    assert [name for name, one in _panels(page, names).items() if one != moved[name]] == []

    page.evaluate("painting.draw('before', true)")
    page.evaluate("painting.draw('now')")
    for name in names:
        x, y, width, height = page.evaluate("name => painting.panel(name)", name)
        middle = (x + 0.5 * width, y + 0.5 * height)
        # to plotly, clicks that a slow page hears 300 ms apart are two
        again(
            lambda middle=middle: page.mouse.dblclick(*middle),
            lambda patience, name=name: page.wait_for_function(
                "name => painting.twice[name]", arg=name, timeout=patience
            ),
        )
    back = _panels(page, names)
    assert not [name for name in names if back[name] == moved[name]]
    page.evaluate("painting.draw('now', true)")
    assert [name for name, one in _panels(page, names).items() if one != back[name]] == []


def test_a_curve_is_hidden_in_the_legend_and_shown_with_the_numbers_of_the_last_frame(
    saved: Callable[[str], Path], page: Page
) -> None:
    _opened(page, saved("sunspots"))
    curves = page.locator(".rv-view-fan .scatterlayer .trace")
    known = curves.count()
    entry = page.locator(".rv-view-fan .legendtoggle").last
    page.evaluate("painting.draw('now', true)")
    truth = _panels(page, ["fan"])
    page.evaluate("painting.draw('before', true)")
    entry.click()
    expect(curves).to_have_count(known - 1)
    page.evaluate("painting.draw('now')")
    expect(curves).to_have_count(known - 1)
    entry.click()
    expect(curves).to_have_count(known)
    assert _panels(page, ["fan"]) == truth


def test_what_is_said_under_a_pointer_at_rest_follows_the_frames(saved: Callable[[str], Path], page: Page) -> None:
    _opened(page, saved("sunspots"))
    x, y, width, height = page.evaluate("painting.panel('alone-hidden')")
    said = page.locator(".rv-view-alone-hidden .hovertext")
    page.evaluate("painting.draw('before', true)")
    was, is_now = (one.layer.hidden[0, 0, 0] for one in moments("sunspots", STEPS)[1:])
    # where the two moments differ most: elsewhere both may be written alike
    time, unit = np.unravel_index(np.abs(is_now - was).argmax(), was.shape)
    steps, units = was.shape
    page.mouse.move(x + (time + 0.5) / steps * width, y + (1 - (unit + 0.5) / units) * height)
    expect(said).to_have_count(1)
    before = said.text_content() or ""
    page.evaluate("painting.draw('now', true)")
    expect(said).not_to_have_text(before)
    now = said.text_content() or ""
    page.evaluate("painting.draw('before', true)")
    expect(said).to_have_text(before)
    page.evaluate("painting.draw('now')")
    expect(said).to_have_text(now)


def test_after_the_last_frame_every_picture_is_as_plotly_draws_it(saved: Callable[[str], Path], page: Page) -> None:
    _opened(page, saved("sunspots"))
    names = page.evaluate("painting.names()")
    page.evaluate("painting.draw('now', true)")
    truth = _seen(page, names)
    page.evaluate("painting.draw('first', true)")
    page.evaluate("painting.play('now')")
    page.wait_for_function("painting.rests()", timeout=PATIENCE)
    assert [name for name, one in _seen(page, names).items() if one != truth[name]] == []
