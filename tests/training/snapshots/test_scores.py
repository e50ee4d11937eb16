"""Held-out scores along a run: asked by counting steps, the same in every repetition, and without a say in training."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz.insights import insights
from rnnviz.insights.score import overfitting
from rnnviz.lab import Lab, compare
from rnnviz.training import Runner, Session
from rnnviz.training.snapshots.scores import Scores
from rnnviz.views import VIEWS
from tests.insights.runs import Memorise, Right
from tests.lab.browser import Browser, LabMaker
from tests.lab.conftest import make_lab  # noqa: F401
from tests.training.examples import WAIT, Echo, take

SIZES = {"hidden_size": 4, "batch_size": 64, "device": "cpu"}


def lab(**changes: object) -> Lab:
    return Lab(Echo(), **{**SIZES, **changes})


def test_a_score_is_what_the_held_out_part_says_at_that_step() -> None:
    one, other = lab(), lab()
    one.train(30)
    scores = one.snapshot().scores
    np.testing.assert_array_equal(scores["step"], [0, 10, 20, 30])
    assert scores["metric"][0] == other.evaluate()["model"]
    for step in (1, 2, 3):
        other.train(10)
        assert scores["metric"][step] == other.evaluate()["model"]


def test_the_scores_of_a_run_do_not_depend_on_how_it_is_cut_or_whether_it_is_watched(make_lab: LabMaker) -> None:  # noqa: F811
    whole, cut, watched = lab(), lab(), make_lab(Echo(), **SIZES)
    Browser(watched)
    whole.train(65)
    for steps in (1, 7, 57):
        cut.train(steps)
    watched.train(65)
    for other in (cut, watched):
        for name, column in whole.snapshot().scores.items():
            np.testing.assert_array_equal(other.snapshot().scores[name], column)


def test_keeping_score_leaves_the_curve_as_it_was_bit_for_bit() -> None:
    session, plain = (Session("adding", seq_len=10, input_noise=0.1, **SIZES) for _ in range(2))
    runner = Runner(session, on_frame=lambda frame: None)
    runner.watched = False
    runner.train(60)
    runner.stop()
    assert runner.join(WAIT)
    np.testing.assert_array_equal(session.history["loss"], take(plain, 60))


def test_a_new_model_has_scores_of_its_own() -> None:
    one = lab()
    one.train(30)
    one.set(hidden_size=5)
    one.train(12)
    np.testing.assert_array_equal(one.snapshot().scores["step"], [0, 10, 12])


def test_an_earlier_moment_ends_with_its_own_score() -> None:
    one = lab(steps=64)
    one.train(40)
    early = one._console.moment(15)
    assert early.step == 15
    steps = early.scores["step"].tolist()  # on a slow machine there may be one more between them
    assert {0, 10} <= set(steps)
    assert steps[-1] == 15
    assert early.scores["metric"][-1] == early.validation


def test_scores_stay_few_in_a_long_run() -> None:
    scores = Scores(held_out=1)
    for step in range(100_000):
        if scores.due(step, batch_size=32):
            scores.note(step, 0.5)
    columns = scores.columns()
    assert 100 < len(columns["step"]) <= 257
    assert not columns["metric"].flags.writeable


@pytest.mark.parametrize(("held_out", "batch_size", "every"), [(512, 64, 134), (2048, 8, 4267), (4, 512, 10)])
def test_the_more_a_score_costs_the_seldomer_it_is_asked(held_out: int, batch_size: int, every: int) -> None:
    """Two sequences in a hundred, where one that is trained on counts as three."""
    scores = Scores(held_out)
    scores.note(10_000, 0.0)
    assert [scores.due(10_000 + every - 1, batch_size), scores.due(10_000 + every, batch_size)] == [False, True]


def test_the_curves_draw_the_scores_as_dots_of_their_own_with_a_name() -> None:
    one = lab()
    one.train(25)
    line, scores = one.figure("curves").data[5], one.snapshot().scores
    np.testing.assert_array_equal(line.x, scores["step"])
    np.testing.assert_array_equal(line.y, scores["metric"])
    assert (line.name, line.yaxis, line.mode) == ("held-out MSE", "y2", "lines+markers")
    assert line.hovertemplate == "training step %{x}<br>held-out MSE %{y:.4g}<extra></extra>"


def test_before_the_first_step_there_is_no_dot() -> None:
    assert len(VIEWS["curves"].figure(lab().snapshot()).data[5].x) == 0


def test_a_comparison_draws_every_models_scores_in_its_colour() -> None:
    comparison = compare(["rnn", "gru"], task=Echo(), **SIZES)
    comparison.train(25)
    figure, snapshot = comparison.figure("curves"), comparison.snapshot()
    for line, (label, one), loss in zip(figure.data[8:10], snapshot.models.items(), figure.data[0:8:4], strict=True):
        np.testing.assert_array_equal(line.x, [0, 10, 20, 25])
        np.testing.assert_array_equal(line.y, one.scores["metric"])
        assert (line.name, line.line.color) == (label, loss.line.color)
        assert "held-out MSE" in line.hovertemplate
    comparison.close()


def test_a_held_out_score_that_has_turned_is_overfitting_and_says_since_when() -> None:
    one = Lab(Memorise(examples=12), lr=2e-2, hidden_size=16, batch_size=64, device="cpu")
    one.train(400)
    snapshot = one.snapshot()
    scores = snapshot.scores
    best = scores["metric"].argmin()
    found = overfitting(snapshot)
    assert found is not None
    assert found.numbers["step"] == scores["step"][best]
    assert found.numbers["held_out"] == scores["metric"][-1] == snapshot.validation
    assert f"best at step {scores['step'][best]:,.0f} with {scores['metric'][best]:.3g} and is" in found.words
    assert "overfitting" in [insight.rule for insight in insights(snapshot)]


@pytest.mark.parametrize(
    ("held_out", "words"),
    [
        ([0.5, 0.7, 0.62, 0.55], "Held-out accuracy was best at step 100 with 0.700 and is 0.550 now"),
        ([0.5, 0.7, 0.66, 0.65], None),  # not clearly worse
        ([0.5, 0.52, 0.7, 0.55], None),  # one worse score may be chance
        ([0.5, 0.6, 0.65, 0.7], None),
    ],
)
def test_of_a_share_of_right_answers_the_highest_is_the_best(held_out: list[float], words: str | None) -> None:
    session = Session(Right(examples=300), device="cpu", hidden_size=4)
    take(session, 300)
    snapshot = session.snapshot()
    history = {**snapshot.history, "metric": np.linspace(0.5, 0.7, 300)}
    scores = {"step": np.array([0.0, 100.0, 200.0, 300.0]), "metric": np.array(held_out)}
    found = overfitting(replace(snapshot, history=history, scores=scores, validation=0.69))
    assert (found and found.words.partition(",")[0]) == words


def test_a_run_whose_held_out_score_wavers_about_its_best_does_not_overfit() -> None:
    one = Lab("adding", seq_len=10, hidden_size=16, lr=1e-2, batch_size=64, device="cpu", seed=0)
    one.train(800)
    assert len(one.snapshot().scores["step"]) > 5
    assert overfitting(one.snapshot()) is None
