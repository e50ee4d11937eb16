"""What the launches of a function on a CUDA device are recorded with: a graph, with memory of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias

import torch
from torch import Tensor

__all__ = ["CudaRecording", "Tensors", "agree", "may_record", "tells"]

Tensors: TypeAlias = tuple[Tensor | None, ...]

_LEAST = 1e-30  # a number below that may be flushed to 0 on one way and not on the other


def may_record(device: torch.device) -> bool:
    """Whether nothing is being recorded there already, by the owner of the model for instance."""
    with torch.cuda.device(device):
        return not torch.cuda.is_current_stream_capturing()


def agree(found: Tensor | None, truth: Tensor | None) -> bool:
    """Whether two results are the same but for the order in which a product adds up.

    Of arrays (time, batch, unit) each timestep is measured by itself: a gradient that vanishes counts, too.
    """
    if found is None or truth is None:
        return found is truth
    if not truth.numel():
        return found.shape == truth.shape
    sizes = truth.nan_to_num(0.0, 0.0, 0.0).abs()
    largest = (sizes.amax(-1, keepdim=True) if truth.dim() == 3 else sizes.max()).clamp_min(_LEAST)
    same = (found == truth) | (found.isnan() & truth.isnan())
    return bool((same | ((found - truth).abs() <= 1e-4 * sizes + 1e-5 * largest)).all())


def tells(truth: Tensor | None) -> bool:
    """Whether there is a number in a result by which another one could be told to be wrong."""
    return truth is not None and bool(((truth != 0) & truth.isfinite()).any())


@dataclass(frozen=True)
class _Side:
    """One stream for all recordings of a device: each stream keeps memory of cuBLAS's own, which its recordings share.

    So no two of them may run at once, whatever streams they are replayed on: each waits until the last one is `done`.
    """

    stream: torch.cuda.Stream = field(default_factory=lambda: torch.cuda.Stream())  # type: ignore[no-untyped-call]
    done: torch.cuda.Event = field(default_factory=lambda: torch.cuda.Event())  # type: ignore[no-untyped-call]


_SIDES: dict[torch.device, _Side] = {}


class CudaRecording:
    """A CUDA graph of what `function` launches.

    Parameters
    ----------
    function
        Reads and writes memory that stays where it is, and never waits for the device. It is called three times: twice
        to warm up, since libraries set themselves up in a first call, and once to be recorded, which computes nothing.
    device
        Where it runs.

    Attributes
    ----------
    results
        What `function` returned when it was recorded: where each replay leaves what it finds.
    """

    def __init__(self, function: Callable[[], Tensors], device: torch.device) -> None:
        self._device = device
        with torch.cuda.device(device):
            known = _SIDES.get(device) or _SIDES.setdefault(device, _Side())
            self._graph, self._done = torch.cuda.CUDAGraph(), known.done
            before, side = torch.cuda.current_stream(), known.stream
            # what is recorded reads memory that the owner's stream may still be writing
            side.wait_stream(before)
            side.wait_event(self._done)
            try:
                with torch.cuda.stream(side):
                    function()  # a kernel is tried on copies first
                    function()  # and only now launched as it will be: nothing may be compiled while recording
                before.wait_stream(side)
                # other threads, one that trains for instance, may go on allocating meanwhile
                with torch.cuda.graph(self._graph, stream=side, capture_error_mode="thread_local"):
                    self.results = function()
            except BaseException:
                self._end(side)
                raise
            finally:
                torch.cuda.set_stream(before)  # where a recording fails to end, torch leaves its stream the current one
            self._done.record()

    @contextmanager
    def used(self) -> Iterator[None]:
        """Wait, on the device, for the last recording that ran, on whatever stream."""
        with torch.cuda.device(self._device):
            torch.cuda.current_stream().wait_event(self._done)
            try:
                yield
            finally:
                self._done.record()

    def replay(self) -> None:
        """Launch all of it on the current stream."""
        self._graph.replay()

    def drop(self) -> None:
        """Wait for the last replay, and give the memory back."""
        self._done.synchronize()
        self.results = ()
        self._graph.reset()

    def _end(self, stream: torch.cuda.Stream) -> None:
        """Take a stream, and the random generator, out of recording where an error has left them there."""
        self._take_out(stream, self._graph)
        spare = torch.cuda.CUDAGraph()
        with suppress(Exception), torch.cuda.graph(spare, stream=stream, capture_error_mode="thread_local"):
            torch.zeros(1, device=self._device)  # a recording that ends well is what the generator waits for
        self._take_out(stream, spare)

    @staticmethod
    def _take_out(stream: torch.cuda.Stream, graph: torch.cuda.CUDAGraph) -> None:
        with suppress(Exception), torch.cuda.stream(stream):
            if torch.cuda.is_current_stream_capturing():
                graph.capture_end()
