"""Settings are checked once, and know what a change rebuilds."""

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest
import torch

from rnnviz.training import LIVE, STRUCTURAL, Settings


def test_every_setting_is_either_live_or_structural():
    assert sorted(LIVE + STRUCTURAL) == sorted(field.name for field in fields(Settings))


def test_settings_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Settings().lr = 1.0


def test_an_unknown_name_lists_the_known():
    with pytest.raises(TypeError, match=r"unknown setting 'learning_rate'; the settings are lr, schedule, .*, seed\."):
        Settings().replace(learning_rate=1.0)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("lr", 0, "lr must be above 0, got 0"),
        ("lr", float("nan"), "lr must be above 0, got nan"),
        ("lr", float("inf"), "lr must be a finite number, got inf"),
        ("lr", 10**400, "lr must be a finite number, got one that is too large"),
        ("optimizer", np.array(["sgd", "adam"]), "optimizer must be one of sgd, adam, adamw, got array"),
        ("clip", -1.0, r"clip must be above 0, got -1\.0"),
        ("batch_size", 0, "batch_size must be at least 1, got 0"),
        ("hidden_size", 0, "hidden_size must be at least 1, got 0"),
        ("hidden_size", 10**9, "hidden_size must be at most 1048576, got 1000000000"),
        ("num_layers", 10**9, "num_layers must be at most 1000, got 1000000000"),
        ("input_noise", -0.1, r"input_noise must be at least 0, got -0\.1"),
        ("teacher_forcing", -0.1, r"teacher_forcing must be at least 0, got -0\.1"),
        ("teacher_forcing", 1.1, r"teacher_forcing must be at most 1, got 1\.1"),
        ("seed", -1, "seed must be at least 0, got -1"),
        ("optimizer", "lion", "optimizer must be one of sgd, adam, adamw, got 'lion'"),
        ("cell", "LSTM", "cell must be one of rnn, lstm, gru, got 'LSTM'"),
        ("init", "he", "init must be one of default, xavier, orthogonal, identity, got 'he'"),
        ("nonlinearity", "relu", "set cell='rnn' or nonlinearity='tanh'"),
    ],
)
def test_a_value_out_of_range_is_named(name, value, sentence):
    with pytest.raises(ValueError, match=sentence):
        Settings().replace(**{name: value})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("lr", "fast", "lr must be a number, got 'fast'"),
        ("lr", torch.ones(2), "lr must be one number, got tensor"),
        ("seed", torch.tensor(0.5), "seed must be a whole number, got tensor"),
        ("hidden_size", 32.5, "hidden_size must be a whole number, got 32.5"),
        ("batch_size", True, "batch_size must be a whole number, got True"),
        ("bidirectional", 1, "bidirectional must be True or False, got 1"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(name, value, sentence):
    with pytest.raises(TypeError, match=sentence):
        Settings().replace(**{name: value})


@pytest.mark.parametrize("name", LIVE)
def test_a_live_change_rebuilds_nothing(name):
    values = {"lr": 0.5, "clip": None, "batch_size": 7, "optimizer": "sgd", "input_noise": 0.5}
    values |= {"schedule": "step", "rho": 1.1, "forget_bias": 1.0, "teacher_forcing": 0.5}
    assert Settings().rebuilds(Settings().replace(**{name: values[name]})) == ()


@pytest.mark.parametrize("name", STRUCTURAL)
def test_a_structural_change_rebuilds(name):
    values = {"cell": "gru", "bidirectional": True, "init": "xavier", "nonlinearity": "relu"}
    before = Settings(cell="rnn") if name == "nonlinearity" else Settings()
    assert before.rebuilds(before.replace(**{name: values.get(name, 9)})) == (name,)
