"""What is drawn while a run plays is, pixel by pixel and number by number, what plotly would draw in full."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from rnnviz.lab.replay.page import Header, replay_page
from rnnviz.training import Session, Snapshot
from rnnviz.views import VIEWS, Focus, View
from tests.browser.jupyter import PATIENCE

TASKS: dict[str, dict[str, Any]] = {"sunspots": {}, "temporal-order": {"seq_len": 30}}
GROWS = {"horizon"}  # a row more with every frame
FIXED = (
    "() => [...document.querySelectorAll('.rv-view:not([hidden]) .rv-plot')].every(one => one.dataset.step === '{}')"
)
pytestmark = pytest.mark.timeout(900)


def _moments(task: str) -> list[Snapshot]:
    session = Session(task, device="cpu", hidden_size=8, batch_size=8, seed=0, **TASKS[task])
    steps, moments = session.steps(), []
    for _ in range(3):
        for _ in islice(steps, 10):
            pass
        moments.append(session.snapshot())
    return moments


def _pictures(last: Snapshot) -> dict[str, View]:
    """Every view alone, and as it is drawn in a score."""
    shown = {name: view for name, view in VIEWS.items() if view.exists(last)}
    return shown | {f"score-{name}": view.score for name, view in shown.items() if view.score is not None}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the page of a task's run, all its pictures one below the other."""
    folder, pages = tmp_path_factory.mktemp("painting"), dict[str, Path]()

    def page_of(task: str) -> Path:
        if task not in pages:
            moments = _moments(task)
            pages[task] = folder / f"{task}.html"
            text = replay_page(moments, _pictures(moments[-1]), Focus().checked(moments[-1].layer), Header(task))
            pages[task].write_text(text, encoding="utf-8")
        return pages[task]

    return page_of


def _opened(page: Page, path: Path, scheme: str = "light") -> None:
    """Show the last moment; keep it as ``now``, and as ``before`` the numbers of the last but one under its words."""
    page.set_viewport_size({"width": 1000, "height": 9000})  # all in sight: what nobody sees is not drawn
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(path.as_uri())
    page.add_style_tag(content=".rv-view { border-color: transparent !important } .rv-help-box { visibility: hidden }")
    page.wait_for_function(FIXED.format(10), timeout=PATIENCE)
    page.evaluate(Path(__file__).with_name("painting.js").read_text(encoding="utf-8"))
    for place, name in enumerate(("first", "last-but-one", "now")):
        page.locator("#rv-track").fill(str(place))
        page.wait_for_function(FIXED.format(10 * place + 10), timeout=PATIENCE)
        assert page.evaluate("name => painting.keep(name)", name) == 10 * place + 10
    page.evaluate("painting.mix('before', 'last-but-one', 'now')")


def _seen(page: Page, names: list[str]) -> dict[str, bytes]:
    page.mouse.move(2, 2)
    return {name: page.locator(f".rv-view-{name} .rv-plot").screenshot() for name in names}


def test_every_view_is_among_the_pictures_of_these_tasks() -> None:
    assert set().union(*({*_pictures(_moments(task)[-1])} for task in TASKS)) >= set(VIEWS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("task", TASKS)
def test_new_numbers_look_and_read_as_after_a_full_redraw(
    saved: Callable[[str], Path], page: Page, task: str, scheme: str
) -> None:
    _opened(page, saved(task), scheme)
    names = page.evaluate("painting.names()")
    for share in (1.0, 0.6):
        page.evaluate("painting.draw('now', true)")
        page.evaluate("share => painting.zoom(share)", share)
        assert set(page.evaluate("painting.draw('now', true)")) == set(names)
        truth, said = _seen(page, names), page.evaluate("painting.hovers()")
        page.evaluate("painting.draw('before', true)")
        other, unlike = page.evaluate("painting.hovers()"), page.locator(".rv-view-hidden .rv-plot").screenshot()
        redrawn = page.evaluate("painting.draw('now')")
        assert {name.removeprefix("score-") for name in redrawn} <= GROWS
        drawn = _seen(page, names)
        assert [name for name in names if drawn[name] != truth[name]] == []
        assert page.evaluate("painting.hovers()") == said
        assert other != said
        assert unlike != truth["hidden"]
