"""A comparison in a lab: a strip a model with its exact numbers, one gradient picture, scores beside chance."""

import dataclasses
import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest

from rnnviz.training.comparison.comparison_snapshot import ComparisonSnapshot
from rnnviz.training.comparison.entries import lockstep_of
from rnnviz.views import COMPARED, Focus
from rnnviz.views.canvas import Canvas
from rnnviz.views.comparison.scores import first_ahead
from tests.views.runs import scored

CELLS = ("rnn", "gru", "lstm")


@cache
def moment(steps: int = 3, *models: Any, task: str = "temporal-order") -> ComparisonSnapshot:
    entries = [dict(one) for one in models] or list(CELLS)
    common = {} if models else {"seq_len": 20, "hidden_size": 5, "seed": 0}
    lockstep = lockstep_of(entries, task, device="cpu", planned=None, **common)
    for _ in itertools.islice(lockstep.steps(), steps):
        pass
    return lockstep.snapshot()


def drawn(name: str, snapshot: ComparisonSnapshot, focus: Focus | None = None) -> Any:
    form = COMPARED[name].score
    assert form is not None
    return Canvas(form, snapshot, focus or Focus()).filled(snapshot, focus or Focus())


def test_each_models_strip_has_its_states_and_the_exact_row_of_the_unit_in_focus() -> None:
    snapshot = moment()
    figure = drawn("hidden", snapshot, Focus(sample=2, unit=3))
    panels = figure.layout.meta["panels"]
    assert [(one["name"], one["glyph"], one["tone"]) for one in panels] == [
        ("RNN", "●", "m1"),
        ("GRU", "◆", "m2"),
        ("LSTM", "■", "m3"),
    ]
    for place, one in enumerate(snapshot.models.values()):
        states = one.layer.hidden[0, 0, 2]
        np.testing.assert_allclose(figure.data[place].z, states.T, atol=1 / 254)
        np.testing.assert_array_equal(figure.layout.meta["rows"][place], states[:, 3].astype(np.float32))
        size = sum(weight.size for weight in one.weights.values())
        assert panels[place]["aside"].startswith(f"{size} weights")
    assert [one["bar"] is None for one in panels] == [False, True, True]
    assert panels[0]["bar"]["span"] == 3


def test_models_of_different_sizes_share_the_longest_axis_and_the_last_unit_there_is() -> None:
    short = (("cell", "lstm"), ("seq_len", 10), ("hidden_size", 4))
    long = (("cell", "gru"), ("seq_len", 24), ("hidden_size", 9))
    snapshot = moment(1, short, long)
    figure = drawn("hidden", snapshot, Focus(unit=8))
    assert tuple(figure.layout.xaxis.range) == (-0.5, 23.5)
    first, second = snapshot.models.values()
    np.testing.assert_array_equal(figure.layout.meta["rows"][0], first.layer.hidden[0, 0, 0, :, 3].astype(np.float32))
    np.testing.assert_array_equal(figure.layout.meta["rows"][1], second.layer.hidden[0, 0, 0, :, 8].astype(np.float32))
    for name in ("gradients", "gates", "scores", "curves"):
        assert drawn(name, snapshot).data


def test_the_gradient_picture_has_a_line_a_model_over_one_range() -> None:
    snapshot = moment()
    figure = drawn("gradients", snapshot)
    for line, one in zip(figure.data, snapshot.models.values(), strict=True):
        gradient = one.layer.grad_hidden[0, 0].astype(np.float64)
        norm = np.sqrt((gradient**2).sum(axis=(0, 2)))
        visible = np.log10(norm) >= figure.layout.yaxis.range[0]
        np.testing.assert_allclose(np.asarray(line.y)[visible], norm[visible], rtol=1e-6)
    words = " ".join(note.text for note in figure.layout.annotations)
    assert all(name in words for name in ("RNN", "GRU", "LSTM"))


def test_every_gate_of_every_model_that_has_some_has_a_strip() -> None:
    names = [one["name"] for one in drawn("gates", moment()).layout.meta["panels"]]
    assert [name.split(" · ")[0] for name in names] == ["GRU"] * 3 + ["LSTM"] * 4


@pytest.mark.parametrize(
    ("scores", "bold"),
    [((0.25, 0.27, 0.24), [False, False, False]), ((0.26, 1.0, 0.2), [False, True, False])],
)
def test_only_a_score_better_than_guessing_is_bold_and_has_a_flag(scores: tuple[float, ...], bold: list[bool]) -> None:
    snapshot = scored(moment(), *scores)
    figure = drawn("scores", snapshot)
    assert [note.text.startswith("<b>") for note in figure.layout.annotations[:3]] == bold
    for line, score in zip(figure.data[1:], scores, strict=True):
        assert tuple(line.x) == (0.0, score)
    assert tuple(figure.data[0].x) == (0.25, 0.25)


def test_the_flag_tells_the_first_step_that_beat_the_rule() -> None:
    one = dataclasses.replace(
        moment().models["gru"],
        validation=0.9,
        scores={"step": np.array([0.0, 40.0, 80.0, 120.0]), "metric": np.array([0.25, 0.28, 0.6, 0.9])},
    )
    assert first_ahead(one) == 80
    assert first_ahead(dataclasses.replace(one, validation=0.26)) is None


def test_an_error_is_drawn_on_an_axis_that_shows_the_rule() -> None:
    snapshot = moment(2, (("cell", "rnn"),), (("cell", "gru"),), task="adding")
    figure = drawn("scores", snapshot)
    rule = min(snapshot.baselines.values())
    assert figure.layout.xaxis.range[1] > rule
    assert tuple(figure.data[0].x) == pytest.approx((rule, rule))


def test_the_losses_are_those_of_each_run_named_at_their_ends() -> None:
    snapshot = moment(12)
    figure = drawn("curves", snapshot)
    for line, one in zip(figure.data, snapshot.models.values(), strict=True):
        np.testing.assert_array_equal(line.x, one.history["step"])
        assert line.y[0] == pytest.approx(one.history["loss"][0])
    assert [
        note.text.count(name) for note, name in zip(figure.layout.annotations[:3], ("RNN", "GRU", "LSTM"), strict=True)
    ] == [1, 1, 1]
