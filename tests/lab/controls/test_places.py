"""Where a tool stands: lines and bars are there at once, docks take turns, pop-overs stand over the pictures."""

import pytest

from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import classes

pytestmark = pytest.mark.timeout(120)


def shown(box) -> bool:
    return box.layout.display != "none"


def test_every_tool_of_a_lab_has_its_place(make_lab: LabMaker) -> None:
    tray = Browser(make_lab()).screen.panel.tray
    places = {name: tray.tool(name).place for name in tray.names}
    assert places == {
        "inspector": "dock",
        "perturb": "dock",
        "pictures": "pop",
        "share": "pop",
        "insights": "line",
        "timeline": "bar",
    }
    assert list(tray.buttons) == ["inspector", "perturb", "pictures", "share"]


def test_one_dock_is_open_at_a_time_and_the_layout_is_told(make_lab: LabMaker) -> None:
    tray = Browser(make_lab()).screen.panel.tray
    assert not shown(tray.dock)
    tray.buttons["inspector"].value = True
    assert shown(tray.dock)
    assert "rv-open" in tray.dock._dom_classes
    tray.buttons["perturb"].value = True
    assert tray.opened == {"perturb"}
    assert [shown(one) for one in tray.dock.children] == [False, True]
    tray.buttons["perturb"].value = False
    assert not shown(tray.dock)
    assert "rv-open" not in tray.dock._dom_classes


def test_a_pop_over_closes_another_and_leaves_the_dock(make_lab: LabMaker) -> None:
    tray = Browser(make_lab()).screen.panel.tray
    for name in ("inspector", "pictures", "share"):
        tray.buttons[name].value = True
    assert tray.opened == {"inspector", "share"}
    assert [shown(one) for one in tray.pops] == [False, True]


@pytest.mark.parametrize("name", ["inspector", "perturb", "pictures", "share"])
def test_what_opens_has_a_heading_that_says_what_it_is(make_lab: LabMaker, name: str) -> None:
    tray = Browser(make_lab()).screen.panel.tray
    tray.buttons[name].value = True
    heading = tray._boxes[name].children[0]
    assert (heading.tool, heading.close_words) == (name, "Close")
    assert len(heading.title) > 4
    assert f"rv-tool-{name}" in classes(tray._boxes[name])
