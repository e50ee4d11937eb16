"""Labs and comparisons that are closed when a test ends."""

from collections.abc import Iterator
from typing import Any

import pytest

from rnnviz.lab import Comparison, Lab, compare
from tests.lab.browser import LabMaker
from tests.lab.comparisons import CELLS, SIZES, Maker


@pytest.fixture
def make_lab() -> Iterator[LabMaker]:
    labs: list[Lab] = []

    def build(task: Any = "adding", **settings: Any) -> Lab:
        sizes = {"hidden_size": 4, "batch_size": 4, "device": "cpu", "fps": 500.0}
        if task == "adding":
            sizes["seq_len"] = 8
        labs.append(Lab(task, **{**sizes, **settings}))
        return labs[-1]

    yield build
    for lab in labs:
        lab.close()


@pytest.fixture
def make_comparison() -> Iterator[Maker]:
    made: list[Comparison] = []

    def build(*models: Any, **settings: Any) -> Comparison:
        own = {name for one in models if isinstance(one, dict) for name in one}
        sizes = {name: size for name, size in SIZES.items() if name not in own}
        made.append(compare(list(models or CELLS), **{"task": "adding", "fps": 500.0, **sizes, **settings}))
        return made[-1]

    yield build
    for one in made:
        one.close()
