"""Saliency of the network that each task comes with, on the sequences that a lab shows."""

from typing import Any

import numpy as np
import pytest
import torch

import rnnviz as rv
from rnnviz.tasks import KNOWN, make
from rnnviz.training import Session


def answered_first(output: Any) -> torch.Tensor:
    """Return the largest score of the first answer: where one sequence is written for another, None fits none."""
    return output[:, 0].amax(-1)


@pytest.mark.parametrize("name", KNOWN)
def test_every_tasks_own_network_says_which_steps_moved_its_answer(name: str) -> None:
    if name in rv.data.ARCHIVES:
        rv.data.get(name)  # asks nobody where it is here
    session = Session(make(name), device="cpu", hidden_size=4, seed=0)
    batch = session.task.probe(3)
    before = {key: value.clone() for key, value in session.model.state_dict().items()}
    found = rv.saliency(session.model, *batch.arguments, target=None if len(batch.arguments) < 3 else answered_first)
    steps = batch.inputs.shape[1]
    lengths = torch.full((len(batch),), steps) if batch.lengths is None else batch.lengths
    past = np.arange(steps) >= lengths.numpy()[:, None]
    assert (np.isnan(found.occlusion) == past).all()
    assert (np.isnan(found.gradient_times_input) == past).all()
    assert np.abs(found.occlusion[~past]).max() > 0
    torch.testing.assert_close(session.model.state_dict(), before, rtol=0, atol=0)
