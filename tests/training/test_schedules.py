"""The learning rate over a run, beside torch's own schedulers."""

import itertools

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, LRScheduler, StepLR

from rnnviz.training import SCHEDULES, Session
from rnnviz.training.schedules import factor

TORCH = {
    "step": lambda optimizer: StepLR(optimizer, step_size=20, gamma=0.1),
    "cosine": lambda optimizer: CosineAnnealingLR(optimizer, T_max=60),
    "warmup": lambda optimizer: LinearLR(optimizer, start_factor=1 / 6, end_factor=1.0, total_iters=5),
}


def rates(make: object, steps: int) -> list[float]:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    scheduler: LRScheduler = make(optimizer)  # type: ignore[operator]
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


@pytest.mark.parametrize("name", TORCH)
def test_a_schedule_is_torch_s_own(name: str) -> None:
    ours = [0.5 * factor(name, step, 60) for step in range(60)]
    assert ours == pytest.approx(rates(TORCH[name], 60), rel=1e-6)


@pytest.mark.parametrize("name", SCHEDULES)
def test_past_the_planned_steps_the_rate_stays(name: str) -> None:
    assert factor(name, 60, 60) == factor(name, 10**6, 60)


@pytest.mark.parametrize("planned", [1, 2, 5])
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_very_short_run_has_a_rate_too(name: str, planned: int) -> None:
    assert all(0 <= factor(name, step, planned) <= 1 for step in range(8))


def test_the_history_says_the_rate_of_each_step_and_training_follows_it() -> None:
    session = Session("adding", seq_len=8, hidden_size=4, lr=0.1, schedule="step", planned=9, device="cpu")
    for _ in itertools.islice(session.steps(), 12):
        pass
    np.testing.assert_allclose(session.history["lr"], [0.1] * 3 + [0.01] * 3 + [0.001] * 6)
    assert session._training_run._optimizer.param_groups[0]["lr"] == pytest.approx(0.001)


def test_a_schedule_can_be_chosen_on_the_way() -> None:
    session = Session("adding", seq_len=8, hidden_size=4, lr=0.1, planned=10, device="cpu")
    steps = session.steps()
    for _ in itertools.islice(steps, 5):
        pass
    session.settings = session.settings.replace(schedule="cosine")
    next(steps)
    assert session.run == 0
    assert session.history["lr"][-1] == pytest.approx(0.05)
