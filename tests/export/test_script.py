"""The script of a lab is plain PyTorch, and prints the lab's own curve."""

import ast
import re
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rnnviz.export.script import script
from rnnviz.tasks import Dates, Digits, Sunspots
from rnnviz.training import Session, Settings
from tests.defaults import default_device, default_dtype
from tests.export.programs import Run, printed
from tests.export.sizes import PLANNED, SMALL, STEPS
from tests.training.examples import Echo, take

SETTINGS: dict[str, dict[str, Any]] = {
    "adding, as suggested": {"task": "adding"},
    "temporal order, as suggested": {"task": "temporal-order"},
    "sunspots, as suggested, with input noise": {"task": "sunspots"},
    "plain RNN": {"task": "adding", "cell": "rnn", "seed": 3},
    "ReLU RNN, identity, unclipped": {"cell": "rnn", "nonlinearity": "relu", "init": "identity", "clip": None},
    "GRU, Xavier, AdamW": {"cell": "gru", "init": "xavier", "optimizer": "adamw"},
    "two layers both ways, orthogonal": {"num_layers": 2, "bidirectional": True, "init": "orthogonal"},
    "GRU both ways, spectral radius": {"cell": "gru", "bidirectional": True, "rho": 1.1},
    "LSTM, all that shapes its memory": {"init": "orthogonal", "rho": 0.9, "forget_bias": 1.5, "num_layers": 2},
    "GRU, forget bias, gradient descent": {"cell": "gru", "forget_bias": 2.0, "optimizer": "sgd", "lr": 0.1},
    "RNN, which has no forget bias": {"cell": "rnn", "forget_bias": 2.0, "init": "xavier", "input_noise": 0.3},
    "temporal order, two layers": {"task": "temporal-order", "num_layers": 2, "clip": 0.05, "init": "identity"},
    "python tokens, as suggested": {"task": "python-tokens"},
    "python tokens, RNN one way, Xavier": {
        "task": "python-tokens",
        "cell": "rnn",
        "bidirectional": False,
        "init": "xavier",
    },
    "copy memory, as suggested": {"task": "copy-memory", "seq_len": 30},
    "digits by rows, as suggested": {"task": "digits", "seq_len": 8},
    "digits by pixels, RNN": {"task": Digits("pixels"), "seq_len": 64, "cell": "rnn"},
    "digits shuffled, GRU": {"task": Digits("shuffled"), "seq_len": 64, "cell": "gru"},
    "rate along a cosine": {"cell": "rnn", "schedule": "cosine"},
    "sunspots, rate along a cosine": {"task": "sunspots", "cell": "gru", "schedule": "cosine"},
    "rate in steps": {"cell": "gru", "schedule": "step"},
    "rate that warms up": {"cell": "rnn", "schedule": "warmup", "optimizer": "sgd", "lr": 0.1},
    "sunspots, GRU without noise": {"task": "sunspots", "cell": "gru", "input_noise": 0.0, "forget_bias": 1.0},
}


def session(task: Any = "adding", **changes: Any) -> Session:
    return Session(task, device="cpu", planned=PLANNED, **{**SMALL, **changes})


def losses(told: list[str]) -> np.ndarray:
    """Return the losses that a program has printed."""
    lines = [re.fullmatch(r"step (\d+) loss (\S+)", line) for line in told]
    assert [int(line[1]) for line in lines if line] == list(range(1, len(lines) + 1))
    return np.array([np.float32(line[2]) for line in lines if line], np.float64)


@pytest.mark.parametrize("changes", SETTINGS.values(), ids=list(SETTINGS))
def test_a_script_prints_the_curve_of_its_session(changes: dict[str, Any], run: Run, tmp_path: Path) -> None:
    trained = session(**changes)
    curve = losses(run(script(trained.task, trained.settings, STEPS, PLANNED), tmp_path))
    assert len(curve) == STEPS
    np.testing.assert_allclose(curve, take(trained, STEPS), rtol=1e-6)


def test_the_months_ahead_of_a_sunspot_task_are_kept(tmp_path: Path) -> None:
    trained = session(Sunspots(horizon=30))
    curve = losses(printed(script(trained.task, trained.settings, 20), tmp_path))
    np.testing.assert_allclose(curve, take(trained, 20), rtol=1e-6)


@pytest.mark.parametrize(
    "around", [partial(default_dtype, torch.float64), partial(default_device, "meta")], ids=["float64", "meta"]
)
@pytest.mark.parametrize("changes", SETTINGS.values(), ids=list(SETTINGS))
def test_a_script_is_the_lab_s_curve_whatever_torch_s_defaults_are(
    changes: dict[str, Any], around: Callable[[], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    made = session(**changes)
    program = script(made.task, made.settings, 4)
    exec(program, {})
    expected = capsys.readouterr().out
    with around():
        before = torch.get_default_dtype()
        exec(program, {})
        assert torch.get_default_dtype() == before
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("changes", SETTINGS.values(), ids=list(SETTINGS))
def test_a_script_is_short_and_needs_no_rnnviz(changes: dict[str, Any]) -> None:
    made = session(**changes)
    program = script(made.task, made.settings, 10)
    lines = program.splitlines()
    assert len(lines) <= 110
    assert max(map(len, lines)) <= 120
    ast.parse(program)
    assert "rnnviz" not in program.partition("import")[2]


OTHER: dict[str, Any] = {
    "lr": 0.02,
    "schedule": "step",
    "clip": 0.5,
    "batch_size": 7,
    "optimizer": "sgd",
    "input_noise": 0.1,
    "teacher_forcing": 0.5,
    "rho": 0.9,
    "forget_bias": 1.0,
    "cell": "gru",
    "hidden_size": 9,
    "num_layers": 2,
    "bidirectional": True,
    "seq_len": 15,
    "init": "xavier",
    "nonlinearity": "relu",
    "seed": 4,
}


@pytest.mark.parametrize("name", [one.name for one in fields(Settings)])
def test_no_setting_is_left_out_of_a_script(name: str) -> None:
    first: dict[str, Any] = {"cell": "rnn"} if name == "nonlinearity" else {}
    first |= {"task": Dates(pairs=100), "seq_len": None} if name == "teacher_forcing" else {}
    plain, other = session(**first), session(**first, **{name: OTHER[name]})
    assert script(plain.task, plain.settings, 10) != script(other.task, other.settings, 10)


def test_a_script_names_only_numbers_that_it_uses() -> None:
    for changes in SETTINGS.values():
        made = session(**changes)
        program = script(made.task, made.settings, 10)
        for name in re.findall(r"^([A-Z_]+) = ", program, re.MULTILINE):
            assert program.count(name) > 1, name


def test_a_script_says_how_long_it_trains() -> None:
    made = session()
    assert "\nSTEPS = 123\n" in script(made.task, made.settings, 123)
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        script(made.task, made.settings, 0)


def test_a_task_of_one_s_own_is_refused_with_those_that_can_be_written_down() -> None:
    made = Session(Echo(), device="cpu")
    with pytest.raises(ValueError, match=r"code\(\) knows the built-in tasks \(sunspots, adding, temporal-order, "):
        script(made.task, made.settings, 10)


def test_a_task_that_only_derives_from_a_built_in_one_is_refused_too() -> None:
    class Later(Sunspots):
        name = "later"

    made = session(Later())
    with pytest.raises(ValueError, match="cannot write down how 'later' draws its data"):
        script(made.task, made.settings, 10)


def test_a_script_shows_as_its_lines() -> None:
    made = session()
    program = script(made.task, made.settings, 10)
    assert repr(program) == str(program)
