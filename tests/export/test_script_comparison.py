"""The script of a comparison is plain PyTorch too, and prints the curve of each of its models."""

import ast
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnviz.export.script import script, together
from rnnviz.training import LockstepSessions, Session
from rnnviz.training.comparison.entries import lockstep_of
from tests.export.programs import Run
from tests.export.sizes import PLANNED, SMALL, STEPS
from tests.training.examples import Echo, take

RACES: dict[str, tuple[str, list[Any], dict[str, Any]]] = {
    "three cells": ("adding", ["rnn", "gru", "lstm"], {}),
    "forget biases of one cell": ("adding", [{"forget_bias": 0.0}, {"forget_bias": 2.0}], {"cell": "gru"}),
    "cells, of which one has a forget bias": ("adding", ["rnn", "lstm"], {"forget_bias": 1.0, "init": "orthogonal"}),
    "rates and clipping": ("temporal-order", [{"lr": 0.1}, {"lr": 0.01, "clip": None}, {"clip": 0.05}], {}),
    "schedules": ("sunspots", [{"schedule": "cosine"}, {"schedule": "constant"}, {"schedule": "step"}], {}),
    "sequence lengths": ("sunspots", [{"seq_len": 12}, {"seq_len": 20}], {"hidden_size": 5}),
    "seeds and batches": ("adding", [{"seed": 1}, {"batch_size": 3}], {"cell": "rnn"}),
    "noise and directions": ("python-tokens", [{"input_noise": 0.0}, {"bidirectional": False}], {}),
    "optimisers": ("adding", [{"optimizer": name} for name in ("sgd", "adam", "adamw")], {"rho": 1.1}),
}


def lockstep(task: Any, models: list[Any], common: dict[str, Any]) -> LockstepSessions:
    varied = {name for one in models if isinstance(one, dict) for name in one}
    small = {name: value for name, value in SMALL.items() if name not in varied}
    return lockstep_of(models, task, device="cpu", planned=PLANNED, **{**small, **common})


def program_of(made: LockstepSessions, steps: int = STEPS) -> str:
    return together({label: (one.task, one.settings) for label, one in made.sessions.items()}, steps, PLANNED)


def losses(told: list[str]) -> dict[str, list[float]]:
    """Return each model's losses that a program has printed, and see that the models take turns."""
    curves: dict[str, list[float]] = {}
    for line in told:
        label, step, loss = re.fullmatch(r"(.+) step (\d+) loss (\S+)", line).groups()
        curves.setdefault(label, []).append(float(np.float32(loss)))
        assert len(curves[label]) == int(step)
    return curves


@pytest.mark.parametrize("asked", RACES.values(), ids=list(RACES))
def test_the_script_prints_the_curve_of_every_model_bit_for_bit(asked: Any, run: Run, tmp_path: Path) -> None:
    made = lockstep(*asked)
    curves = losses(run(program_of(made), tmp_path))
    assert list(curves) == list(made.sessions)
    for label, one in made.sessions.items():
        np.testing.assert_array_equal(np.float32(curves[label]), np.float32(take(one, STEPS)))


@pytest.mark.parametrize("asked", RACES.values(), ids=list(RACES))
def test_the_script_is_short_and_needs_no_rnnviz(asked: Any) -> None:
    program = program_of(lockstep(*asked))
    lines = program.splitlines()
    assert len(lines) <= 170
    assert max(map(len, lines)) <= 120
    ast.parse(program)
    assert "rnnviz" not in program.partition("import")[2]


@pytest.mark.parametrize("asked", RACES.values(), ids=list(RACES))
def test_what_all_models_share_is_written_once(asked: Any) -> None:
    program = program_of(lockstep(*asked))
    for block in re.findall(r"^def .*?(?=^\S)", program, re.MULTILINE | re.DOTALL):
        assert program.count(block) == 1
    for name, value in re.findall(r"^([A-Z_]+) = (.*)", program, re.MULTILINE):
        assert not re.search(rf"^ +{name} = ", program, re.MULTILINE), name
        assert program.count(name) > 1, (name, value)


def test_what_differs_stands_in_the_function_of_its_model() -> None:
    program = program_of(lockstep("adding", [{"lr": 0.1}, {"lr": 0.01}], {}))
    first, second = re.findall(r"^def train_lr_0_\d+\(\):.*?(?=^\S)", program, re.MULTILINE | re.DOTALL)
    assert "    LEARNING_RATE = 0.1\n" in first
    assert "    LEARNING_RATE = 0.01\n" in second
    assert "class Model" not in first + second


def test_the_head_says_whether_all_see_the_same_batches() -> None:
    same, other = (
        program_of(lockstep("adding", models, {})) for models in (["rnn", "gru"], [{"seed": 0}, {"seed": 1}])
    )
    assert "on the same batches" in same.splitlines()[0]
    assert "same batches" not in other.splitlines()[0]


def test_labels_that_make_one_name_are_numbered() -> None:
    made = [Session("adding", device="cpu", lr=lr, **SMALL) for lr in (0.1, 0.2)]
    models = {label: (one.task, one.settings) for label, one in zip(["a b", "a=b"], made, strict=True)}
    assert re.findall(r"^def (train\w+)", together(models, 3), re.MULTILINE) == ["train_1", "train_2"]


def test_how_long_it_trains_is_checked() -> None:
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        program_of(lockstep(*RACES["three cells"]), 0)


def test_a_task_of_one_s_own_is_refused() -> None:
    made = LockstepSessions({cell: Session(Echo(), cell=cell, device="cpu") for cell in ("rnn", "gru")})
    with pytest.raises(ValueError, match=r"code\(\) knows the built-in tasks"):
        program_of(made)


def test_a_single_model_has_the_numbers_of_its_own_script() -> None:
    made = lockstep(*RACES["three cells"])
    one = made.sessions["gru"]
    constants = re.findall(r"^ *([A-Z_]+ = .*)", script(one.task, one.settings, STEPS), re.MULTILINE)
    assert set(constants) <= set(re.findall(r"^ *([A-Z_]+ = .*)", program_of(made), re.MULTILINE))
