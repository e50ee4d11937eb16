"""Where a lab puts its pictures: the score, the narrow column, and below both what has no form for either."""

from typing import Any

import ipywidgets as widgets
import pytest

from rnnviz.lab.screen.grid import drawable, drawn
from rnnviz.training import Snapshot
from rnnviz.views import COMPARED, VIEWS, WATCHED, HiddenView, View
from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import NormView, inside


def shown_in(browser: Browser, place: str) -> list[str]:
    """Names of the pictures that stand in a box, in reading order."""
    boxes = [one for one in inside(browser.screen.panel.widget) if f"rv-{place}" in getattr(one, "_dom_classes", ())]
    (around,) = boxes
    views = [one for one in around.children if one.layout.display != "none"]
    return [next(name for name in one._dom_classes if name.startswith("rv-view-"))[8:] for one in views]


def empty(browser: Browser, place: str) -> bool:
    return "rv-empty" in getattr(browser.screen._figures.grid, place)._dom_classes


def test_strips_share_the_score_and_the_task_s_picture_tops_the_narrow_column(make_lab: LabMaker) -> None:
    browser = Browser(make_lab("sunspots", seq_len=24))
    browser.catch_up()
    assert shown_in(browser, "score") == ["input", "hidden", "gates", "gradients"]
    assert shown_in(browser, "column") == ["prediction", "curves"]
    assert shown_in(browser, "wide") == []
    assert [empty(browser, place) for place in ("score", "column", "wide")] == [False, False, True]


def test_a_view_of_one_s_own_stands_below_the_score(make_lab: LabMaker) -> None:
    browser = Browser(make_lab(views=["hidden", NormView()]))
    browser.catch_up()
    assert shown_in(browser, "score") == ["hidden"]
    assert shown_in(browser, "wide") == ["norm"]
    assert [empty(browser, place) for place in ("score", "column", "wide")] == [False, True, False]


class Redrawn(HiddenView):
    """A built-in view that somebody draws in another way."""

    def patches(self, *args: Any) -> list[Any]:
        return super().patches(*args)


class Renamed(HiddenView):
    """A built-in view under another name, drawn as ever."""

    name = "renamed"


@pytest.mark.parametrize(("kind", "formed"), [(HiddenView, True), (Renamed, True), (Redrawn, False), (NormView, False)])
def test_a_form_in_the_score_belongs_to_the_drawing_that_it_was_made_for(kind: type[View], formed: bool) -> None:
    view = kind()
    assert drawn(view) is (view.score if formed else view)


class Choosy(HiddenView):
    """A built-in view that somebody has nothing to draw in."""

    def exists(self, snapshot: Snapshot) -> bool:
        return False


def test_the_view_decides_whether_its_form_has_anything_to_draw(make_lab: LabMaker) -> None:
    lab = make_lab(views=[Choosy(), "curves"])
    browser = Browser(lab)
    lab.train(2)
    browser.catch_up()
    assert shown_in(browser, "score") == []
    assert {part["figure"] for part in browser.frames[-1][0]["parts"]} == {"curves"}


@pytest.mark.parametrize("task", ["adding", "sunspots", "temporal-order"])
def test_no_form_is_drawn_of_a_task_that_its_view_has_nothing_to_draw_of(make_lab: LabMaker, task: str) -> None:
    snapshot = make_lab(task, seq_len=12).snapshot()
    absent = [one for one in VIEWS.values() if not one.exists(snapshot)]
    assert {"alignment", "forced", "translation", "tags"} <= {one.name for one in absent}
    assert [one.name for one in absent if drawable(one, snapshot)] == []


def test_no_built_in_view_loses_its_form() -> None:
    every = [*VIEWS.values(), *WATCHED.values(), *COMPARED.values()]
    formed = [one for one in every if one.score is not None]
    assert len(formed) > 5
    assert [one.name for one in formed if drawn(one) is one] == []


def test_a_place_that_loses_its_last_picture_is_empty_until_one_comes_back(make_lab: LabMaker) -> None:
    browser = Browser(make_lab(views=["hidden", "curves"]))
    browser.catch_up()
    assert not empty(browser, "column")
    for names, is_empty in ((["hidden"], True), (["hidden", "curves"], False)):
        browser.screen.choose(names)
        browser.catch_up()
        assert empty(browser, "column") is is_empty


@pytest.mark.parametrize("show", [None, ["lr", "inspector"], []])
def test_a_lab_has_its_boxes_in_reading_order(make_lab: LabMaker, show: list[str] | None) -> None:
    panel = Browser(make_lab(show=show)).screen.panel
    names = [next(name for name in one._dom_classes if name != "rv-tool") for one in boxes(panel.widget)]
    assert names[:3] == ["rv-toolbar", "rv-run", "rv-body"]
    (body,) = (one for one in boxes(panel.widget) if "rv-body" in one._dom_classes)
    places = [one._dom_classes[0] for one in body.children]
    assert places == (["rv-picture-area"] if show == [] else ["rv-rail", "rv-picture-area"])
    stage = body.children[-1]
    assert [one._dom_classes[0] for one in stage.children] == ["rv-line", "rv-score", "rv-column", "rv-dock", "rv-wide"]


def boxes(around: widgets.Box) -> list[widgets.Box]:
    return [one for one in around.children if isinstance(one, widgets.Box)]


def test_a_full_lab_offers_a_tour_that_begins_at_a_press(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    names = [one._dom_classes[0] for one in tools(browser)]
    assert names == [f"rv-open-{name}" for name in ("tour", "inspector", "perturb", "pictures", "share")]
    browser.screen.panel.tour.click()
    card = lab._console._card
    assert card.state.phase == "walking"
    assert card in browser.screen.panel.widget.children
    card.skip()
    browser.screen.panel.tour.click()
    assert (lab._console._card, card.state.number) == (card, 1)


def test_a_lab_that_shows_some_controls_only_leads_through_none(make_lab: LabMaker) -> None:
    browser = Browser(make_lab(show=["lr", "share"]))
    assert [one._dom_classes[0] for one in tools(browser)] == ["rv-open-share"]


def tools(browser: Browser) -> tuple[widgets.Widget, ...]:
    (around,) = (one for one in inside(browser.screen.panel.widget) if "rv-tools" in getattr(one, "_dom_classes", ()))
    return around.children
