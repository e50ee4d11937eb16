"""The pop-over that chooses the pictures: in groups by where they stand, each picture once."""

import pytest

from rnnviz.views import VIEWS
from tests.lab.browser import Browser, LabMaker

pytestmark = pytest.mark.timeout(120)


def groups(lab) -> dict[str, list[str]]:
    """The labels of the boxes to tick under each title."""
    toolbox = Browser(lab).screen.panel.toolbox
    return {
        group.children[0].value: [tick.description for tick in group.children[1:]]
        for group in toolbox.tool("pictures").widget.children
    }


def test_pictures_stand_in_groups_by_their_place(make_lab: LabMaker) -> None:
    found = groups(make_lab())
    assert list(found) == ["Over the time axis", "Beside it", "Below"]
    assert {"hidden state", "gates"} <= set(found["Over the time axis"])
    assert "curves" in found["Beside it"]
    assert "clipping" in found["Below"]
    assert sum(map(len, found.values())) == len(VIEWS)


def test_where_nothing_stands_there_is_no_group(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab._console.views = {"curves": VIEWS["curves"]}
    assert list(groups(lab)) == ["Beside it"]
