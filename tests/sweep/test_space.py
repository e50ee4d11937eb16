"""What may be varied, and the sentence for everything else."""

import copy
import pickle
from typing import Any

import pytest

import rnnviz as rv
from rnnviz.sweep.trials.space import Choices, Range, Space
from tests.sweep.models import mortal

TINY: dict[str, Any] = {"task": "adding", "trials": 2, "steps": 2, "hidden_size": 4, "seq_len": 8, "device": "cpu"}


def test_ranges_and_choices_are_read_as_they_are_written() -> None:
    space = Space.of({"lr": ("log", 1e-5, 3e-2), "hidden_size": ("log int", 16, 128), "num_layers": range(1, 4)})
    assert dict(space.ranges) == {
        "lr": Range("log", 1e-5, 3e-2),
        "hidden_size": Range("log int", 16, 128),
        "num_layers": Choices((1, 2, 3)),
    }


@pytest.mark.parametrize(
    ("space", "sentence"),
    [
        (None, "space must be a dict of settings' names to what they may be"),
        ({}, "space must be a dict"),
        ([("lr", 1)], "space must be a dict"),
        ({3: [1, 2]}, "space must name settings by words, got 3"),
        ({"learning_rate": ("log", 1e-5, 1e-2)}, "space has an unknown setting 'learning_rate'; the settings are lr, "),
        ({"steps": ("int", 10, 20)}, "steps is how long every trial trains, so it is no part of space"),
        ({"lr": 0.1}, "lr in space must be ('log', 1e-5, 3e-2), .* or a list of choices, got 0.1"),
        ({"lr": (1e-5, 1e-2)}, "lr in space must be ('log'"),
        ({"lr": ("lgo", 1e-5, 1e-2)}, "lr in space must be ('log'"),
        ({"lr": ([], 1e-5)}, "lr in space must be ('log'"),
        ({"lr": ("log", 1e-5)}, "lr in space must be ('log', lowest, highest), got ('log', 1e-05)"),
        ({"lr": ("log", 1e-2, 1e-5)}, "lr in space must go from a lower to a higher number"),
        ({"lr": ("log", "a", 1e-5)}, "lr in space must be a number, got 'a'"),
        ({"lr": ("log", 1e-5, float("nan"))}, "lr in space must be"),
        ({"lr": ("linear", 0, 1e-5)}, "lr must be above 0, got 0"),
        ({"input_noise": ("log", 0, 1)}, "input_noise in space must begin above 0"),
        ({"hidden_size": ("log", 16, 128)}, "hidden_size must be a whole number, got .* write ('log int', 16, 128)."),
        ({"seq_len": ("linear", 8, 9)}, "seq_len must be a whole number, got .* write ('int', 8, 9)."),
        ({"lr": ("linear", float("nan"), 1)}, "lr in space must be a finite number, got nan"),
        ({"hidden_size": ("int", 16, 128.5)}, "hidden_size in space must be a whole number, got 128.5"),
        ({"hidden_size": ("int", 0, 128)}, "hidden_size must be at least 1, got 0"),
        ({"hidden_size": ("int", 8, 2**21)}, "hidden_size must be at most 1048576, got 2097152"),
        ({"cell": ["gru", "lstn"]}, "cell must be one of rnn, lstm, gru, got 'lstn'"),
        ({"cell": []}, "cell in space must have 1 to 10,000 choices, got 0"),
        ({"cell": ["gru", "gru"]}, "cell in space must have each choice once, got 'gru' again"),
        ({"dropout": ("linear", 0, 1)}, "dropout must be below 1, or nothing is left, got 1"),
    ],
)
def test_what_cannot_be_varied_is_told_in_a_sentence_that_names_it(space: Any, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        rv.sweep(space, **TINY)
    words = str(caught.value)
    assert all(part in words for part in sentence.split(" .* "))
    assert "\n" not in words


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"trials": 0}, "trials must be at least 1, got 0"),
        ({"trials": 2.5}, "trials must be a whole number"),
        ({"task": "addding"}, "unknown task 'addding'"),
        ({"task": 3}, "task must be a Task"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"sampler": "bayes"}, "sampler must be one of tpe, random, grid, got 'bayes'"),
        ({"sampler": "grid"}, "sampler 'grid' needs a list of choices for every setting in space, got a range"),
        ({"prune": 1}, "prune must be True or False, got 1"),
        ({"retries": -1}, "retries must be at least 0"),
        ({"workers": 0}, "workers must be at least 1"),
        ({"executor": 4}, "executor must be a concurrent.futures.Executor, such as a ProcessPoolExecutor, got 4"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"lr": 0.1}, "space varies 'lr', so it cannot be the same for every trial too"),
        ({"layers": 2}, "unknown setting 'layers'"),
        ({"clip": -1}, "clip must be above 0"),
        ({"device": "tpu9"}, "device"),
        (
            {"model": "gru"},
            "model must be a torch.nn.Module, or a function of the task and the settings that builds one",
        ),
        ({"store": 3}, "store must be a folder name such as 'sweep', got 3"),
    ],
)
def test_every_other_argument_is_checked_before_the_first_trial(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        rv.sweep({"lr": ("log", 1e-3, 1e-2)}, **{**TINY, **arguments})
    assert sentence in str(caught.value)


def test_a_grid_tries_every_combination_once() -> None:
    found = rv.sweep({"cell": ["rnn", "gru"], "num_layers": [1, 2]}, sampler="grid", **{**TINY, "trials": 4})
    assert [(row["cell"], row["num_layers"]) for row in found.rows] == [("rnn", 1), ("rnn", 2), ("gru", 1), ("gru", 2)]


def test_a_model_of_ones_own_is_told_what_it_takes_beside_settings() -> None:
    found = rv.sweep({"doomed": [-1, -2]}, sampler="grid", model=mortal, grave="", **TINY)
    assert list(found.trials["state"]) == ["done", "done"]
    assert found.rows[0]["score"] == found.rows[1]["score"]


def test_dropout_makes_another_training_and_the_same_each_time() -> None:
    space, asked = {"dropout": [0.0, 0.6]}, {**TINY, "steps": 4}
    one, other = (rv.sweep(space, sampler="grid", **asked) for _ in range(2))
    assert one.rows == other.rows
    assert one.rows[0]["score"] != one.rows[1]["score"]


def test_a_sweep_can_be_copied_and_pickled() -> None:
    found = rv.sweep({"lr": ("log", 1e-3, 1e-2)}, **TINY)
    for other in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert (other.rows, other.best, repr(other)) == (found.rows, found.best, repr(found))


@pytest.mark.parametrize(
    ("value", "there"), [(0.01, True), (1e-3, True), (0.1, False), ("x", False), (None, False), (True, False)]
)
def test_a_space_knows_which_settings_lie_in_it(value: Any, there: bool) -> None:
    space = Space.of({"lr": ("log", 1e-3, 1e-2), "cell": ["rnn"], "hidden_size": ("int", 2, 4)})
    assert space.holds({"lr": value, "cell": "rnn", "hidden_size": 4}) is there
    assert not space.holds({"lr": 0.01, "cell": "gru", "hidden_size": 4})
    assert not space.holds({"lr": 0.01, "cell": "rnn", "hidden_size": 2.5})
    assert not space.holds({"lr": 0.01})
