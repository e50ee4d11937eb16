"""Small labs that a test lets go of itself, and the threads they leave."""

import threading
from typing import Any

from rnnviz.lab import Comparison, Lab, compare

SMALL = {"hidden_size": 4, "batch_size": 4, "device": "cpu"}


def small_lab(task: Any = "adding", **settings: Any) -> Lab:
    sizes = SMALL | ({"seq_len": 8} if task == "adding" else {})
    return Lab(task, **{**sizes, **settings})


def small_comparison(**settings: Any) -> Comparison:
    return compare(["rnn", "gru"], "adding", **{**SMALL, "seq_len": 8, **settings})


def lab_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("rnnviz-")}
