"""The models for long memories train in a lab as models of one's own, and its pictures show their states."""

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rnnviz.models import ClockworkRNN, SelfAttention, SkipRNN
from rnnviz.training import Session, Settings

STEPS = 24
MADE = {
    "skip": lambda task, units: SkipRNN(task.input_size, units, task.output_size, skip=5, each_step=task.each_step),
    "clockwork": lambda task, units: ClockworkRNN(
        task.input_size, units, task.output_size, periods=(1, 2, 4), each_step=task.each_step
    ),
    "attention": lambda task, units: SelfAttention(
        task.input_size, units, task.output_size, positions=task.seq_len, each_step=task.each_step
    ),
}
TASKS = ["adding", "temporal-order", "copy-memory"]


def session(task: str, name: str, **changes: Any) -> Session:
    def model(asked: Any, settings: Settings) -> nn.Module:
        return MADE[name](asked, settings.hidden_size)

    return Session(task, model=model, device="cpu", seq_len=STEPS, batch_size=8, hidden_size=6, **changes)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", MADE)
def test_a_snapshot_shows_the_states_that_the_model_goes_through(name: str, task: str) -> None:
    trained = session(task, name)
    for _ in itertools.islice(trained.steps(), 3):
        pass
    snapshot, kept = trained.snapshot(), []

    def keep(_: nn.Module, __: object, result: Any) -> None:
        kept.append(result if isinstance(result, Tensor) else result[0])

    handle = trained.model.get_submodule(snapshot.module).register_forward_hook(keep)
    trained.model(trained.task.probe(len(snapshot.inputs)).inputs)
    handle.remove()
    np.testing.assert_allclose(snapshot.layer.hidden[0, 0], kept[0].detach().numpy(), rtol=0, atol=1e-6)
    assert snapshot.horizon is not None
    assert snapshot.horizon.norms.shape[-1] == STEPS


@pytest.mark.parametrize("name", MADE)
def test_looking_on_leaves_the_curve_as_it_is_bit_for_bit(name: str) -> None:
    def curve(*, looks: bool) -> Any:
        one = session("adding", name)
        for _ in itertools.islice(one.steps(), 4):
            if looks:
                one.snapshot()
        return one.history["loss"]

    np.testing.assert_array_equal(curve(looks=True), curve(looks=False))


def test_attention_hears_of_every_timestep_before_it_has_learnt_anything() -> None:
    norms = session("temporal-order", "attention").snapshot().horizon.norms[-1, 0, 0]
    assert norms.min() >= 0.1 * norms.max()


def test_units_are_a_setting_like_any_other() -> None:
    one = session("adding", "skip")
    one.settings = one.settings.replace(hidden_size=9)
    next(one.steps())
    assert one.snapshot().layer.hidden.shape[-1] == 9
    assert torch.is_tensor(one.model.recurrent.weight_skip)
