"""Answers to the chapters' exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import numpy as np
import pytest
import torch

from rnnviz.exercises import Verdict, check, judge
from rnnviz.exercises.catalog import EXERCISES
from rnnviz.i18n import keys as known_words
from rnnviz.i18n import t
from rnnviz.tasks import make

GENERAL = {
    "exercise.unanswered",
    "exercise.right",
    "exercise.not_yet",
    "exercise.not_a_function",
    "exercise.nothing_returned",
    "exercise.quoted",
    "exercise.raised",
}


def _tanh(x_t, h, W_xh, W_hh, b_h):
    return torch.tanh(W_xh @ x_t + W_hh @ h + b_h)


def _numpy(x_t, h, W_xh, W_hh, b_h):
    return np.tanh(W_xh.numpy() @ x_t.numpy() + W_hh.numpy() @ h.numpy() + b_h.numpy())


def _loops(x_t, h, W_xh, W_hh, b_h):
    news = [sum(float(W_xh[i, j] * x_t[j]) for j in range(3)) for i in range(5)]
    memory = [sum(float(W_hh[i, j] * h[j]) for j in range(5)) for i in range(5)]
    return [np.tanh(news[i] + memory[i] + float(b_h[i])) for i in range(5)]


def _cell(x_t, h, W_xh, W_hh, b_h):
    layer = torch.nn.RNNCell(3, 5).double()
    for weight, value in zip(layer.parameters(), (W_xh, W_hh, b_h, 0 * b_h), strict=True):
        weight.data = value
    return layer(x_t[None], h[None])[0]


def _raising(x_t, h, W_xh, W_hh, b_h):
    raise RuntimeError("<b>boom</b>\nsecond line")


RIGHT = [
    ("00.most-heard-month", 131),
    ("00.most-heard-month", np.int64(131)),
    ("00.most-heard-month", np.arange(132).argmax()),
    ("00.most-heard-month", torch.tensor([131])),
    ("00.best-simple-rule", 20.4),
    ("00.best-simple-rule", 20.38),
    ("00.best-simple-rule", torch.tensor(20.4, requires_grad=True)),
    ("01.parameter-count", 160),
    ("01.parameter-count", 160.0),
    ("01.parameter-count", sum(weight.numel() for weight in torch.nn.RNN(4, 10).parameters())),
    ("01.state-shape", (1, 8, 20)),
    ("01.state-shape", [1, 8, 20]),
    ("01.state-shape", torch.tensor([1, 8, 20])),
    ("01.state-shape", torch.nn.RNN(3, 20, batch_first=True)(torch.zeros(8, 50, 3))[1].shape),
    ("01.step", _tanh),
    ("01.step", _numpy),
    ("01.step", _loops),
    ("01.step", _cell),
]

WRONG = [
    ("00.most-heard-month", 132, "counted-from-one"),
    ("00.most-heard-month", 0, "least-heard"),
    ("00.most-heard-month", np.linspace(0, 1, 132), "all-norms"),
    ("00.most-heard-month", torch.linspace(0, 1, 132), "all-norms"),
    ("00.most-heard-month", -1, "from-the-end"),
    ("00.most-heard-month", np.linspace(0, 0.36, 132).max(), "strength"),
    ("00.most-heard-month", torch.tensor(0.36), "strength"),
    ("00.most-heard-month", "131", "quoted"),
    ("00.most-heard-month", 60, "other"),
    ("00.best-simple-rule", 28.5, "same-as-now"),
    ("00.best-simple-rule", 32.2, "eleven-years"),
    ("00.best-simple-rule", "Linear in the last 11 years ", "name"),
    ("00.best-simple-rule", 20.1, "network"),
    ("00.best-simple-rule", "20.4", "quoted"),
    ("00.best-simple-rule", "same as now", "other"),
    ("00.best-simple-rule", 5, "other"),
    ("01.parameter-count", 150, "one-bias"),
    ("01.parameter-count", 140, "no-bias"),
    ("01.parameter-count", 40, "no-recurrence"),
    ("01.parameter-count", 50, "no-recurrence"),
    ("01.parameter-count", 60, "no-recurrence"),
    ("01.parameter-count", 100, "only-recurrence"),
    ("01.parameter-count", 110, "only-recurrence"),
    ("01.parameter-count", 120, "only-recurrence"),
    ("01.parameter-count", 8000, "times-length"),
    ("01.parameter-count", 7500, "times-length"),
    ("01.parameter-count", 7, "other"),
    ("01.parameter-count", 171, "answer-layer"),
    ("01.parameter-count", "160", "quoted"),
    ("01.state-shape", (8, 1, 20), "batch-first"),
    ("01.state-shape", (8, 50, 20), "all-steps"),
    ("01.state-shape", (8, 20), "no-layer"),
    ("01.state-shape", (1, 8, 3), "input-size"),
    ("01.state-shape", (8, 3), "input-size"),
    ("01.state-shape", torch.zeros(1, 8, 20), "handed-over"),
    ("01.state-shape", "(1, 8, 20)", "quoted"),
    ("01.state-shape", 20, "other"),
    ("01.state-shape", (1, 8, 20, 1), "other"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: W_xh @ x_t + W_hh @ h + b_h, "no-activation"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.relu(W_xh @ x_t + W_hh @ h + b_h), "other-activation"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.sigmoid(W_xh @ x_t + W_hh @ h + b_h), "other-activation"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh @ x_t + W_hh @ h), "no-bias"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh @ x_t + b_h), "no-memory"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_hh @ h + b_h), "no-input"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh @ x_t + h @ W_hh + b_h), "transposed-state"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh @ x_t + W_hh * h + b_h), "elementwise"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_hh @ x_t + W_xh @ h + b_h), "shapes"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(x_t + W_hh @ h + b_h), "shapes"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh * x_t + W_hh * h + b_h), "star"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(W_xh * x_t + W_hh @ h + b_h), "star"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: torch.tanh(x_t @ W_xh + W_hh @ h + b_h), "vector-first"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: h, "other"),
    ("01.step", lambda x_t, h, W_xh, W_hh, b_h: None, "nothing-returned"),
    ("01.step", lambda x_t, h: torch.tanh(x_t), "raised"),
    ("01.step", _raising, "raised"),
    ("01.step", torch.zeros(5), "not-a-function"),
]


@pytest.mark.parametrize(("id", "answer"), RIGHT)
def test_a_right_answer_is_confirmed_with_its_reason(id: str, answer: object) -> None:
    verdict = judge(id, answer)
    assert (verdict.right, verdict.hint) == (True, "right")
    assert verdict.words == "✓ Right. " + t(f"exercise.{id}.right")


@pytest.mark.parametrize(("id", "answer", "hint"), WRONG)
def test_a_wrong_answer_gets_the_hint_of_its_kind(id: str, answer: object, hint: str) -> None:
    verdict = judge(id, answer)
    assert (verdict.right, verdict.hint) == (False, hint)
    assert verdict.words.startswith("Not yet. ")
    assert len(verdict.words) > 60


def test_every_hint_of_the_first_two_chapters_is_given_by_some_answer_above() -> None:
    here = {id: exercise for id, exercise in EXERCISES.items() if id[:2] in ("00", "01")}  # the others have a file each
    known = {(id, mistake.hint) for id, exercise in here.items() for mistake in exercise.mistakes}
    known |= {(id, "other") for id in here}
    assert known - {(id, hint) for id, _, hint in WRONG} == set()
    assert set(here) == {id for id, _ in RIGHT}


def test_every_word_about_exercises_belongs_to_one() -> None:
    wanted = {f"exercise.{id}.{hint}" for id, exercise in EXERCISES.items() for hint in ("right", "other")}
    wanted |= {f"exercise.{id}.{one.hint}" for id, exercise in EXERCISES.items() for one in exercise.mistakes}
    assert {key for key in known_words() if key.startswith("exercise.")} == wanted | GENERAL


@pytest.mark.parametrize("id", sorted(EXERCISES))
@pytest.mark.parametrize("answer", [..., None])
def test_an_unanswered_exercise_says_where_the_answer_goes(id: str, answer: object) -> None:
    verdict = judge(id, answer)
    assert verdict == Verdict(False, "unanswered", t("exercise.unanswered"))


def test_a_function_that_still_returns_the_dots_is_unanswered_too() -> None:
    assert judge("01.step", lambda x_t, h, W_xh, W_hh, b_h: ...) == judge("01.step", ...)


class _Spiteful:
    """An answer that objects to being looked at."""

    def __array__(self, *_args: object, **_more: object) -> np.ndarray:
        raise ZeroDivisionError

    def __eq__(self, _other: object) -> bool:
        raise ZeroDivisionError

    __hash__ = None  # type: ignore[assignment]

    @property
    def shape(self) -> tuple[int, ...]:
        raise ZeroDivisionError


@pytest.mark.parametrize("id", sorted(EXERCISES))
@pytest.mark.parametrize(
    "answer",
    [_Spiteful(), [[1], [2, 3]], {}, float("nan"), 10**400, "", object(), [None], 1j, torch.nn.RNN, [_Spiteful()]],
    ids=["spiteful", "uneven", "dict", "nan", "huge", "empty", "object", "none-inside", "complex", "class", "nested"],
)
def test_no_answer_however_odd_raises(id: str, answer: object) -> None:
    verdict = judge(id, answer)
    assert not verdict.right
    assert verdict.words


def test_an_error_in_the_learners_function_is_told_in_one_line() -> None:
    words = judge("01.step", _raising).words
    assert "RuntimeError: <b>boom</b>." in words
    assert "second line" not in words


def test_an_unknown_exercise_is_a_programmers_error_that_lists_the_known() -> None:
    with pytest.raises(ValueError, match=r"no exercise '01.parameters'; the exercises are .*01\.parameter-count"):
        check("01.parameters", 160)


def test_check_prints_the_verdict_in_lines_of_at_most_100_characters(capsys: pytest.CaptureFixture[str]) -> None:
    check("01.state-shape", (8, 1, 20))
    printed = capsys.readouterr().out
    assert " ".join(printed.split()) == judge("01.state-shape", (8, 1, 20)).words
    assert max(map(len, printed.splitlines())) <= 100


def test_checking_is_the_same_each_time_and_leaves_torchs_generator_alone() -> None:
    before = torch.get_rng_state()
    assert [judge("01.step", _tanh) for _ in range(2)] == [judge("01.step", _tanh)] * 2
    judge("01.parameter-count", 3)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_best_simple_rule_is_the_one_that_the_task_says() -> None:
    task = make("sunspots")
    rules = sorted(task.baselines().items(), key=lambda rule: rule[1])
    assert judge("00.best-simple-rule", rules[0][1]).right
    assert judge("00.best-simple-rule", rules[0][0]).hint == "name"
    assert judge("00.best-simple-rule", rules[1][1]).hint == "same-as-now"
    assert judge("00.best-simple-rule", rules[2][1]).hint == "eleven-years"
    assert judge("00.most-heard-month", task.seq_len - 1).right
