"""A new model can be undone: the run before is there again, to the last bit, and trains on as if never left."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.training import LockstepSessions, Runner, Session
from tests.training.examples import WAIT, changed, take

SMALL = {"seq_len": 8, "hidden_size": 4, "batch_size": 4, "device": "cpu"}


def small(task: str = "adding", **settings: Any) -> Session:
    return Session(task, **{**SMALL, **settings})


class Dropping(nn.Module):
    """An LSTM whose dropout draws from torch's own generator."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.lstm, self.drop, self.out = nn.LSTM(2, width, batch_first=True), nn.Dropout(0.5), nn.Linear(width, 1)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.out(self.drop(self.lstm(inputs)[0][:, -1]))


@pytest.mark.parametrize(
    "change",
    [{"hidden_size": 6}, {"cell": "gru"}, {"seq_len": 12}, {"num_layers": 2}, {"seed": 3}, {"bidirectional": True}],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_on_after_undo_is_training_without_the_change(change: dict[str, Any], optimizer: str) -> None:
    session, twin = small(optimizer=optimizer, input_noise=0.1), small(optimizer=optimizer, input_noise=0.1)
    for one in (session, twin):
        take(one, 7)
    changed(session, **change, lr=0.1)
    take(session, 5)
    session.undo()
    assert (session.step, session.settings) == (7, twin.settings)
    np.testing.assert_array_equal(take(session, 9), take(twin, 9))
    for mine, other in zip(session.model.parameters(), twin.model.parameters(), strict=True):
        assert torch.equal(mine, other)
    np.testing.assert_array_equal(session.snapshot().layer.hidden, twin.snapshot().layer.hidden)


def test_a_model_that_draws_from_the_process_draws_again_what_it_would_have_drawn() -> None:
    def run(*, changes: bool) -> np.ndarray:
        torch.manual_seed(0)
        session = Session("adding", model=lambda task, settings: Dropping(settings.hidden_size), **SMALL)
        take(session, 4)
        if changes:
            changed(session, hidden_size=6)
            take(session, 3)
            session.undo()
        return take(session, 6)

    np.testing.assert_array_equal(run(changes=True), run(changes=False))


def test_who_begins_anew_with_the_same_settings_means_it_and_keeps_nothing() -> None:
    session = small()
    take(session, 5)
    session.rebuild()
    assert session.former is None


def test_a_new_model_ordered_with_other_settings_can_be_undone() -> None:
    runner = Runner(small(), on_frame=lambda frame: None)
    runner.train(5)
    runner.reset(wait=True, settings=runner.session.settings.replace(lr=0.1))
    assert (runner.session.step, runner.session.settings.lr) == (0, 0.1)
    runner.undo(wait=True)
    assert (runner.session.step, runner.session.settings.lr) == (5, 0.005)


def test_moves_of_a_model_that_was_never_trained_lead_back_to_the_trained_one() -> None:
    session = small()
    take(session, 5)
    for units in (6, 7, 8):
        changed(session, hidden_size=units)
    session.undo()
    assert (session.step, session.settings.hidden_size) == (5, 4)


def test_the_run_that_is_back_has_a_number_of_its_own() -> None:
    session = small()
    take(session, 5)
    changed(session, hidden_size=6)
    assert session.undo() == 0
    assert session.run == 2


def test_what_was_compared_with_before_the_change_is_so_again() -> None:
    session = small(forget_bias=0.0)
    session.snapshot()
    changed(session, forget_bias=2.0)
    take(session, 3)
    changed(session, hidden_size=6)
    session.undo()
    assert session.snapshot().before.words == "before: forget bias 0"


def test_only_the_last_change_can_be_undone_and_only_once() -> None:
    session = small()
    with pytest.raises(RuntimeError, match="there is nothing to undo: no new model"):
        session.undo()
    take(session, 1)
    changed(session, hidden_size=6)
    session.undo()
    with pytest.raises(RuntimeError, match="there is nothing to undo"):
        session.undo()


def test_a_live_change_leaves_nothing_to_undo() -> None:
    session = small()
    take(session, 1)
    changed(session, lr=0.1)
    assert session.former is None


def test_a_comparison_goes_back_with_all_its_models() -> None:
    def pair() -> LockstepSessions:
        return LockstepSessions({cell: small(cell=cell) for cell in ("rnn", "gru")})

    session, twin = pair(), pair()
    for one in (session, twin):
        steps = one.steps()
        for _ in range(4):
            next(steps)
    session.settings = session.settings.replace(hidden_size=6)
    session.adopt()
    assert session.step == 0
    assert session.undo() == 0
    for one in (session, twin):
        next(one.steps())
    for label in ("rnn", "gru"):
        np.testing.assert_array_equal(session.histories[label]["loss"], twin.histories[label]["loss"])


def test_undo_pauses_a_run_that_plays_and_brings_its_moments_back() -> None:
    frames: list[Any] = []
    runner = Runner(small(), on_frame=frames.append)
    for _ in range(3):
        runner.train(4)
    steps = runner.recording.steps()
    runner.apply(runner.session.settings.replace(hidden_size=6), wait=True)
    runner.train(2)
    runner.play()
    runner.undo(wait=True)
    assert (runner.state.phase, runner.state.step) == ("paused", 12)
    assert runner.state.message == "Undone: back at step 12."
    assert runner.recording.steps() == steps
    assert {one.run for one in runner.recording.snapshots()} == {2}
    assert (frames[-1].step, frames[-1].run) == (12, 2)
    assert runner.join(WAIT)


def test_a_runner_with_nothing_to_undo_says_so_and_goes_on() -> None:
    runner = Runner(small(), on_frame=lambda frame: None)
    with pytest.raises(RuntimeError, match="nothing to undo"):
        runner.undo(wait=True)
    runner.train(1)
