"""The public doors of tasks that are made of somebody's own data, and of the shipped ones with options."""

from types import MappingProxyType

import numpy as np
import torch

import rnnviz as rv
from rnnviz.tasks import Batch
from tests.doors import Door

__all__ = ["task_doors"]

SENTENCES = MappingProxyType(
    {"sentences": [["a", "b"], ["b", "c", "a"], ["c"]] * 4, "tags": [["X", "O"], ["O", "O", "X"], ["X"]] * 4}
)


def task_doors() -> dict[str, Door]:
    """Return them by name."""
    tasks = rv.tasks
    series = tasks.from_series(np.sin(np.arange(80.0)), lookback=6, horizon=2)
    texts = tasks.from_texts(["good film", "bad film", "good", "bad"] * 5, ["up", "down", "up", "down"] * 5)
    tags = tasks.from_tags(**SENTENCES)
    forecaster = rv.models.SequenceModel("gru", series.input_size, 4, series.output_size)
    said = torch.zeros(2, 3, dtype=torch.long)
    return {
        "from_series": Door(
            tasks.from_series,
            {"values": np.sin(np.arange(80.0)), "lookback": 6, "horizon": 2, "test_share": 0.2, "name": "waves"},
            {"values": ("row", "column", "file", "lookback", "test part"), "lookback": ("row", "column", "test part")},
        ),
        "from_texts": Door(
            tasks.from_texts,
            {
                "texts": [f"film {one}" for one in range(12)],
                "labels": ["up", "down"] * 6,
                "level": "word",
                "min_count": 1,
            }
            | {"test_share": 0.25, "each_prefix": False},
        ),
        "from_tags": Door(
            tasks.from_tags,
            {**SENTENCES, "level": "word", "min_count": 1, "test_share": 0.25, "name": "letters"},
        ),
        "tasks.from_recipe": Door(
            tasks.from_recipe, {"recipe": {"task": "adding", "options": {}}}, {"recipe": ("task",)}
        ),
        "CO2": Door(tasks.CO2, {"difference": 0, "lookback": 60, "horizon": 4}),
        "Weather": Door(tasks.Weather, {"lookback": 30}),
        "Interface": Door(tasks.Interface, {"attention": "general", "reverse_source": False}),
        "PythonLines": Door(tasks.PythonLines, {"seq_len": 48}),
        "Surnames": Door(tasks.Surnames, {"seq_len": 24, "each_prefix": True}),
        "letters_left": Door(tasks.letters_left, {"line": "for x in y:"}),
        "rolling_origins": Door(
            tasks.rolling_origins,
            {"task": series, "model": forecaster, "steps": 2, "part": "test"},
            allowed=("module",),  # what its own forward says is the model's
        ),
        "tag_scores": Door(tasks.tag_scores, {"said": said, "targets": said.clone(), "tags": ("O", "X")}),
        "texts.encoded": Door(texts.encoded, {"text": "good"}),
        "tags.encoded": Door(tags.encoded, {"text": "a b"}),
        "Batch lengths": Door(
            lambda **given: Batch(torch.zeros(2, 8, 1), torch.zeros(2, 1), **given), {"lengths": torch.tensor([8, 3])}
        ),
        **{
            f"{name}.{verb}": Door(getattr(task, verb), {argument: value})
            for name, task in {"series": series, "texts": texts, "tags": tags}.items()
            for verb, argument, value in (
                ("with_seq_len", "seq_len", task.seq_len),
                ("probe", "size", 2),
                ("probe_index", "sample", 0),
                ("time_labels", "sample", 0),
                ("to", "device", "cpu"),
            )
        },
    }
