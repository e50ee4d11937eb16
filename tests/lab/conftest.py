"""Labs that are closed when a test ends."""

from collections.abc import Iterator
from typing import Any

import pytest

from rnnviz.lab import Lab
from tests.lab.browser import LabMaker


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
