"""What is noted of each parameter is what one gets by taking the weights before and after a step oneself."""

import itertools

import numpy as np
import pytest
import torch

from rnnviz.training import Session
from rnnviz.training.parameter_norms import EVERY, ParameterNorms

SMALL = {"seq_len": 10, "hidden_size": 4, "batch_size": 4, "device": "cpu"}


def by_hand(steps: int, noted: list[int]) -> dict[str, list[list[float]]]:
    """Train beside it, and take the weights before and after each step that is noted."""
    session = Session("adding", **SMALL)
    found: dict[str, list[list[float]]] = {"weights": [], "updates": []}
    for step in range(1, steps + 1):
        before = [one.detach().double().clone() for one in session.model.parameters()]
        next(iter(session.steps()))
        if step in noted:
            after = [one.detach().double() for one in session.model.parameters()]
            found["weights"].append([float(one.norm()) for one in after])
            moved = [(float((b - a).norm()), float(a.norm())) for a, b in zip(before, after, strict=True)]
            found["updates"].append([one / was for one, was in moved])
    return found


def test_weights_and_updates_are_those_before_and_after_each_step_that_is_noted() -> None:
    session = Session("adding", **SMALL)
    for _ in itertools.islice(session.steps(), 2 * EVERY + 3):
        pass
    norms = session.snapshot().norms
    assert norms is not None
    assert norms.steps.tolist() == [1, EVERY, 2 * EVERY]
    assert norms.names == tuple(name for name, _ in session.model.named_parameters())
    expected = by_hand(2 * EVERY + 3, [1, EVERY, 2 * EVERY])
    np.testing.assert_allclose(norms.weights, expected["weights"], rtol=1e-5)
    np.testing.assert_allclose(norms.updates, expected["updates"], rtol=1e-3)
    rows = [int(step) - 1 for step in norms.steps]
    curves = session.history.parameter_norms
    np.testing.assert_array_equal(norms.gradients, np.stack([curves[name][rows] for name in norms.names], 1))


def test_before_the_first_step_there_is_nothing_to_tell() -> None:
    norms = Session("adding", **SMALL).snapshot().norms
    assert norms is not None
    assert norms.updates.shape == (0, len(norms.names))


def test_a_long_run_keeps_its_first_look_and_ever_sparser_later_ones() -> None:
    weight = torch.ones(3)
    norms = ParameterNorms(["w"], [weight])
    for step in range(1, 20 * 1024 + 1):
        norms.note(step, torch.tensor([float(step)]), norms.before(step - 1))
    steps = norms.read().steps
    assert steps[0] == 1
    assert len(steps) <= 512
    assert steps[-1] > 20 * 1000
    np.testing.assert_array_equal(norms.read().gradients[:, 0], steps)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_parameter_that_cannot_be_trained_is_seen_to_stay_where_it_is(optimizer: str) -> None:
    session = Session("adding", **SMALL, optimizer=optimizer)
    frozen = next(iter(session.model.parameters()))
    frozen.requires_grad_(False)
    for _ in itertools.islice(session.steps(), 2):
        pass
    norms = session.snapshot().norms
    assert norms is not None
    assert norms.updates[0, 0] == 0.0
    assert norms.gradients[0, 0] == 0.0
    assert (norms.updates[0, 1:] > 0).all()
