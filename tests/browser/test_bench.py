"""The bench of the screen, run once: every picture is counted, and the seconds of opening add up."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.processes import ROOT

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    words = [sys.executable, "-m", "rnnviz", "bench", "screen", "--quick", "--json"]
    answer = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT)
    return {table["name"]: table["rows"] for table in json.loads(answer.stdout)["tables"]}


def test_every_picture_of_a_playing_lab_is_counted_and_so_are_its_peers(tables: dict[str, Any]) -> None:
    found = {row["what"]: row["measured"] for row in tables["screen"]}
    for name in ("hidden", "gates", "gradients", "curves"):
        assert found[f"pictures a second: {name}"] > 0
    assert found["the same as FigureWidgets"] > 0
    assert found["knob to picture, paused, ms"]["median"] > 0
    assert 100 < found["height of the lab at 1280 × 800, px"] < 5000
    assert found["knobs at first sight"] > 0


def test_the_seconds_from_the_cell_to_the_pictures_add_up(tables: dict[str, Any]) -> None:
    *stages, first, last = [row["s"]["median"] for row in tables["screen-opening"]]
    assert min(stages) >= 0
    assert sum(stages) == pytest.approx(last)
    assert sum(stages[:-1]) == pytest.approx(first)
