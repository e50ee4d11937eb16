"""The clipping meter tells the norm that the optimiser was given, and how often that was less than the gradient's."""

import dataclasses

import numpy as np
import pytest

from rnnviz.training import Snapshot
from rnnviz.views import ClippingView
from tests.views.runs import begin, frames, notices, train

VIEW = ClippingView()
THRESHOLDS = (None, 1e-4, 0.05, 1e3)


def noted(steps: np.ndarray, norms: np.ndarray, clip: float) -> Snapshot:
    history = {"step": steps, "grad_norm": norms, "clip": np.full(len(steps), clip), "clipped": (norms > clip) * 1.0}
    return dataclasses.replace(frames("rnn")[0], history=history)


def test_after_is_the_norm_of_the_gradient_that_the_optimiser_used_also_when_the_threshold_moves() -> None:
    session = begin("gru")
    used = []
    for threshold in THRESHOLDS:
        session.settings = session.settings.replace(clip=threshold)
        for _ in range(2):
            snapshot = train(session, 1)
            used.append(sum(float(p.grad.double().square().sum()) for p in session.model.parameters()) ** 0.5)
    before, after, limit = VIEW.figure(snapshot).data
    np.testing.assert_allclose(after.y, used, rtol=1e-4)
    np.testing.assert_array_equal(before.y, session.history["grad_norm"])
    np.testing.assert_array_equal(limit.y, np.repeat([np.nan, 1e-4, 0.05, 1e3], 2))
    for line in (before, after, limit):
        np.testing.assert_array_equal(line.x, np.arange(1, 9))


def test_the_shares_are_those_of_all_steps_and_of_the_last_hundred() -> None:
    norms = np.array([2.0] * 150 + [0.5] * 25 + [3.0] * 25)
    figure = VIEW.figure(noted(np.arange(1, 201), norms, 1.0))
    assert "clipped: 87.5% of steps, 75.0% of the last 100" in notices(figure)
    assert "noted" not in notices(figure)


def test_a_thinned_history_says_on_how_many_steps_the_shares_rest() -> None:
    steps = np.arange(1, 4001, 8)
    figure = VIEW.figure(noted(steps, np.where(steps % 16 == 1, 2.0, 0.5), 1.0))
    words = "clipped: 50.0% of steps, {}% of the last 100<br>counted on 500 noted steps, {} of them recent"
    recent = steps[steps > steps[-1] - 100]
    assert words.format(f"{100 * np.mean(recent % 16 == 1):.1f}", len(recent)) in notices(figure)


def test_before_the_first_step_there_is_nothing_to_count() -> None:
    figure = VIEW.figure(frames("gru")[0])
    assert "no training step yet" in notices(figure)
    assert [len(line.y) for line in figure.data] == [0, 0, 0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
def test_a_norm_that_has_no_place_on_the_axis_leaves_a_gap(bad: float) -> None:
    before = VIEW.figure(noted(np.arange(1, 4), np.array([2.0, bad, 0.5]), 1.0)).data[0]
    np.testing.assert_array_equal(before.y, [2.0, np.nan, 0.5])


def test_a_history_without_thresholds_has_no_meter() -> None:
    snapshot = frames("rnn")[-1]
    watched = {name: snapshot.history[name] for name in ("step", "loss", "grad_norm")}
    assert VIEW.exists(snapshot)
    assert not VIEW.exists(dataclasses.replace(snapshot, history=watched))
