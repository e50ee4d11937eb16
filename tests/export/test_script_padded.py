"""The script of a task whose sequences are of unequal length prints the lab's own curve too."""

import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnviz.export.script import data, script, together
from rnnviz.export.script.text import CROSS_ENTROPY, CROSS_ENTROPY_EACH_STEP, SQUARED, TORCH
from rnnviz.training import Session
from tests.export.programs import Run
from tests.export.test_script import losses
from tests.training.examples import take
from tests.training.padded import PADDED, STEPS, EachLetter, FirstLetter, Sum

LETTERS = """
def draw_batch(generator):
    lengths = torch.randint(1, SEQ_LEN + 1, (BATCH_SIZE,), generator=generator, device=DEVICE)
    letters = torch.randint(1, 6, (BATCH_SIZE, SEQ_LEN), generator=generator, device=DEVICE)
    valid = torch.arange(SEQ_LEN, device=DEVICE) < lengths[:, None]
    return letters * valid, lengths.cpu(), TARGETS
"""
NUMBERS = """
def draw_batch(generator):
    lengths = torch.randint(1, SEQ_LEN + 1, (BATCH_SIZE,), generator=generator, device=DEVICE)
    numbers = torch.rand(BATCH_SIZE, SEQ_LEN, 2, generator=generator, dtype=torch.float32, device=DEVICE)
    numbers = numbers * (torch.arange(SEQ_LEN, device=DEVICE) < lengths[:, None])[..., None]
    return numbers, lengths.cpu(), numbers.sum((1, 2))[:, None] / 3
"""
DRAWN = {
    FirstLetter: [TORCH, LETTERS.replace("TARGETS", "(letters[:, 0] > 3).long()"), CROSS_ENTROPY],
    EachLetter: [
        TORCH,
        LETTERS.replace("TARGETS", "torch.where(valid, (letters > 3).long(), -100)"),
        CROSS_ENTROPY_EACH_STEP,
    ],
    Sum: [TORCH, NUMBERS, SQUARED],
}


@pytest.fixture(autouse=True)
def _written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("rnnviz.export.script.padded")
    module.blocks = lambda task: DRAWN[type(task)]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    table = {f"{kind.__module__}.{kind.__qualname__}": "padded" for kind in DRAWN}
    monkeypatch.setattr(data, "_WRITTEN_BY", table)


@pytest.mark.parametrize("task", PADDED)
@pytest.mark.parametrize(
    "settings",
    [
        {"cell": "lstm", "forget_bias": 1.0},
        {"cell": "gru", "bidirectional": True, "num_layers": 2, "init": "orthogonal"},
        {"cell": "rnn", "input_noise": 0.2, "schedule": "cosine"},
    ],
)
def test_a_script_prints_the_curve_of_its_session(task: Any, settings: Any, run: Run, tmp_path: Path) -> None:
    trained = Session(task(), hidden_size=5, batch_size=6, device="cpu", planned=8, **settings)
    program = script(trained.task, trained.settings, 8, 8)
    np.testing.assert_allclose(losses(run(program, tmp_path)), take(trained, 8), rtol=1e-6)
    assert max(map(len, program.splitlines())) <= 120


def test_the_script_of_several_models_packs_too(run: Run, tmp_path: Path) -> None:
    made = {
        cell: Session(FirstLetter(), cell=cell, hidden_size=5, batch_size=6, device="cpu") for cell in ("rnn", "gru")
    }
    told = run(together({label: (one.task, one.settings) for label, one in made.items()}, 5), tmp_path)
    for label, one in made.items():
        own = [line.removeprefix(f"{label} ") for line in told if line.startswith(label)]
        np.testing.assert_allclose(losses(own), take(one, 5), rtol=1e-6)


def test_what_the_model_is_called_with_is_told_by_the_task_s_batches() -> None:
    assert data.arguments(FirstLetter()) == ("inputs", "lengths")
    assert FirstLetter().held_out().inputs.shape[1] == STEPS
