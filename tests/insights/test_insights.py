"""Each rule speaks where its trouble is real, and keeps quiet where it is not."""

import re
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from rnnviz.i18n import keys, t
from rnnviz.insights import Insight, insights, to_say
from rnnviz.insights.flow import exploding, rising, vanishing
from rnnviz.insights.rate import clipping, too_high, too_low
from rnnviz.insights.score import beside_baseline, healthy, overfitting
from rnnviz.insights.units import dead, saturated
from rnnviz.training import Session
from tests.insights.runs import ADDING, Memorise, Right, look, norms, runaway
from tests.training.examples import Echo, take


def test_a_plain_rnn_over_a_hundred_steps_has_a_vanishing_gradient() -> None:
    snapshot = look(cell="rnn", seq_len=100)
    found, curve = vanishing(snapshot), norms(snapshot)
    assert found is not None
    assert found.numbers["ratio"] == pytest.approx(curve[0] / curve[-1], rel=1e-6)
    first = int(np.flatnonzero(curve >= curve.max() / 1000)[0])
    assert f"at t = 0 is {found.numbers['ratio']:.0e} of that at t = 99: what comes before t = {first} " in found.words
    assert "Try a GRU in “cell”" in found.advice


def test_the_backward_direction_vanishes_towards_the_end() -> None:
    snapshot = look(cell="rnn", seq_len=60, bidirectional=True, seed=1)
    backward = replace(snapshot, horizon=replace(snapshot.horizon, norms=snapshot.horizon.norms[:, :, ::-1, ::-1]))
    worst = [vanishing(one).words for one in (snapshot, backward)]
    assert {"forward" in words for words in worst} == {True, False}
    assert any("In layer 0, backward direction, the gradient at t = 59 is" in words for words in worst)


def test_a_gradient_that_arrives_is_not_called_vanishing() -> None:
    assert vanishing(look(cell="lstm", seq_len=40, forget_bias=4.0)) is None


def test_the_advice_against_vanishing_goes_on_from_the_present_forget_bias() -> None:
    advice = [vanishing(look(seq_len=200, forget_bias=bias)).advice for bias in (None, 1.0)]
    assert [("“forget bias” 1" in words, "“forget bias” 3" in words) for words in advice] == [
        (True, False),
        (False, True),
    ]
    assert "forget" not in vanishing(look(seq_len=1000, forget_bias=3.0)).advice


def test_a_large_spectral_radius_makes_a_relu_network_explode() -> None:
    snapshot = look(cell="rnn", nonlinearity="relu", init="identity", rho=1.6)
    found, curve = exploding(snapshot), norms(snapshot)
    assert found is not None
    assert found.numbers["ratio"] == pytest.approx(curve[0] / curve[-1], rel=1e-6)
    assert found.numbers["ratio"] > 1e6
    assert "“ρ of W_hh” 1" in found.advice


def test_a_spectral_radius_of_one_does_not_explode() -> None:
    assert exploding(look(cell="rnn", nonlinearity="relu", init="identity", rho=1.0)) is None


@pytest.mark.parametrize(("clip", "ticks"), [(None, True), (1.0, False)])
def test_clipping_is_advised_where_there_is_none(clip: float | None, ticks: bool) -> None:
    found = exploding(look(cell="rnn", nonlinearity="relu", init="identity", rho=1.6, clip=clip))
    assert ("Tick “clip gradients”" in found.advice) is ticks


def test_norms_that_rise_without_end_are_said_to_explode() -> None:
    snapshot = runaway(22)
    found = rising(snapshot)
    assert found is not None
    assert found.numbers["last"] == pytest.approx(np.median(snapshot.history["grad_norm"][-10:]))


def test_norms_of_a_sound_run_do_not_rise() -> None:
    assert rising(look(60, lr=5e-3)) is None


def test_most_steps_clipped_is_said_with_the_usual_norm() -> None:
    snapshot = look(60, clip=0.01)
    found = clipping(snapshot)
    assert found is not None
    assert found.numbers["norm"] == pytest.approx(np.median(snapshot.history["grad_norm"][-50:]))
    count = int(snapshot.history["clipped"][-50:].sum())
    assert found.words.startswith(f"{count} of the last 50 steps were clipped to 0.01")


@pytest.mark.parametrize(("steps", "clip"), [(60, 100.0), (60, None), (20, 0.01)])
def test_few_clipped_steps_or_none_are_not_worth_a_word(steps: int, clip: float | None) -> None:
    assert clipping(look(steps, clip=clip)) is None


def test_a_plain_rnn_with_huge_weights_is_saturated() -> None:
    snapshot = look(cell="rnn", rho=8.0, hidden_size=32)
    found = saturated(snapshot)
    assert found is not None
    assert found.numbers["share"] == pytest.approx((np.abs(snapshot.layer.hidden) > 0.95).mean())


def test_a_shut_forget_gate_is_said_and_an_open_one_is_not() -> None:
    found = saturated(look(forget_bias=-5.0))
    assert found is not None
    assert found.words == "The forget gate f is below 0.1 in 100% of its values: the state is forgotten at once."
    assert saturated(look(forget_bias=5.0)) is None


def test_gates_are_saturated_after_steps_that_were_far_too_long() -> None:
    snapshot = look(40, cell="gru", lr=1.0, hidden_size=32)
    found, gate = saturated(snapshot), snapshot.layer.gates["r"]
    assert found is not None
    assert ((gate < 0.1) | (gate > 0.9)).mean() > 0.5


def test_a_new_network_is_not_saturated() -> None:
    assert [saturated(look(cell=cell)) for cell in ("rnn", "lstm", "gru")] == [None] * 3


def test_relu_units_that_stay_at_zero_are_counted() -> None:
    snapshot = look(30, cell="rnn", nonlinearity="relu", hidden_size=32, batch_size=32, lr=5e-3)
    found, states = dead(snapshot), snapshot.layer.hidden[0, 0]
    assert found is not None
    zero = sum(not states[:, :, unit].any() for unit in range(32))
    assert found.words.startswith(f"{zero} of 32 units stay at exactly 0")


def test_units_that_hold_one_value_are_counted_too() -> None:
    snapshot = look(40, lr=1.0, hidden_size=32, batch_size=32)
    found, spread = dead(snapshot), snapshot.layer.hidden[0, 0].std(axis=(0, 1))
    assert found is not None
    assert found.words.startswith(f"{int((spread < 1e-3).sum())} of 32 units hold one value")


def test_units_that_move_are_not_dead() -> None:
    assert [dead(look(20, cell=cell)) for cell in ("rnn", "lstm", "gru")] == [None] * 3


def test_a_learning_rate_of_one_is_too_high() -> None:
    snapshot = look(40, task="temporal-order", cell="gru", lr=1.0, hidden_size=32, batch_size=32)
    found = too_high(snapshot)
    assert found is not None
    assert found.numbers["now"] == pytest.approx(np.median(snapshot.history["loss"][-20:]))
    assert found.numbers["now"] > snapshot.history["loss"][0]
    assert found.advice == "Try “learning rate” 0.1."


def test_a_loss_that_a_long_step_throws_back_is_said_with_the_step() -> None:
    session = Session(**ADDING, cell="gru", lr=2e-2, seq_len=12)
    take(session, 300)
    session.settings = session.settings.replace(lr=1.0)
    losses = take(session, 12)
    found = too_high(session.snapshot())
    assert found is not None
    leapt = re.search(r"to (\S+) at step (\d+), at a learning rate of 1\.", found.words)
    assert leapt is not None
    assert int(leapt[2]) > 300
    assert float(leapt[1]) == pytest.approx(losses[int(leapt[2]) - 1], rel=0.1)


def test_a_run_that_stays_high_is_only_blamed_on_a_rate_that_is_large() -> None:
    stuck = look(120, cell="gru", lr=1.0, hidden_size=32, batch_size=32)
    assert too_high(stuck) is not None
    assert too_high(replace(stuck, settings=stuck.settings.replace(lr=1e-3))) is None


def test_a_usual_learning_rate_is_not_too_high() -> None:
    assert [too_high(look(100, cell=cell, lr=5e-3)) for cell in ("rnn", "lstm", "gru")] == [None] * 3


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_tiny_learning_rate_is_too_low(optimizer: str) -> None:
    found = too_low(look(110, lr=1e-5, optimizer=optimizer))
    assert found is not None
    assert found.words.startswith("After 110 steps the loss has gone from")
    assert f"Try “learning rate” {0.1 if optimizer == 'sgd' else 0.001:g}" in found.advice


def test_a_tiny_rate_is_left_alone_where_the_loss_falls_or_the_run_is_young() -> None:
    young = look(40, lr=1e-5)
    session = Session(**ADDING, lr=5e-3)
    take(session, 100)
    session.settings = session.settings.replace(lr=1e-6)
    take(session, 30)
    assert [too_low(young), too_low(session.snapshot())] == [None, None]


@pytest.mark.parametrize("task", [Memorise, Right])
def test_examples_learned_by_heart_are_overfitting(task: type[Memorise]) -> None:
    snapshot = look(400, task=task(examples=12), lr=2e-2, hidden_size=16)
    found = overfitting(snapshot)
    assert found is not None
    assert found.numbers["held_out"] == snapshot.validation
    assert found.numbers["trained"] == pytest.approx(snapshot.history["metric"][-50:].mean())


@pytest.mark.parametrize("task", [Memorise, Right])
def test_a_model_that_is_as_good_on_held_out_data_does_not_overfit(task: type[Memorise]) -> None:
    assert overfitting(look(60, task=task(examples=300))) is None
    assert overfitting(look(20, task=task(examples=12))) is None


def test_steps_after_the_held_out_score_do_not_count_as_overfitting() -> None:
    snapshot = look(400, task=Memorise(examples=12), lr=2e-2, hidden_size=16)
    early = replace(snapshot, validation_step=50, validation=float(snapshot.history["metric"][:50].mean()))
    assert overfitting(early) is None


def test_a_network_that_has_learned_beats_the_best_rule() -> None:
    found = beside_baseline(look(300, task="temporal-order", cell="gru", lr=1e-2, seq_len=12, hidden_size=16))
    assert found is not None
    assert (found.rule, found.good, found.advice) == ("beats", True, "")


def test_a_network_that_answers_one_is_as_good_as_the_rule_that_does() -> None:
    found = beside_baseline(look(200, cell="rnn", lr=5e-3, seq_len=100, batch_size=64))
    assert found is not None
    assert found.rule == "level"


def test_a_network_that_does_not_learn_is_worse_than_the_rule() -> None:
    found = beside_baseline(look(110, lr=1e-6))
    assert found is not None
    assert found.rule == "worse"


def test_it_is_not_fair_to_compare_a_new_network_nor_without_a_rule() -> None:
    assert beside_baseline(look(10, lr=1e-6)) is None
    assert beside_baseline(look(110, task=Echo())) is None


def test_the_best_of_several_rules_is_the_one_to_beat() -> None:
    snapshot = look(110, lr=1e-6)
    rules = {"weak": snapshot.validation * 2, "strong": snapshot.validation / 2}
    assert "“strong”" in beside_baseline(replace(snapshot, baselines=MappingProxyType(rules))).words


def test_a_run_without_trouble_is_called_healthy() -> None:
    found = insights(look(120, task=Echo(), lr=1e-2))
    assert [one.rule for one in found] == ["healthy"]
    assert found[0].good


def test_a_loss_that_does_not_fall_is_not_called_healthy() -> None:
    snapshot = look(40, task=Echo())
    columns = dict(snapshot.history) | {"loss": snapshot.history["loss"][::-1]}
    assert healthy(snapshot) is not None
    assert healthy(replace(snapshot, history=MappingProxyType(columns))) is None
    assert healthy(look(6, task=Echo())) is None


def test_the_most_urgent_comes_first() -> None:
    rules = [one.rule for one in insights(look(40, lr=1.0, hidden_size=32, batch_size=32))]
    assert rules[:3] == ["too_high", "dead", "saturated"]


def test_a_line_has_room_for_the_most_urgent_and_for_good_news() -> None:
    bad, worse, good = Insight("dead", ""), Insight("clipping", ""), Insight("beats", "", good=True)
    assert to_say([bad, worse, good]) == [bad, good]
    assert to_say([good]) == [good]
    assert to_say([]) == []


def test_a_loop_that_is_not_ours_hears_only_of_what_needs_no_settings() -> None:
    snapshot = replace(look(60, lr=1.0, clip=0.01, hidden_size=32, seq_len=20), settings=None)
    found = insights(snapshot)
    assert {one.rule for one in found} <= {"vanishing", "exploding", "rising", "dead", "saturated", "healthy"}
    assert not any("“" in one.advice for one in found)


def test_states_without_a_loss_and_an_empty_history_are_no_reason_to_speak_of_gradients() -> None:
    snapshot = look()
    empty = replace(snapshot, horizon=None, settings=None, history=MappingProxyType({}))
    assert insights(empty) == []


@pytest.mark.parametrize("seed", range(3))
def test_no_run_however_bad_makes_a_rule_fail(seed: int) -> None:
    session = Session(**ADDING, cell="rnn", nonlinearity="relu", rho=3.0, clip=None, lr=1.0, seed=seed)
    with np.errstate(all="ignore"):
        take(session, 40)
        assert isinstance(insights(session.snapshot()), list)


def test_advice_calls_every_knob_by_its_name_on_screen() -> None:
    named = [key for key in keys() if key.count(".") == 1 and key.startswith("knob.") and key != "knob.no_number"]
    labels = {t(key) for key in named}
    snapshots = [look(40, lr=1.0, hidden_size=32), runaway(22), look(120, lr=1e-5), look(60, clip=0.01)]
    snapshots += [look(cell="rnn", seq_len=100), look(forget_bias=-5.0), look(400, task=Memorise(12), lr=2e-2)]
    advice = " ".join(one.advice for snapshot in snapshots for one in insights(snapshot))
    quoted = [part.partition("”")[0] for part in advice.split("“")[1:]]
    assert len(set(quoted)) >= 6
    assert set(quoted) <= labels


def test_an_insight_reads_as_its_sentences() -> None:
    assert repr(Insight("dead", "All is still.", advice="Wait.")) == "Insight('dead': All is still. Wait.)"
    assert repr(Insight("beats", "It does.")) == "Insight('beats': It does.)"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [(1e-9, 1.9e-9, True), (1e-9, 2.1e-9, False), (0.0, 0.0, True), (0.0, 1e-30, False), (-1.0, 1.0, False)],
)
def test_a_number_that_has_hardly_moved_says_the_same(one: float, other: float, same: bool) -> None:
    assert Insight("r", "", {"n": one}).agrees(Insight("r", "", {"n": other})) is same


def test_another_rule_says_something_else() -> None:
    assert not Insight("dead", "", {"n": 1.0}).agrees(Insight("worse", "", {"n": 1.0}))
