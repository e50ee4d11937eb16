"""Curves are a mapping: to read, to pickle, to copy and to make a table of; never to write to."""

import copy
import operator
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from rnnviz.training import History
from rnnviz.training.columns import Columns
from rnnviz.training.history import Histories
from rnnviz.training.record import Record


def history(steps: int = 30) -> History:
    made = History(["w"], "cpu", capacity=8, recent=4)
    for step in range(1, steps + 1):
        made.append(torch.tensor([float(step), 0.5, 2.0, 2.0]), lr=0.1, clip=None)
    return made


def record(steps: int = 30) -> Record:
    made = Record(["step", "loss"], capacity=8)
    for step in range(steps):
        made.append(step, step / 2)
    return made


KINDS = pytest.mark.parametrize("make", [history, record])


@KINDS
def test_curves_are_a_mapping_from_names_to_columns_of_one_length(make: Callable[..., Columns]) -> None:
    curves = make()
    assert isinstance(curves, Mapping)
    names = list(curves)
    assert (len(curves), list(curves.keys()), list(reversed(curves))) == (len(names), names, names[::-1])
    assert {len(column) for column in curves.values()} == {curves.rows}
    assert ("step" in curves, "wrong" in curves, 3 in curves, [] in curves) == (True, False, False, False)
    assert curves.get("wrong") is None
    for name, column in curves.items():
        np.testing.assert_array_equal(column, curves[name])


@KINDS
def test_a_table_of_the_curves_has_their_names_and_numbers(make: Callable[..., Columns]) -> None:
    curves = make()
    table = pd.DataFrame(curves)
    assert list(table.columns) == list(curves)
    for name in curves:
        np.testing.assert_array_equal(table[name], curves[name])
    assert len(pd.DataFrame(make(0))) == 0


@KINDS
@pytest.mark.parametrize("plain", [dict, lambda one: {**one}, lambda one: one | {}, lambda one: {} | one, Columns.copy])
def test_a_dict_of_the_curves_is_full_and_stays_as_it_is(
    make: Callable[..., Columns], plain: Callable[[Any], dict[str, Any]]
) -> None:
    curves = make()
    taken = plain(curves)
    assert type(taken) is dict
    assert list(taken) == list(curves)
    taken["loss"] = np.zeros(1)
    assert len(curves["loss"]) > 1


@KINDS
@pytest.mark.parametrize("again", [lambda one: pickle.loads(pickle.dumps(one)), copy.deepcopy, copy.copy])
def test_pickled_and_copied_curves_are_the_same_and_go_on_alone(
    make: Callable[..., Columns], again: Callable[[Any], Any]
) -> None:
    curves = make()
    same = again(curves)
    assert type(same) is type(curves)
    for name in curves:
        np.testing.assert_array_equal(same[name], curves[name])
    before = curves.rows, same["step"][-1]
    if isinstance(same, History):
        same.append(torch.tensor([0.0, 0.5, 2.0, 2.0]), lr=0.1, clip=None)
    else:
        same.append(99, 0.0)
    assert (curves.rows, curves["step"][-1]) == before
    assert same["step"][-1] == before[1] + 1 or same["step"][-1] == 99


@KINDS
@pytest.mark.parametrize("same", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one)), dict, Columns.copy])
def test_curves_are_equal_when_their_numbers_are(make: Callable[..., Columns], same: Callable[[Any], Any]) -> None:
    curves = make()
    assert curves == same(curves)
    assert same(curves) == curves
    assert operator.ne(curves, same(curves)) is False
    assert [curves] == [same(curves)]


@KINDS
def test_curves_differ_from_others_and_from_what_are_none(make: Callable[..., Columns]) -> None:
    curves, columns = make(), dict(make())
    others = [make(29), columns | {"more": columns["step"]}, columns | {"loss": columns["loss"] + 1e-9}]
    others += [columns | {"loss": columns["loss"][:-1]}, columns | {"loss": "none"}, columns | {"loss": object()}]
    others += [{}, None, 3, "step", list(columns), [columns["step"]]]
    assert [other for other in others if curves == other or other == curves] == []
    assert all(operator.ne(curves, other) for other in others)
    with pytest.raises(TypeError, match="unhashable"):
        hash(curves)


def test_numbers_that_are_none_are_equal_to_such_and_infinities_by_their_sign() -> None:
    undefined, infinite, negative = (Record(["loss"]) for _ in range(3))
    for curves, loss in ((undefined, np.nan), (infinite, np.inf), (negative, -np.inf)):
        curves.append(loss)
    assert undefined == copy.deepcopy(undefined)
    assert infinite == copy.deepcopy(infinite)
    assert infinite != negative
    assert Histories({"rnn": history()}) == Histories({"rnn": history()}) != Histories({"rnn": history(2)})


@KINDS
def test_a_repr_is_short_and_says_what_there_is(make: Callable[..., Columns]) -> None:
    curves, one = make(), make(1)
    assert repr(curves) == f"{type(curves).__name__}({', '.join(curves)}: {curves.rows} rows)"
    assert repr(one).endswith(": 1 row)")
    assert "0x" not in repr(Histories({"rnn": history(3)}))


WRITES: dict[str, Callable[[Any], object]] = {
    "set": lambda one: one.__setitem__("loss", 1),
    "delete": lambda one: one.__delitem__("loss"),
    "update": lambda one: one.update(loss=1),
    "pop": lambda one: one.pop("loss"),
    "clear": lambda one: one.clear(),
    "setdefault": lambda one: one.setdefault("more", 1),
    "popitem": lambda one: one.popitem(),
    "or": lambda one: one.__ior__({"loss": 1}),
}


@KINDS
@pytest.mark.parametrize("name", WRITES)
def test_curves_cannot_be_written_to(make: Callable[..., Columns], name: str) -> None:
    with pytest.raises(TypeError, match=r"^history cannot be written to; dict\(history\) gives a copy that can\.$"):
        WRITES[name](make())
