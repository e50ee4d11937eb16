"""A series of a learner's own is written down whole: as a recipe and as a program that runs alone."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

import rnnviz as rv
from rnnviz.tasks import CO2, Record, Series, Weather, from_recipe, from_series


def own():
    rng = np.random.default_rng(0)
    values = np.column_stack([np.sin(np.arange(150) / 6), np.full(150, 0.1), rng.normal(size=150)])
    values[20:23, 0] = np.nan
    return pd.DataFrame(values, pd.date_range("2020-01-31", periods=150, freq="ME"), ["wave", "still", "noise"])


TASKS = {
    "own": lambda: from_series(own(), lookback=10, horizon=3, name="mine"),
    "plain list": lambda: from_series([float(at % 7) for at in range(90)], lookback=5),
    "long": lambda: from_series([float(at % 7) for at in range(4000)], lookback=5, horizon=2),
    "one answer": lambda: Series(Record.of(own()), lookback=8, horizon=2, path=False, answers=["noise"], difference=12),
    "co2": lambda: CO2(52),
    "weather": lambda: Weather(),
}


@pytest.fixture(params=TASKS)
def task(request):
    return TASKS[request.param]()


def test_a_recipe_makes_the_same_task_again(task):
    again = from_recipe(json.loads(json.dumps(task.to_recipe())))
    assert type(again) is type(task)
    np.testing.assert_array_equal(again.record.values, task.record.values)
    np.testing.assert_array_equal(again.record.missing, task.record.missing)
    first, second = (one.batch(9, torch.Generator().manual_seed(3)) for one in (task, again))
    assert torch.equal(first.inputs, second.inputs)
    assert torch.equal(first.targets, second.targets)
    assert again.time_labels(1) == task.time_labels(1)
    assert (again.name, again.source, again.seq_len) == (task.name, task.source, task.seq_len)
    assert again.baselines() == task.baselines()


def test_a_lab_of_a_recipe_trains_as_the_first_one(task):
    first = rv.Lab(task, hidden_size=4, seed=1, device="cpu")
    second = rv.Lab.from_recipe(first.recipe())
    for lab in (first, second):
        lab.train(3)
    np.testing.assert_array_equal(first.history["loss"], second.history["loss"])
    first.close()
    second.close()


def test_the_program_runs_alone_and_prints_the_labs_losses(task, tmp_path):
    lab = rv.Lab(task, hidden_size=4, seed=1, device="cpu")
    lab.train(4)
    (tmp_path / "program.py").write_text(lab.code(), encoding="utf-8")
    assert "import rnnviz" not in lab.code()
    ran = subprocess.run([sys.executable, "-W", "error", "program.py"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.stderr == ""
    assert ran.stdout.splitlines()[:4] == [f"step {at + 1} loss {lab.history['loss'][at]:.9g}" for at in range(4)]
    lab.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"values": "data.csv"}, "record must have a list of values, got 'data.csv'"),
        ({"values": [1.0, 2.0]}, "parts must be at most 2"),
        ({"values": [[1.0, float("inf")]] * 90}, "row 1, column 'value 2', must be a finite number"),
        ({"names": ["a", "b"]}, "the record must have a name for each feature"),
        ({"parts": [80, 70]}, "parts in order"),
        ({"step": ["eon", 1]}, "step must be"),
        ({"source": 3}, "source must be"),
    ],
)
def test_a_recipe_from_a_stranger_is_checked(change, words):
    recipe = TASKS["plain list"]().to_recipe()
    recipe["options"]["record"] |= change
    with pytest.raises((TypeError, ValueError), match=words):
        from_recipe(recipe)


def test_a_recipe_without_a_record_says_what_is_missing():
    with pytest.raises(ValueError, match="the options of a series must have record, lookback"):
        from_recipe({"task": "from_series", "options": {"horizon": 3}})
