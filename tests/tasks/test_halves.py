"""The held-out part in two halves: one to choose by, one to grade the chosen; they know nothing of each other."""

from typing import Any

import numpy as np
import pytest
import torch

import rnnviz as rv
from rnnviz.tasks import Batch, make
from rnnviz.tasks.halves import by_content, in_time
from rnnviz.training import Session


@pytest.mark.parametrize("name", ["adding", "temporal-order", "sunspots", "python-tokens"])
def test_each_half_has_about_as_many_and_no_sequence_is_in_both(name: str) -> None:
    task = make(name)
    first, second = task.halves()
    count = len(task.held_out())
    assert min(len(first), len(second)) >= 0.45 * count
    assert len({*first.tolist(), *second.tolist()}) == len(first) + len(second)


def test_the_same_sequence_is_never_in_both_halves() -> None:
    inputs = torch.arange(6.0).repeat(5).reshape(30, 1, 1)
    first, second = by_content(inputs)
    assert not {*inputs[first].flatten().tolist()} & {*inputs[second].flatten().tolist()}


def test_the_order_of_the_sequences_decides_nothing() -> None:
    inputs = torch.arange(20.0).reshape(20, 1, 1)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(0))
    one, other = by_content(inputs)[0], by_content(inputs[order])[0]
    assert {*inputs[one].flatten().tolist()} == {*inputs[order][other].flatten().tolist()}


def test_sequences_that_are_all_the_same_are_halved_too() -> None:
    assert [len(half) for half in by_content(torch.zeros(4, 2, 1))] == [2, 2]


def test_of_a_series_the_later_half_grades_and_shares_no_answer_with_the_earlier_one() -> None:
    series = rv.tasks.from_series(np.sin(np.arange(200.0)), lookback=10, horizon=5)
    origins = series.origins()
    first, second = series.halves()
    assert origins[first].max() + 5 < origins[second].min() + 1
    assert second[-1] == len(origins) - 1


def test_months_are_halved_in_time() -> None:
    first, second = in_time(np.arange(10), horizon=1)
    assert (first.tolist(), second.tolist()) == ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9])


def test_a_session_scores_its_model_on_either_half() -> None:
    session = Session("adding", seq_len=8, device="cpu")
    held_out, halves = session.task.held_out(), session.task.halves()
    with torch.no_grad():
        answers = session.model.eval()(held_out.inputs)
    for grading, half in enumerate(halves):
        expected = float(session.task.metric(answers[half], held_out.targets[half]))
        assert session.evaluate_half(grading=bool(grading)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("halves", [([0], []), ([0, 1], [1, 2]), ([0], [99])])
def test_halves_of_a_task_of_ones_own_that_are_none_are_told(halves: Any) -> None:
    class Own(type(make("adding"))):  # type: ignore[misc]
        def held_out(self) -> Batch:
            return super().held_out()[:4]

        def halves(self) -> Any:
            return halves

    with pytest.raises(ValueError, match=r"halves\(\) of the task must give two sets of places among its 4 held-out"):
        Session(Own(seq_len=8), device="cpu").evaluate_half(grading=False)
