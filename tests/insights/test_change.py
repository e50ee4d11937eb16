"""What a change has done to the gradient is said with both numbers, for a while, and each insight names what fits."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnnviz.insights import Insight, insights, to_say
from rnnviz.insights.change import changed
from rnnviz.insights.rate import clipping, too_high, too_low
from rnnviz.training import Session, Snapshot
from tests.insights.runs import look, norms
from tests.training.examples import take


def moved(steps: int = 1, since: dict[str, Any] | None = None, **change: Any) -> tuple[Snapshot, Snapshot]:
    """A moment before a change and one after it."""
    session = Session("temporal-order", seq_len=40, device="cpu", **(since or {}))
    take(session, 5)
    before = session.snapshot()
    session.settings = session.settings.replace(**change)
    session.adopt()
    take(session, steps)
    return before, session.snapshot()


@pytest.mark.parametrize(("bias", "words"), [(4.0, "With forget bias 4 more"), (-3.0, "With forget bias −3 less")])
def test_a_forget_bias_says_how_much_of_the_gradient_arrives_before_and_now(bias: float, words: str) -> None:
    before, after = moved(forget_bias=bias)
    found = changed(after)
    assert found.numbers == {
        "was": pytest.approx(norms(before)[0] / norms(before)[-1], rel=1e-5),
        "now": pytest.approx(norms(after)[0] / norms(after)[-1], rel=1e-5),
    }
    assert found.brief == f"{words} of the gradient reaches t = 0."
    assert found.number.endswith(" of that at t = 39")
    assert (found.good, found.trouble) == (False, False)


def test_it_is_said_first_and_beside_it_what_was_the_most_urgent() -> None:
    _, after = moved(forget_bias=-3.0)
    assert [one.rule for one in to_say(insights(after))] == ["changed", "saturated"]


def test_a_change_that_carries_no_further_says_nothing() -> None:
    assert changed(moved(lr=0.1)[1]) is None
    assert changed(moved(forget_bias=0.1, since={"forget_bias": 0.0})[1]) is None


def test_a_change_of_long_ago_is_no_news() -> None:
    _, after = moved(forget_bias=4.0)
    assert changed(replace(after, step=5 + 601)) is None
    assert changed(replace(after, step=5 + 600)) is not None


def test_a_model_that_was_never_trained_has_nothing_to_tell_of() -> None:
    _, after = moved(forget_bias=4.0)
    assert changed(replace(after, step=0)) is None


def test_a_longer_sequence_tells_of_its_own_ends() -> None:
    before, after = moved(seq_len=80)
    found = changed(after)
    assert found.brief == "With steps back 80 less of the gradient reaches t = 0."
    assert found.numbers["was"] == pytest.approx(norms(before)[0] / norms(before)[-1], rel=1e-5)
    assert found.number.endswith(" of that at t = 79")
    assert found.act == "undo"


def test_what_has_taken_the_gradient_away_can_be_taken_back() -> None:
    before, after = moved(forget_bias=-3.0)
    (bias,) = changed(after).act.values()
    assert bias == pytest.approx(float(np.round(np.mean(kept(before)), 2)))
    assert changed(moved(forget_bias=4.0)[1]).act is None


def kept(snapshot: Snapshot) -> np.ndarray:
    """The two biases of the forget gate, added."""
    return sum(snapshot.weights[f"recurrent.bias_{one}_l0"].reshape(4, -1)[1] for one in ("ih", "hh"))


def test_a_rate_that_a_change_has_raised_goes_back_to_what_it_was() -> None:
    session = Session("adding", seq_len=10, device="cpu", lr=0.001)
    take(session, 30)
    session.snapshot()
    session.settings = session.settings.replace(lr=3.0, clip=None)
    take(session, 40)
    assert too_high(session.snapshot()).act == {"lr": 0.001, "clip": 1.0}


@pytest.mark.parametrize(
    ("rule", "settings", "steps", "act"),
    [
        (too_high, {"lr": 3.0}, 120, {"lr": 0.3}),
        (too_low, {"lr": 1e-6}, 120, {"lr": 0.001}),
    ],
)
def test_a_rate_that_is_off_names_the_one_that_its_advice_names(
    rule: Any, settings: dict[str, Any], steps: int, act: dict[str, float]
) -> None:
    session = Session("adding", seq_len=10, hidden_size=8, device="cpu", **settings)
    take(session, steps)
    found: Insight = rule(session.snapshot())
    assert found.act == act
    assert f"“learning rate” {act['lr']:g}" in found.advice


def test_clipping_names_a_threshold_of_the_size_of_the_gradient() -> None:
    snapshot = look(60, clip=0.05)
    norm = float(np.median(snapshot.history["grad_norm"][-50:]))
    assert clipping(snapshot).act == {"clip": float(f"{norm:.1g}")}
