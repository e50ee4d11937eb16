"""A recording that needs no GPU: like a CUDA graph it computes nothing when made, and on fixed memory then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import torch

from rnnviz.trace.recompute import recompute
from rnnviz.trace.scan import graphs, scans
from rnnviz.trace.scan.graphs import Graphs
from rnnviz.trace.scan.recording import Tensors


class FakeRecording:
    """Calls the function again where a graph would launch again."""

    def __init__(self, function: Callable[[], Tensors], device: torch.device) -> None:
        function()
        self._function, self.results = function, function()
        self.replays, self.dropped, self.in_use = 0, False, False
        for one in self.results:
            if one is not None:
                one.fill_(float("nan"))

    @contextmanager
    def used(self) -> Iterator[None]:
        assert not self.in_use
        assert not self.dropped
        self.in_use = True
        yield
        self.in_use = False

    def replay(self) -> None:
        assert self.in_use
        self.replays += 1
        for kept, found in zip(self.results, self._function(), strict=True):
            if kept is not None and found is not None and kept is not found:
                kept.copy_(found)

    def drop(self) -> None:
        assert not self.in_use
        self.dropped = True


class Made(list[FakeRecording]):
    """The recordings that were made, in order."""

    def __call__(self, function: Callable[[], Tensors], device: torch.device) -> FakeRecording:
        self.append(FakeRecording(function, device))
        return self[-1]


@contextmanager
def recording_on_the_cpu() -> Iterator[Made]:
    """Let every loop over timesteps be recorded, however short and wherever it runs."""
    made = Made()
    found = Graphs(made, lambda device: True, lambda device: 2**30)
    worth_it = mock.Mock(return_value=True)
    asked = [mock.patch.object(module, "by_graph", worth_it) for module in (recompute, scans)]
    with mock.patch.object(graphs, "GRAPHS", found), asked[0], asked[1]:
        yield made
