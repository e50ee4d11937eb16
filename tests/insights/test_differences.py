"""What is said of several models beside each other is in their snapshots, and nothing is said where nothing is so."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz.i18n import keys
from rnnviz.insights import differences, to_say
from rnnviz.insights.between import apart, even, leading
from rnnviz.training import ComparisonSnapshot
from tests.insights.comparisons import changed, lockstep, of_cells, scored
from tests.training.examples import Echo

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def learned() -> ComparisonSnapshot:
    """A GRU that has learned to add over twenty steps, beside an RNN that has not."""
    return of_cells(300, "rnn", "gru")


@pytest.fixture(scope="module")
def twins() -> ComparisonSnapshot:
    """Two models of a kind, whose gradients arrive both."""
    return lockstep(3, {"a": {"seed": 0}, "b": {"seed": 1}}, cell="gru", seq_len=6)


def norms(snapshot: ComparisonSnapshot, label: str) -> np.ndarray:
    """Norm of the total gradient at each timestep, straight from the trace."""
    return np.linalg.norm(snapshot.models[label].layer.grad_hidden[0, 0].astype(np.float64), axis=(0, 2))


def test_a_gradient_that_is_lost_in_one_model_and_arrives_in_the_other_is_told_by_its_numbers(
    learned: ComparisonSnapshot,
) -> None:
    found = apart(learned)
    assert found is not None
    ratios = {label: norms(learned, label)[0] / norms(learned, label)[-1] for label in learned.models}
    assert found.numbers["ratio"] == pytest.approx(ratios["rnn"], rel=1e-5)
    assert found.numbers["other"] == pytest.approx(ratios["gru"], rel=1e-5)
    assert f"{np.log10(ratios['gru'] / ratios['rnn']):.0f} orders of magnitude apart" in found.words


def test_what_a_lost_gradient_means_is_told_by_the_held_out_scores(learned: ComparisonSnapshot) -> None:
    rnn, gru = (learned.models[label].validation for label in ("rnn", "gru"))
    assert f"and its held-out MSE is worse: {rnn:.3g} against {gru:.3g}." in apart(learned).words


def test_a_score_that_does_not_show_it_yet_is_called_so(learned: ComparisonSnapshot) -> None:
    assert "does not show it yet: 0.100 against 0.100." in apart(scored(learned, rnn=0.1, gru=0.1)).words


def test_a_score_that_is_better_for_all_that_is_called_so(learned: ComparisonSnapshot) -> None:
    assert "Yet it does better by held-out MSE, 0.100 against 0.200" in apart(scored(learned, rnn=0.1, gru=0.2)).words


def test_the_first_steps_prove_nothing_about_a_score(learned: ComparisonSnapshot) -> None:
    early = {label: {"validation_step": 99} for label in learned.models}
    assert "does not show it yet" in apart(changed(learned, **early)).words


def test_a_gradient_too_small_for_a_number_is_told_as_a_bound(learned: ComparisonSnapshot) -> None:
    horizon = learned.models["rnn"].horizon
    gone = horizon.norms.copy()
    gone[..., 0] = 0.0
    words = apart(changed(learned, rnn={"horizon": replace(horizon, norms=gone)})).words
    near = norms(learned, "rnn")[-1]
    ratio = norms(learned, "gru")[0] / norms(learned, "gru")[-1]
    assert f"at least {np.log10(ratio * near / np.finfo(np.float32).tiny):.0f} orders of magnitude" in words


def test_other_seeds_are_advised_where_one_seed_is_compared(learned: ComparisonSnapshot) -> None:
    assert "Another “seed”" in apart(learned).advice
    other = replace(learned.models["rnn"].settings, seed=5)
    assert apart(changed(learned, rnn={"settings": other})).advice == ""


def test_gradients_that_both_arrive_are_not_told_apart(twins: ComparisonSnapshot) -> None:
    assert apart(twins) is None


def test_gradients_that_are_both_lost_are_not_told_apart() -> None:
    assert apart(of_cells(0, "rnn", "lstm", seq_len=60)) is None


def test_a_hairs_breadth_around_the_limit_is_no_difference(twins: ComparisonSnapshot) -> None:
    horizons = {}
    for label, ratio in (("a", 0.9e-6), ("b", 1.1e-6)):
        horizon = twins.models[label].horizon
        flat = np.ones_like(horizon.norms)
        flat[..., 0] = ratio
        horizons[label] = {"horizon": replace(horizon, norms=flat)}
    assert apart(changed(twins, **horizons)) is None


def test_a_model_without_a_gradient_is_not_compared(learned: ComparisonSnapshot) -> None:
    assert apart(changed(learned, rnn={"horizon": None})) is None


def test_who_beat_the_simple_rule_first_is_told_with_steps_and_pace(learned: ComparisonSnapshot) -> None:
    found = leading(learned)
    assert found is not None
    gru = learned.models["gru"]
    beats = gru.scores["metric"] < 0.97 * gru.baselines["always 1"]
    assert found.numbers["steps"] == gru.scores["step"][np.flatnonzero(beats)[0]]
    assert found.numbers["pace"] == learned.paces["gru"] > 0
    assert found.words.startswith("“GRU” alone has done better than the best simple rule, “always 1”")
    assert found.good


def test_who_followed_is_told_too(learned: ComparisonSnapshot) -> None:
    late = {"scores": {"step": np.array([0.0, 900.0]), "metric": np.array([1.0, 0.05])}}
    words = leading(changed(learned, rnn=late)).words
    assert words.startswith("“GRU” was the first to do better")
    assert "; “RNN” followed within 900 steps of " in words


def test_of_two_that_beat_it_at_one_step_the_quicker_one_is_first(learned: ComparisonSnapshot) -> None:
    same = changed(learned, rnn={"scores": learned.models["gru"].scores})
    quick = ComparisonSnapshot.of(same.models, same.shares, {"rnn": 0.01, "gru": 0.02}, run=0, step=300)
    words = leading(quick).words
    assert "steps of 0.01 s each; “GRU” followed within" in words


def test_where_no_time_was_taken_nobody_is_called_first(learned: ComparisonSnapshot) -> None:
    nobody = dict.fromkeys(learned.models, float("nan"))
    untimed = ComparisonSnapshot.of(learned.models, learned.shares, nobody, run=0, step=300)
    assert "does best so far" in leading(untimed).words


def test_without_a_simple_rule_a_clear_lead_is_told() -> None:
    echo = lockstep(1, {"a": {"lr": 0.1}, "b": {"lr": 0.01}}, task=Echo(), seq_len=6)
    assert leading(scored(echo, a=0.5, b=0.2)).words == (
        "“b” does best so far: held-out MSE is 0.200, and 0.500 in the next one, “a”."
    )


def test_two_of_the_best_that_are_as_good_are_not_told_apart(twins: ComparisonSnapshot) -> None:
    found = even(scored(twins, a=0.171, b=0.17))
    assert found.words.startswith("After 200 steps held-out MSE is 0.170 in “b” and 0.171 in “a”")


def test_a_share_of_right_answers_is_compared_by_its_difference(twins: ComparisonSnapshot) -> None:
    shares = {label: {"higher_is_better": True, "metric_name": "accuracy"} for label in twins.models}
    assert even(scored(changed(twins, **shares), a=0.50, b=0.54)) is not None
    assert even(scored(changed(twins, **shares), a=0.50, b=0.56)) is None


def test_a_clear_lead_is_not_called_even(twins: ComparisonSnapshot) -> None:
    assert even(scored(twins, a=0.2, b=0.1)) is None


def test_early_in_a_run_there_is_nothing_to_say(twins: ComparisonSnapshot) -> None:
    assert differences(twins) == []


def test_the_line_has_room_for_the_reason_and_for_who_was_first(learned: ComparisonSnapshot) -> None:
    assert [one.rule for one in to_say(differences(learned))] == ["apart", "leading"]


def test_every_number_in_a_sentence_is_rounded_for_reading(learned: ComparisonSnapshot) -> None:
    for one in differences(learned):
        assert "0000" not in one.words
        assert "{" not in one.words


def test_each_consequence_has_its_words() -> None:
    assert {f"insight.apart.{end}" for end in ("early", "shown", "despite")} <= set(keys())
