"""A translator's script is its lab in plain PyTorch: bit for bit, without rnnviz, and as readable."""

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnviz.export.script import script, together
from rnnviz.tasks import Dates, Interface, Task, from_pairs
from rnnviz.training import Session
from tests.export.programs import printed
from tests.export.test_script import losses
from tests.training.examples import take

SMALL = {"hidden_size": 6, "batch_size": 4, "device": "cpu"}
MIXED = [("one two", "1 2"), ("three", "3"), ("👩‍👧 é", "4"), ('it\'s "five"', "5\\"), ("שלום", "6")]
CASES: dict[str, tuple[Task, dict[str, Any]]] = {
    "dates": (Dates(pairs=100), {}),
    "without attention, two layers": (Dates(pairs=100, attention=None), {"num_layers": 2}),
    "general, one way, GRU": (Dates(pairs=100, attention="general", seed=5), {"cell": "gru", "bidirectional": False}),
    "additive, reversed, RNN": (
        Dates(pairs=100, attention="additive", reverse_source=True),
        {"cell": "rnn", "nonlinearity": "relu", "clip": None},
    ),
    "own words": (Dates(pairs=100), {"teacher_forcing": 0.5, "forget_bias": 1.0}),
    "own words, additive": (Dates(pairs=100, attention="additive"), {"teacher_forcing": 0.0, "cell": "gru"}),
    "interface": (Interface(), {"schedule": "cosine"}),
    "own pairs": (from_pairs(MIXED), {"seed": 3}),
    "own words and marks": (from_pairs(MIXED, level="word", attention=None), {"optimizer": "sgd"}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_script_prints_the_curve_of_its_session(case: str, tmp_path: Path) -> None:
    task, changes = CASES[case]
    trained = Session(task, planned=20, **{**SMALL, **changes})
    program = script(trained.task, trained.settings, 4, 20)
    curve = losses(printed(program, tmp_path))
    np.testing.assert_array_equal(curve, take(trained, 4))


@pytest.mark.parametrize("case", CASES)
def test_a_script_can_be_read_and_needs_no_rnnviz(case: str) -> None:
    task, changes = CASES[case]
    made = Session(task, **{**SMALL, **changes})
    program = script(made.task, made.settings, 10)
    lines = program.splitlines()
    assert len(lines) <= 220
    assert max(map(len, lines)) <= 120
    ast.parse(program)
    assert "rnnviz" not in program.partition("import")[2]


def test_a_script_of_several_translators_prints_each_curve(tmp_path: Path) -> None:
    made = {
        name: Session(Dates(pairs=100), **{**SMALL, "teacher_forcing": ratio})
        for name, ratio in (("true", 1.0), ("own", 0.5))
    }
    told = printed(together({name: (one.task, one.settings) for name, one in made.items()}, 3), tmp_path)
    for name, one in made.items():
        curve = losses([line.removeprefix(f"{name} ") for line in told if line.startswith(name)])
        np.testing.assert_array_equal(curve, take(one, 3))
