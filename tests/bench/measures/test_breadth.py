"""How many files an act runs through, counted on acts whose files are known."""

import json
import re
import sys
from pathlib import Path

import pytest
import torch

from rnnviz import i18n
from rnnviz.bench import main
from rnnviz.bench.instruments.report import Table
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


@pytest.fixture(scope="module")
def counted() -> list[Table]:
    """Return the table, twice."""
    return [next(breadth.tables(torch.device("cpu"))) for _ in range(2)]


def _recorded() -> list[int]:
    """Return the files of each act as MEASURED.md has them."""
    page = Path(__file__).parents[3].joinpath(".github", "MEASURED.md").read_text(encoding="utf-8")
    section = page.partition("\n## Files that one act runs through\n")[2].partition("\n## ")[0]
    return [int(files) for files in re.findall(r"^\| [^|]*\w[^|]* \| (\d+) \|", section, re.MULTILINE)]


def test_the_table_has_the_three_acts_and_the_same_figures_every_time(counted: list[Table]) -> None:
    first, second = counted
    assert [row[0] for row in first.rows] == ["next(Session.steps())", "one slider move", "lab.snapshot()"]
    assert first.rows == second.rows


def test_no_act_runs_through_more_files_than_is_recorded(counted: list[Table]) -> None:
    rows, limits = counted[0].rows, _recorded()
    assert len(limits) == len(rows)
    assert [(act, most) for (act, files, _), most in zip(rows, limits, strict=True) if not 0 < files <= most] == []


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["breadth", "--json", "--device", "cpu"]) == 0
    (table,) = json.loads(capsys.readouterr().out)["tables"]
    assert [row["act"] for row in table["rows"]] == ["next(Session.steps())", "one slider move", "lab.snapshot()"]
