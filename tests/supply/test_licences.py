"""Whatever is installed with the package may be given on with it: each licence is read, and a new kind is a failure."""

from email.message import Message

import pytest

from tests.supply.closure import brought, wishes
from tests.supply.licences import FREE, objections, stated


def test_everything_that_comes_with_the_chapters_and_the_demo_has_a_licence_that_lets_it() -> None:
    found = {name: objections(name, one.metadata) for name, one in brought(wishes("chapters", "demo")).items()}
    assert len(found) > 100
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_what_a_trace_needs_comes_under_licences_without_any_condition_on_changes() -> None:
    found = {name: stated(one.metadata) for name, one in brought(wishes()).items() if not name.startswith("nvidia-")}
    assert {name for name, told in found.items() if not told <= FREE and not name.startswith("cuda-")} == set()


def _says(**told: str) -> Message:
    message = Message()
    for name, value in told.items():
        message[name.replace("_", "-")] = value
    return message


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        (_says(License_Expression="MIT"), []),
        (_says(License_Expression="MIT AND BSD-3-Clause"), []),
        (_says(License_Expression="GPL-3.0-only OR MIT"), []),
        (_says(License_Expression="Apache-2.0 WITH LLVM-exception"), []),
        (_says(License_Expression="MIT AND GPL-2.0-or-later"), ["GPL-2.0-or-later"]),
        (_says(License_Expression="AGPL-3.0-only"), ["AGPL-3.0-only"]),
        (_says(License_Expression="LGPL-2.1-or-later"), ["LGPL-2.1-or-later"]),
        (_says(License_Expression="MPL-2.0"), ["MPL-2.0"]),
        (_says(Classifier="License :: OSI Approved :: MIT License"), []),
        (
            _says(Classifier="License :: OSI Approved :: GNU General Public License v3 (GPLv3)"),
            ["unknown: GNU General Public License v3 (GPLv3)"],
        ),
        (_says(License="BSD"), []),
        (_says(License="Copyright of somebody"), ["unknown: copyright of somebody"]),
        (_says(), ["unknown: nothing is said"]),
    ],
)
def test_a_licence_that_asks_for_more_and_one_that_nobody_has_read_are_told(told: Message, wrong: list[str]) -> None:
    assert objections("somebody-s", told) == wrong


def test_one_that_binds_its_own_files_is_let_in_by_name_alone() -> None:
    told = _says(License_Expression="MPL-2.0")
    assert objections("certifi", told) == []
    assert objections("certify", told) == ["MPL-2.0"]
