"""Comparisons that are closed when a test ends."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rnnviz.lab import Comparison, compare

Maker = Callable[..., Comparison]
CELLS = ("rnn", "gru", "lstm")
SIZES = {"hidden_size": 4, "batch_size": 4, "device": "cpu", "seq_len": 8}


@pytest.fixture
def make() -> Iterator[Maker]:
    made: list[Comparison] = []

    def build(*models: Any, **settings: Any) -> Comparison:
        own = {name for one in models if isinstance(one, dict) for name in one}
        sizes = {name: size for name, size in SIZES.items() if name not in own}
        made.append(compare(list(models or CELLS), **{"task": "adding", "fps": 500.0, **sizes, **settings}))
        return made[-1]

    yield build
    for one in made:
        one.close()
