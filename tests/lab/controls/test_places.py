"""Where a tool stands: lines and bars are there at once, docks take turns, pop-overs stand over the pictures."""

import pytest

from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import classes

pytestmark = pytest.mark.timeout(120)


def shown(box) -> bool:
    return box.layout.display != "none"


def test_every_tool_of_a_lab_has_its_place(make_lab: LabMaker) -> None:
    toolbox = Browser(make_lab()).screen.panel.toolbox
    places = {name: toolbox.tool(name).place for name in toolbox.names}
    assert places == {
        "inspector": "dock",
        "perturb": "dock",
        "pictures": "pop",
        "share": "pop",
        "insights": "line",
        "timeline": "bar",
    }
    assert list(toolbox.buttons) == ["inspector", "perturb", "pictures", "share"]


def test_one_dock_is_open_at_a_time_and_the_layout_is_told(make_lab: LabMaker) -> None:
    toolbox = Browser(make_lab()).screen.panel.toolbox
    assert not shown(toolbox.dock)
    toolbox.buttons["inspector"].value = True
    assert shown(toolbox.dock)
    assert "rv-open" in toolbox.dock._dom_classes
    toolbox.buttons["perturb"].value = True
    assert toolbox.opened == {"perturb"}
    assert [shown(one) for one in toolbox.dock.children] == [False, True]
    toolbox.buttons["perturb"].value = False
    assert not shown(toolbox.dock)
    assert "rv-open" not in toolbox.dock._dom_classes


def test_a_pop_over_closes_another_and_leaves_the_dock(make_lab: LabMaker) -> None:
    toolbox = Browser(make_lab()).screen.panel.toolbox
    for name in ("inspector", "pictures", "share"):
        toolbox.buttons[name].value = True
    assert toolbox.opened == {"inspector", "share"}
    assert [shown(one) for one in toolbox.pops] == [False, True]


@pytest.mark.parametrize("name", ["inspector", "perturb", "pictures", "share"])
def test_what_opens_has_a_heading_that_says_what_it_is(make_lab: LabMaker, name: str) -> None:
    toolbox = Browser(make_lab()).screen.panel.toolbox
    toolbox.buttons[name].value = True
    heading = toolbox._boxes[name].children[0]
    assert (heading.tool, heading.close_words) == (name, "Close")
    assert len(heading.title) > 4
    assert f"rv-tool-{name}" in classes(toolbox._boxes[name])
