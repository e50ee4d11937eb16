"""Whatever a hostile user passes, the sentence names the argument, what came and what would do."""

import re
from typing import Any

import pytest

from rnnviz.lab import Lab
from rnnviz.tasks import KNOWN
from rnnviz.views import DEFAULT, VIEWS
from tests.lab.browser import Browser, LabMaker

pytestmark = pytest.mark.timeout(120)

SETTINGS = (
    "lr, schedule, clip, batch_size, optimizer, input_noise, teacher_forcing, rho, forget_bias, cell, hidden_size, "
    "num_layers, bidirectional, seq_len, init, nonlinearity, seed"
)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"task": "sunspot"}, ["'sunspot'", *KNOWN]),
        ({"task": 5}, ["task must be", *KNOWN, "got int"]),
        ({"device": "tpu"}, ["device 'tpu' does not exist here", "'auto'", "'cpu'"]),
        ({"cell": "transformer"}, ["cell must be one of rnn, lstm, gru, got 'transformer'"]),
        ({"cell": ["lstm"]}, ["cell must be one of rnn, lstm, gru"]),
        ({"optimizer": "lion"}, ["optimizer must be one of sgd, adam, adamw, got 'lion'"]),
        ({"init": "zero"}, ["init must be one of default, xavier, orthogonal, identity, got 'zero'"]),
        ({"nonlinearity": "relu", "cell": "gru"}, ["nonlinearity 'relu' exists only for the plain RNN", "cell='rnn'"]),
        ({"hiden_size": 3}, ["unknown setting 'hiden_size'", SETTINGS]),
        ({"hidden_size": 0}, ["hidden_size must be at least 1, got 0"]),
        ({"hidden_size": 2.5}, ["hidden_size must be a whole number, got 2.5"]),
        ({"seq_len": 10**7}, ["seq_len must be from 2 to 1000 for the task 'adding', got 10000000"]),
        ({"seq_len": 0}, ["seq_len must be at least 1, got 0"]),
        ({"lr": 0}, ["lr must be above 0, got 0"]),
        ({"lr": "fast"}, ["lr must be a number, got 'fast'"]),
        ({"lr": float("nan")}, ["lr must be above 0, got nan"]),
        ({"clip": -1}, ["clip must be above 0, got -1"]),
        ({"bidirectional": 1}, ["bidirectional must be True or False, got 1"]),
        ({"seed": -1}, ["seed must be at least 0, got -1"]),
        ({"fps": 0}, ["fps must be above 0, got 0"]),
        ({"fps": float("nan")}, ["fps must be above 0, got nan"]),
    ],
)
def test_a_lab_that_cannot_be_made_says_why(arguments: dict[str, Any], words: list[str]) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        Lab(**{"task": "adding", "hidden_size": 4, "device": "cpu", **arguments})
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lerning_rate": 1}, ["unknown setting 'lerning_rate'", SETTINGS]),
        ({"task": "sunspots"}, ["unknown setting 'task'", SETTINGS]),
        ({"cell": "x"}, ["cell must be one of rnn, lstm, gru, got 'x'"]),
        ({"lr": -1}, ["lr must be above 0, got -1"]),
        ({"seq_len": 10**7}, ["seq_len must be from 2 to 1000"]),
        ({"hidden_size": None}, ["hidden_size must be a whole number, got None"]),
    ],
)
def test_a_setting_that_is_refused_changes_nothing(
    make_lab: LabMaker, changes: dict[str, Any], words: list[str]
) -> None:
    lab = make_lab()
    browser = Browser(lab)
    lab.train(2)
    before, model = lab.settings, lab.model
    with pytest.raises((TypeError, ValueError)) as caught:
        lab.set(lr=0.5, **changes) if "lr" not in changes else lab.set(**changes)
    for word in words:
        assert word in str(caught.value)
    browser.catch_up()
    assert (lab.settings, lab.model, lab.state.step) == (before, model, 2)
    assert lab._console.knobs.widgets["lr"].value == before.lr


@pytest.mark.parametrize("name", ["nope", None, [], "hidden "])
def test_an_unknown_picture_lists_the_known(make_lab: LabMaker, name: object) -> None:
    known = dict.fromkeys([*DEFAULT, *VIEWS, "perturbation"])  # those that are on show first
    with pytest.raises(ValueError, match=f"name must be one of {', '.join(known)}, got {re.escape(repr(name))}"):
        make_lab().figure(name)


def test_a_picture_that_a_task_does_not_have_is_refused(make_lab: LabMaker) -> None:
    with pytest.raises(ValueError, match="task 'adding' has nothing to draw in the view 'prediction'"):
        make_lab().figure("prediction")


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"sample": 8}, "sample must be from 0 to 7, got 8"),
        ({"sample": -1}, "sample must be from 0 to 7, got -1"),
        ({"sample": "a"}, "sample must be a whole number, got 'a'"),
        ({"layer": 1}, "layer must be 0, there is only one, got 1"),
        ({"direction": 1}, "direction must be 0, there is only one, got 1"),
    ],
)
@pytest.mark.parametrize("name", ["hidden", "gradients", "gates", "curves"])
def test_a_sequence_that_does_not_exist_is_not_replaced_by_another(
    make_lab: LabMaker, name: str, where: dict[str, Any], words: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        make_lab().figure(name, **where)


def test_an_unknown_column_lists_the_known(make_lab: LabMaker) -> None:
    with pytest.raises(KeyError, match=r"no column 'accuracy'.*step, loss, metric, grad_norm, clipped, lr"):
        make_lab().history["accuracy"]


@pytest.mark.parametrize("value", [0, -1])
@pytest.mark.parametrize("verb", ["train", "step"])
def test_fewer_than_one_step_is_refused(make_lab: LabMaker, verb: str, value: int) -> None:
    lab = make_lab()
    with pytest.raises(ValueError, match=f"must be at least 1, got {value}"):
        getattr(lab, verb)(value)
    assert lab.state.step == 0
