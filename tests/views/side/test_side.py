"""The narrow column's pictures show the run's own numbers, in the words of the page."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from rnnviz.training import Session, Snapshot
from rnnviz.views import VIEWS, WATCHED, Focus
from rnnviz.views.canvas import Canvas
from rnnviz.views.side.bars import MOST, Classes
from rnnviz.views.side.run_loss import smoothed
from tests.views.runs import begin, sunspots, train


def drawn(name: str, snapshot: Snapshot, focus: Focus | None = None):
    form = VIEWS[name].score
    assert form is not None
    assert form.place == "side"
    assert form.name == name
    return Canvas(form, snapshot, focus or Focus()).filled(snapshot, focus or Focus())


def by_name(figure, name: str):
    return next(trace for trace in figure.data if trace.name == name)


def test_the_norm_after_clipping_is_the_smaller_of_norm_and_threshold() -> None:
    session = begin("lstm", clip=0.05)
    snapshot = train(session, 12)
    figure, history = drawn("curves", snapshot), snapshot.history
    assert (history["grad_norm"] > 0.05).any()
    np.testing.assert_array_equal(by_name(figure, "before").y, history["grad_norm"])
    np.testing.assert_array_equal(by_name(figure, "after").y, np.minimum(history["grad_norm"], 0.05))
    assert set(by_name(figure, "clip threshold").y) == {0.05}
    panels = figure.layout.meta["panels"]
    assert panels[2]["now"] == f"{history['grad_norm'][-1]:#.3g} → 0.0500"
    assert figure.layout.annotations[2].text == "clip at 0.0500"


def test_without_clipping_there_is_one_norm_and_no_line() -> None:
    figure = drawn("curves", train(begin("gru", clip=None), 4))
    assert np.isnan(by_name(figure, "clip threshold").y).all()
    assert figure.layout.annotations[2].text == ""
    assert "→" not in figure.layout.meta["panels"][2]["now"]


def test_before_the_first_step_each_panel_says_what_will_stand_there() -> None:
    snapshot = begin("lstm").snapshot()
    layout = drawn("curves", snapshot).layout
    loss, score, norm = layout.meta["panels"]
    assert all(panel["empty"] and not panel["now"] for panel in (loss, norm))
    assert not layout.yaxis.showticklabels
    assert not layout.yaxis3.showticklabels
    # how good it is untrained is known, and stands beside the best simple rule
    assert (score["empty"], score["now"]) == ("", f"{snapshot.validation:#.3g}")


def test_where_nothing_is_drawn_on_a_logarithm_lines_are_few() -> None:
    for name in ("curves", "norms"):
        form = VIEWS[name].score or VIEWS[name]
        snapshot = begin("lstm").snapshot()
        figure = Canvas(form, snapshot, Focus()).filled(snapshot, Focus())
        axes = [axis for axis in figure.select_yaxes() if axis.type == "log"]
        assert axes
        assert all(axis.dtick == 3 and not axis.showticklabels for axis in axes)


def test_once_there_are_steps_no_panel_says_that_it_is_empty() -> None:
    panels = drawn("curves", train(begin("lstm"), 2)).layout.meta["panels"]
    assert not any(panel["empty"] for panel in panels)


@pytest.mark.parametrize("log", [False, True])
def test_the_smooth_loss_is_the_weighted_mean_of_the_steps_before(log: bool) -> None:
    values = np.random.default_rng(0).uniform(0.1, 2.0, 30)
    taken = np.log(values) if log else values
    expected = [
        sum(0.8**back * taken[at - back] for back in range(at + 1)) / sum(0.8**back for back in range(at + 1))
        for at in range(30)
    ]
    np.testing.assert_allclose(smoothed(values, log=log), np.exp(expected) if log else expected, rtol=1e-3)


def test_a_loss_below_zero_is_drawn_on_a_plain_axis() -> None:
    snapshot = train(begin("rnn"), 6)
    history = {**snapshot.history, "loss": snapshot.history["loss"] - 5.0}
    figure = drawn("curves", dataclasses.replace(snapshot, history=history))
    assert figure.layout.yaxis.type == "linear"
    np.testing.assert_array_equal(by_name(figure, "loss").y, history["loss"])


def test_a_change_of_settings_is_marked_where_it_took_effect() -> None:
    session = begin("lstm")
    train(session, 5)
    session.settings = session.settings.replace(forget_bias=3.0)
    figure = drawn("curves", train(session, 2))
    mark = figure.layout.shapes[0]
    assert mark.visible
    assert mark.x0 == mark.x1 == 5
    assert figure.layout.annotations[0].text.endswith("→ 3")


def test_of_several_settings_the_first_is_told_with_what_it_was_and_is() -> None:
    session = begin("lstm", lr=0.003, clip=1.0)
    train(session, 5)
    session.settings = session.settings.replace(lr=1.0, clip=None)
    assert drawn("curves", train(session, 2)).layout.annotations[0].text == "learning rate 0.003 → 1"


def test_powers_of_ten_are_raised_where_numbers_have_run_away() -> None:
    snapshot = train(begin("lstm"), 4)
    history = {**snapshot.history, "loss": np.array([1.0, 1e9, 1e27, 1e28])}
    assert drawn("curves", dataclasses.replace(snapshot, history=history)).layout.yaxis.tickformat == ""
    assert drawn("curves", snapshot).layout.yaxis.tickformat == "~g"


def test_shares_of_right_answers_have_room_around_guessing() -> None:
    snapshot = Session("temporal-order", seq_len=20, hidden_size=4, device="cpu").snapshot()
    found = drawn("curves", snapshot).layout.yaxis2.autorangeoptions.include
    assert found == pytest.approx((0.19, 0.31))


def test_the_words_of_a_change_stay_in_a_narrow_picture() -> None:
    session = begin("lstm")
    train(session, 5)
    session.settings = session.settings.replace(forget_bias=3.0)
    snapshot = train(session, 4)
    for view in ("loss", "curves"):
        patches = {
            one.key: one.value for one in VIEWS[view].score.patches(snapshot, Focus(), (150, 172)) if one.trace is None
        }
        end = patches["annotations[0].x"] / patches["xaxis.range"][1] * 150 + patches["annotations[0].xshift"]
        assert patches["annotations[0].xanchor"] == "right"
        assert end - 6.4 * len(patches["annotations[0].text"]) >= -1e-9
        assert patches["annotations[0].xshift"] > 0


def test_the_forecast_its_truth_and_its_error_are_the_snapshot_s() -> None:
    snapshot = sunspots()
    figure, shown = drawn("prediction", snapshot), snapshot.prediction
    assert shown is not None
    np.testing.assert_array_equal(by_name(figure, "truth").y, shown.truth)
    np.testing.assert_array_equal(by_name(figure, "forecast").y, shown.forecast)
    panel = figure.layout.meta["panels"][0]
    assert math.isclose(float(panel["big"]), snapshot.validation, rel_tol=5e-3)
    assert f"{min(snapshot.baselines.values()):.1f}" in panel["bigwords"]


def test_the_stretch_that_is_read_is_that_of_the_sequence_in_focus() -> None:
    snapshot = sunspots()
    for sample in (0, 3):
        read = drawn("prediction", snapshot, Focus(sample=sample)).layout.shapes[0]
        start, step = snapshot.spans[sample]
        assert (read.x0, read.x1) == pytest.approx((start, start + step * (snapshot.layer.hidden.shape[3] - 1)))


def test_the_bars_of_an_answer_are_the_softmax_of_what_the_model_says() -> None:
    session = Session("temporal-order", seq_len=20, hidden_size=4, device="cpu")
    snapshot = session.snapshot()
    for sample in (0, 5):
        figure = drawn("answer", snapshot, Focus(sample=sample))
        expected = torch.tensor(snapshot.outputs[sample]).double().softmax(-1).numpy()
        np.testing.assert_allclose(figure.data[1].x, expected, atol=1e-12)
        right = int(snapshot.targets[sample])
        colours = figure.data[1].marker.color
        assert [one for one in range(4) if colours[one] != colours[(right + 1) % 4]] == [right]
        assert figure.layout.yaxis.ticktext[right].startswith("<b>")
        # the shares in words end where the axis does, level with the pictures below
        assert set(figure.data[2].x) == {figure.layout.xaxis.range[1]}
        assert (figure.data[2].textposition, figure.layout.margin.r) == ("middle left", 0)


def test_of_an_answer_at_each_step_the_step_in_focus_is_shown() -> None:
    snapshot = Session("python-tokens", hidden_size=4, device="cpu").snapshot()
    figure = drawn("answer", snapshot, Focus(sample=1, time=7))
    likeliest = torch.tensor(snapshot.outputs[1, 7]).double().softmax(-1).max().item()
    assert max(figure.data[1].x) == pytest.approx(likeliest)
    assert figure.layout.meta["panels"][0]["aside"] == "at t = 7"


def test_of_many_classes_the_likeliest_are_drawn_and_the_right_one_always() -> None:
    logits = np.arange(20.0)
    many = Classes(tuple(map(str, range(20))), logits, 3)
    assert len(many.kept) == MOST
    assert many.kept[-1] == 3
    assert many.kept[0] == 19
    assert len(Classes(many.names, logits, -1).kept) == MOST


def test_a_watched_loop_s_curves_are_its_own_and_a_loss_below_zero_is_no_trouble() -> None:
    form = WATCHED["curves"].score
    assert form is not None
    snapshot = train(begin("gru"), 8)
    for loss in (snapshot.history["loss"], snapshot.history["loss"] - 3.0):
        state = dataclasses.replace(snapshot, history={**snapshot.history, "loss": loss})
        figure = Canvas(form, state, Focus()).filled(state, Focus())
        np.testing.assert_array_equal(figure.data[0].y, loss)
        np.testing.assert_array_equal(figure.data[2].y, snapshot.history["grad_norm"])
        assert (figure.layout.yaxis.type == "log") == bool((loss > 0).all() and loss.max() >= 2 * loss.min())


def test_an_answer_that_is_a_number_stands_beside_the_right_one() -> None:
    snapshot = train(begin("lstm"), 3)
    figure = drawn("answer", snapshot, Focus(sample=2))
    right, answers = snapshot.targets[:, 0], snapshot.outputs[:, 0]
    np.testing.assert_array_equal(figure.data[1].x, right)
    low, high = figure.layout.yaxis.range
    np.testing.assert_allclose(figure.data[1].y, np.clip(answers, low, high), rtol=1e-6)
    assert tuple(figure.data[2].x) == (right[2],)
    panel = figure.layout.meta["panels"][0]
    assert float(panel["big"].replace("−", "-")) == pytest.approx(float(answers[2]), rel=6e-3)
    assert f"{float(right[2]):#.3g}" in panel["bigwords"]


def test_a_forecast_is_not_told_twice() -> None:
    assert not VIEWS["answer"].exists(sunspots())


def test_the_learning_rate_is_the_one_of_each_step() -> None:
    session = begin("lstm", lr=0.01)
    train(session, 3)
    session.settings = session.settings.replace(lr=0.1)
    snapshot = train(session, 2)
    figure = drawn("rate", snapshot)
    np.testing.assert_allclose(figure.data[0].y, [0.01] * 3 + [0.1] * 2)
    np.testing.assert_allclose(VIEWS["rate"].figure(snapshot).data[0].y, figure.data[0].y)
    assert figure.layout.meta["panels"][0]["now"] == "0.100"


def test_the_loss_alone_is_the_loss_of_every_step_in_both_forms() -> None:
    snapshot = train(begin("rnn"), 7)
    for figure, first in ((drawn("loss", snapshot), 1), (VIEWS["loss"].figure(snapshot), 0)):
        np.testing.assert_array_equal(figure.data[first].y, snapshot.history["loss"])
        np.testing.assert_array_equal(figure.data[first].x, snapshot.history["step"])
