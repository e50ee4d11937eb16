"""The spectral radius and the forget bias as settings: at the start, live, and left alone."""

import numpy as np
import pytest

from rnnviz.training import Session
from tests.training.examples import take

SIZES = {"seq_len": 8, "hidden_size": 6, "batch_size": 4, "device": "cpu"}


def radius(session: Session) -> float:
    return float(np.abs(np.linalg.eigvals(session.model.recurrent.weight_hh_l0.detach().double().numpy())).max())


def forget_bias(session: Session) -> list[float]:
    layer = session.model.recurrent
    return (layer.bias_ih_l0 + layer.bias_hh_l0).detach().view(4, 6)[1].tolist()


def test_a_model_begins_with_the_radius_that_is_set() -> None:
    assert radius(Session("adding", cell="rnn", rho=1.1, **SIZES)) == pytest.approx(1.1, rel=1e-5)


def test_the_radius_is_set_at_the_next_step_and_then_left_to_training() -> None:
    session = Session("adding", cell="rnn", lr=0.05, **SIZES)
    take(session, 3)
    session.settings = session.settings.replace(rho=1.4)
    session.adopt()
    assert radius(session) == pytest.approx(1.4, rel=1e-5)
    take(session, 5)
    moved = radius(session)
    assert moved != pytest.approx(1.4, rel=1e-4)
    session.settings = session.settings.replace(lr=0.01)
    session.adopt()
    assert radius(session) == moved  # another knob does not set it again


def test_moving_the_radius_starts_no_new_model() -> None:
    session = Session("adding", cell="rnn", **SIZES)
    take(session, 3)
    session.settings = session.settings.replace(rho=0.9)
    take(session, 1)
    assert (session.run, session.step) == (0, 4)


def test_taking_the_radius_back_leaves_the_weights_as_they_are() -> None:
    session = Session("adding", cell="rnn", rho=1.2, **SIZES)
    session.settings = session.settings.replace(rho=None)
    session.adopt()
    assert radius(session) == pytest.approx(1.2, rel=1e-5)


def test_the_forget_bias_acts_at_the_start_and_live() -> None:
    session = Session("adding", cell="lstm", forget_bias=1.0, **SIZES)
    assert forget_bias(session) == [1.0] * 6
    session.settings = session.settings.replace(forget_bias=-2.0)
    session.adopt()
    assert forget_bias(session) == [-2.0] * 6


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"rho": 0.0}, "rho must be above 0, got 0.0"), ({"forget_bias": "1"}, "forget_bias must be a number")],
)
def test_a_value_without_sense_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        Session("adding", **SIZES, **changes)
