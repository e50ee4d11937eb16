"""The gates' strips: the one that keeps first, one bar for those from 0 to 1, the cell's own names; none for a RNN."""

from dataclasses import replace

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.training import Settings, Snapshot
from rnnviz.training.snapshots.before import Before
from rnnviz.views import Focus
from tests.leaky import Leaky, Reader, step
from tests.views.runs import frames
from tests.views.score.strips import filled, form, panels

HERE = Focus(sample=1, unit=2)


def registered() -> Snapshot:
    rv.register_cell(Leaky, step)
    lab = rv.Lab("adding", model=Reader(), seq_len=10, device="cpu")
    lab.train(1)
    return lab.snapshot()


@pytest.mark.parametrize(
    ("name", "captions"),
    [
        ("lstm", ["Forget gate f", "Input gate i", "Output gate o", "Candidate g"]),
        ("gru", ["Update gate z", "Reset gate r", "Candidate n"]),
    ],
)
def test_the_gate_that_keeps_comes_first_and_the_candidate_last(name: str, captions: list[str]) -> None:
    told = panels(filled("gates", frames(name)[-1]))
    assert [panel["name"] for panel in told] == captions
    assert all(panel["aside"] for panel in told)


@pytest.mark.parametrize(("name", "share"), [("lstm", 3), ("gru", 2)])
def test_gates_from_0_to_1_share_one_bar_and_the_candidate_has_its_own(name: str, share: int) -> None:
    first, *others, candidate = (panel["bar"] for panel in panels(filled("gates", frames(name)[-1])))
    assert (first["kind"], first["low"], first["high"], first["span"]) == ("gate", 0.0, 1.0, share)
    assert [word for _, word in first["labels"]] == ["open", "0.5", "shut"]
    assert others == [None] * (share - 1)
    assert (candidate["kind"], candidate["low"], candidate["high"], candidate["span"]) == ("signed", -1.0, 1.0, 1)


@pytest.mark.parametrize("name", ["rnn", "relu"])
def test_a_plain_rnn_has_no_strip_of_gates(name: str) -> None:
    assert not form("gates").exists(frames(name)[-1])
    assert not form("forget").exists(frames(name)[-1])


def test_a_registered_cell_s_gates_go_by_their_own_names_and_values(empty_registry: None) -> None:
    snapshot = registered()
    figure = filled("gates", snapshot, HERE)
    (panel,) = panels(figure)
    assert (panel["name"], panel["bar"]["kind"], panel["bar"]["span"]) == ("<leak>", "gate", 1)
    np.testing.assert_array_equal(figure.data[0].z, snapshot.layer.gates["<leak>"][0, 0, 1].T)
    assert not form("forget").exists(snapshot)


@pytest.mark.parametrize(("name", "gate"), [("lstm", "f"), ("gru", "z")])
def test_the_mark_on_the_bar_is_the_mean_of_the_gate_that_keeps(name: str, gate: str) -> None:
    snapshot = frames(name)[-1]
    bar = panels(filled("gates", snapshot, HERE))[0]["bar"]
    values = [float(one) for one in snapshot.layer.gates[gate][0, 0, 1].ravel()]
    assert bar["mark"] == pytest.approx(sum(values) / len(values))
    assert bar["was"] is None


def test_after_a_change_a_second_mark_says_what_the_mean_was() -> None:
    former, now = frames("lstm")[0], frames("lstm")[-1]
    changed = replace(now, before=Before.of(former, Settings(forget_bias=0.0), ("forget_bias",), 0, ended=False))
    for name in ("gates", "forget"):
        bar = panels(filled(name, changed))[0]["bar"]
        assert bar["was"] == pytest.approx(float(former.layer.gates["f"][0, 0].mean()))


@pytest.mark.parametrize(("name", "gate"), [("lstm", "f"), ("gru", "z")])
def test_the_gate_that_keeps_can_be_shown_alone_and_high(name: str, gate: str) -> None:
    snapshot = frames(name)[-1]
    figure = filled("forget", snapshot, HERE)
    (panel,) = panels(figure)
    assert panel["low"] == panel["high"] == 85  # 5 units of 17 pixels
    np.testing.assert_array_equal(figure.data[0].z, snapshot.layer.gates[gate][0, 0, 1].T)


def test_a_gate_beyond_its_limits_is_said_by_a_pointed_bar() -> None:
    snapshot = frames("lstm")[-1]
    assert not panels(filled("gates", snapshot))[0]["bar"]["pointed"]
    gates = {**snapshot.layer.gates, "f": 2 * np.ones_like(snapshot.layer.gates["f"])}
    wide = replace(snapshot, layer=replace(snapshot.layer, gates=gates))
    bar = panels(filled("gates", wide))[0]["bar"]
    assert bar["pointed"]
    assert bar["mark"] == 1.0
