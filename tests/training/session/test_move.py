"""A run goes on on another device with all that it has; where the generators are of one kind, to the last bit."""

from typing import Any

import numpy as np
import pytest
import torch

from rnnviz.training import Runner, Session
from tests.training.examples import WAIT, take

CPU = torch.device("cpu")


def small(**settings: Any) -> Session:
    return Session("sunspots", **{"seq_len": 12, "hidden_size": 4, "batch_size": 4, "device": "cpu", **settings})


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("steps", [0, 7])
def test_a_run_that_moved_trains_on_as_one_that_did_not(optimizer: str, steps: int) -> None:
    session, twin = small(optimizer=optimizer), small(optimizer=optimizer)
    for one in (session, twin):
        take(one, steps)
        one.snapshot()
    session._start(session._training_run.to(CPU))
    np.testing.assert_array_equal(take(session, 25), take(twin, 25))
    assert session.run == 0
    mine, other = session.snapshot(), twin.snapshot()
    np.testing.assert_array_equal(mine.layer.hidden, other.layer.hidden)
    np.testing.assert_array_equal(mine.horizon.steps, other.horizon.steps)
    assert mine.validation == other.validation
    np.testing.assert_array_equal(session._training_run.norms.read().updates, twin._training_run.norms.read().updates)


def test_what_moves_on_leaves_what_it_came_from_as_it_was() -> None:
    session, twin = small(), small()
    for one in (session, twin):
        take(one, 5)
    stays = session._training_run
    session._start(stays.to(CPU))
    take(session, 5)
    session._start(stays)
    np.testing.assert_array_equal(take(session, 5), take(twin, 5))


def test_a_device_that_does_not_exist_changes_nothing() -> None:
    session = small()
    with pytest.raises(ValueError, match=r"device 'cuda:9' does not exist here; .* `rnnviz doctor` tells"):
        session.move("cuda:9")
    with pytest.raises(TypeError, match="device must be 'auto' or the name of a device, got 5"):
        session.move(5)
    assert (session.device, session.asked_device) == (CPU, CPU)


def test_a_runner_that_moved_makes_a_frame() -> None:
    frames: list[Any] = []
    runner = Runner(small(), on_frame=frames.append)
    runner.train(3)
    runner.move("cpu", wait=True)
    assert frames[-1].step == 3
    assert runner.join(WAIT)
