"""A change of the settings leaves what was there before, and changes no number of the training."""

from typing import Any

import numpy as np
import pytest

from rnnviz.training import Session
from rnnviz.training.session.changes import Changes
from tests.clock import Clock
from tests.training.examples import changed, take


def small(**settings: Any) -> Session:
    return Session("adding", seq_len=8, hidden_size=4, batch_size=4, device="cpu", **settings)


@pytest.fixture
def timed() -> tuple[Session, Clock]:
    session, clock = small(forget_bias=0.0), Clock()
    session._changes = Changes(clock)
    session.snapshot()
    return session, clock


def test_a_live_change_leaves_the_gradient_the_gates_and_the_name_of_what_was_moved() -> None:
    session = small(forget_bias=0.0)
    take(session, 3)
    seen = session.snapshot()
    changed(session, forget_bias=4.0)
    before = session.snapshot().before
    assert before is not None
    assert (before.name, before.was, before.words, before.at) == ("forget_bias", 0.0, "before: forget bias 0", 3)
    expected = np.sqrt(np.square(seen.layer.grad_hidden.astype(float)).sum(axis=(2, 4)))
    np.testing.assert_allclose(before.gradient, expected)
    np.testing.assert_allclose(before.gates["f"], seen.layer.gates["f"].mean(axis=(2, 3, 4)), rtol=1e-6)
    assert before.loss is before.step is None


def test_a_structural_change_leaves_the_curve_that_it_has_ended() -> None:
    session = small()
    losses = take(session, 5)
    session.snapshot()
    changed(session, hidden_size=6)
    before = session.snapshot().before
    assert before is not None
    assert (before.was, before.words, before.at) == (4, "before: hidden size 4", 0)
    np.testing.assert_array_equal(before.loss, losses)
    np.testing.assert_array_equal(before.step, [1, 2, 3, 4, 5])


def test_a_forecast_is_left_on_the_axis_of_the_prediction() -> None:
    session = Session("sunspots", seq_len=12, hidden_size=4, batch_size=4, device="cpu")
    take(session, 2)
    seen = session.snapshot()
    changed(session, lr=0.1)
    before = session.snapshot().before
    assert before is not None
    assert before.forecast is seen.prediction.forecast


def test_what_was_seen_steps_ago_is_looked_at_anew_when_a_knob_moves() -> None:
    session = small()
    session.snapshot()
    take(session, 4)
    twin = small()
    take(twin, 4)
    changed(session, lr=0.1)
    before = session.snapshot().before
    assert before is not None
    np.testing.assert_array_equal(before.gradient, twin.snapshot().horizon.norms[-1])


def test_a_drag_is_one_change(timed: tuple[Session, Clock]) -> None:
    session, clock = timed
    for bias in (1.0, 2.0, 4.0):
        take(session, 1)
        clock.now += 0.3
        changed(session, forget_bias=bias)
    assert session.snapshot().before.was == 0.0


def test_a_knob_that_is_moved_again_later_is_another_change(timed: tuple[Session, Clock]) -> None:
    session, clock = timed
    changed(session, forget_bias=4.0)
    take(session, 1)
    clock.now += 30
    changed(session, forget_bias=1.0)
    assert session.snapshot().before.was == 4.0


def test_moves_of_a_run_that_stands_still_are_one_change(timed: tuple[Session, Clock]) -> None:
    session, clock = timed
    for bias in (1.0, 4.0):
        clock.now += 30
        changed(session, forget_bias=bias)
    assert session.snapshot().before.was == 0.0


def test_another_knob_is_another_change(timed: tuple[Session, Clock]) -> None:
    session, _ = timed
    changed(session, forget_bias=4.0)
    changed(session, lr=0.1)
    before = session.snapshot().before
    assert (before.name, before.words) == ("lr", "before: learning rate 0.005")


def test_settings_that_change_together_are_named_together() -> None:
    session = small(forget_bias=-1.0)
    session.snapshot()
    changed(session, forget_bias=1.0, clip=None)
    before = session.snapshot().before
    assert before.words == "before: clip at 1, forget bias −1"
    assert dict(before.changed) == {"clip": 1.0, "forget_bias": -1.0}
    changed(session, lr=0.1, batch_size=8, rho=0.9)
    assert session.snapshot().before.words == "before: 3 settings"


def test_a_run_begun_anew_with_the_same_settings_is_no_change() -> None:
    session = small()
    session.snapshot()
    session.rebuild()
    assert session.snapshot().before is None


def test_settings_that_were_refused_leave_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    session = small()
    session.snapshot()
    monkeypatch.setattr(session._training_run, "adjust", lambda settings: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        changed(session, lr=0.1)
    assert session.snapshot().before is None


def test_a_model_that_cannot_be_looked_at_does_not_bar_the_change_that_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = small()
    seen = session.snapshot()
    take(session, 1)
    monkeypatch.setattr(session._training_run.taker, "_trace", lambda model: 1 / 0)
    changed(session, hidden_size=3)
    np.testing.assert_array_equal(session.snapshot().before.gradient, seen.horizon.norms[-1])


def test_nothing_is_looked_at_where_nobody_has_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    session = small()
    monkeypatch.setattr(session, "frame", lambda **_: 1 / 0)
    changed(session, lr=0.1)
    assert session._changes.before is None


def test_a_run_whose_changes_are_watched_has_the_numbers_of_one_whose_are_not() -> None:
    watched, alone = small(forget_bias=0.0), small(forget_bias=0.0)
    watched.snapshot()
    for session in (watched, alone):
        take(session, 3)
        changed(session, forget_bias=2.0, lr=0.02)
        take(session, 3)
        changed(session, hidden_size=5)
    np.testing.assert_array_equal(take(watched, 4), take(alone, 4))


def test_a_bias_that_nobody_had_set_was_what_the_weights_say() -> None:
    session = small(cell="lstm")
    take(session, 3)
    session.snapshot()
    biases = session.model.recurrent.bias_ih_l0 + session.model.recurrent.bias_hh_l0
    mean = float(biases.detach()[4:8].mean())
    changed(session, forget_bias=4.0)
    assert session.snapshot().before.was == pytest.approx(mean, abs=0.005)
    assert session.snapshot().before.words.startswith("before: forget bias ")
