"""How many files an act runs through, counted on acts whose files are known."""

import json
import sys

import pytest
import torch

from rnnviz import i18n
from rnnviz.bench import main
from rnnviz.bench.measures import breadth
from rnnviz.checks import flag, optional, whole


def test_an_act_is_counted_with_every_function_it_calls_and_none_that_it_does_not() -> None:
    check = optional(whole(1))

    def act() -> None:
        flag("link", True)
        check("steps", 3)
        i18n.t("lab.pause")

    found = breadth.files_of(act)
    assert found["checks.py"] == {"flag", "optional.<locals>.<lambda>", "whole.<locals>.check", "_single"}
    assert set(found) == {"checks.py", "i18n/__init__.py"}


def test_an_act_that_fails_leaves_no_profile_behind() -> None:
    before = sys.getprofile()
    with pytest.raises(TypeError, match="link must be True or False"):
        breadth.files_of(lambda: flag("link", 3))
    assert sys.getprofile() is before


def test_the_table_has_the_three_acts_and_the_same_figures_every_time() -> None:
    (first,), (second,) = (list(breadth.tables(torch.device("cpu"))) for _ in range(2))
    assert [row[0] for row in first.rows] == ["next(Session.steps())", "one slider move", "lab.snapshot()"]
    assert first.rows == second.rows
    step, slider, snapshot = (row[1] for row in first.rows)
    assert isinstance(step, int)
    assert isinstance(slider, int)
    assert isinstance(snapshot, int)
    assert 0 < slider < step < snapshot


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["breadth", "--json", "--device", "cpu"]) == 0
    (table,) = json.loads(capsys.readouterr().out)["tables"]
    assert [row["act"] for row in table["rows"]] == ["next(Session.steps())", "one slider move", "lab.snapshot()"]
