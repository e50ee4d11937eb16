"""What is kept along a run: evenly spaced, bounded, the newest always there."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.trace import trace
from rnnviz.training import Recording, Runner, Session
from rnnviz.training.snapshots.taking import gradient_curves
from rnnviz.training.snapshots.thinned import Thinned


@given(st.lists(st.integers(1, 9), min_size=1, max_size=300), st.integers(2, 12))
def test_the_first_and_the_newest_are_kept_and_nothing_is_crowded(gaps: list[int], capacity: int) -> None:
    kept: Thinned[int] = Thinned(capacity)
    steps = [0, *itertools.accumulate(gaps)]
    for step in steps:
        kept.offer(step, step)
    found = kept.steps()
    assert (found[0], found[-1]) == (0, steps[-1])
    assert len(found) <= capacity + 1
    assert all(later - earlier >= kept.stride for earlier, later in itertools.pairwise(found[:-1]))
    assert [thing for _, thing in kept.items()] == found


def test_what_weighs_too_much_is_thinned_like_what_is_too_many() -> None:
    kept: Thinned[int] = Thinned(1000, budget=50, weigh=lambda thing: 10)
    for step in range(64):
        kept.offer(step, step)
    assert len(kept) <= 6
    assert kept.steps()[-1] == 63


def test_the_later_of_two_things_at_one_step_counts() -> None:
    kept: Thinned[str] = Thinned(4)
    kept.offer(3, "first")
    kept.offer(3, "second")
    assert kept.items() == [(3, "second")]


def small(**changes: object) -> Session:
    return Session("adding", **{"seq_len": 8, "hidden_size": 4, "batch_size": 4, "device": "cpu", **changes})


def test_a_run_that_nobody_watches_is_on_the_tape_from_its_first_step() -> None:
    runner = Runner(small(), on_frame=lambda snapshot: None, goal=64)
    runner.watched = False
    runner.train(40)
    assert runner.recording.steps() == list(range(41))


def test_putting_a_run_on_tape_changes_no_bit_of_it() -> None:
    def curve(goal: int) -> list[float]:
        runner = Runner(small(), on_frame=lambda snapshot: None, goal=goal)
        runner.watched = False
        runner.train(30)
        return runner.session.history["loss"].tolist()

    assert curve(64) == curve(10**6)


def test_a_new_model_begins_a_new_tape() -> None:
    runner = Runner(small(), on_frame=lambda snapshot: None)
    runner.train(5)
    runner.reset(wait=True)
    assert runner.recording.steps() == [0]


def test_the_nearest_snapshot_is_found() -> None:
    recording, session = Recording(100), small()
    recording.offer(session.snapshot())
    for _ in itertools.islice(session.steps(), 10):
        pass
    recording.offer(session.snapshot())
    assert [getattr(recording.at(step), "step", None) for step in (0, 4, 6, 99)] == [0, 0, 10, 10]


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_horizon_holds_the_gradient_norm_of_every_moment(bidirectional: bool) -> None:
    session = small(cell="gru", bidirectional=bidirectional)
    expected = []
    for _ in range(3):
        snapshot = session.snapshot()
        expected.append(np.sqrt((snapshot.layer.grad_hidden.astype(np.float64) ** 2).sum(axis=(2, 4))))
        next(session.steps())
    assert snapshot.horizon is not None
    assert snapshot.horizon.steps.tolist() == [0, 1, 2]
    np.testing.assert_allclose(snapshot.horizon.norms, np.stack(expected), rtol=1e-12)


def test_a_snapshot_carries_inputs_answers_and_weights_that_give_its_states() -> None:
    session = small(cell="lstm")
    snapshot = session.snapshot()
    again = trace(session.model, session.task.probe(8).inputs)
    np.testing.assert_array_equal(snapshot.layer.hidden, again.layers["recurrent"].hidden)
    np.testing.assert_array_equal(snapshot.outputs, again.output)
    np.testing.assert_array_equal(snapshot.inputs, session.task.probe(8).inputs.numpy())
    np.testing.assert_array_equal(snapshot.targets, session.task.probe(8).targets.numpy())
    named = dict(session.model.named_parameters())
    assert {name: value.shape for name, value in snapshot.weights.items()} == {
        n: tuple(v.shape) for n, v in named.items()
    }
    next(session.steps())
    assert not np.array_equal(snapshot.weights["head.weight"], named["head.weight"].detach().numpy())
    assert gradient_curves(snapshot.layer)[0].shape == snapshot.horizon.norms.shape[1:]
