"""Peak memory of one call: what torch's allocator holds at most, beyond what it held before."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

__all__ = ["peak", "peak_bytes"]

_COUNTED = ("cpu", "cuda")


def peak_bytes(action: Callable[[], object], device: torch.device) -> float:
    """Run ``action`` once and return the most bytes it held at once; NaN on devices that do not tell.

    ``action`` was called before, so nothing is made for the first time. What existed before it is not counted; on the
    CPU every allocation of torch is, numpy views of tensors included; on an NVIDIA GPU its own memory alone.

    >>> peak_bytes(lambda: torch.zeros(1000), torch.device("cpu"))
    4000.0
    """
    if device.type not in _COUNTED:
        action()
        return float("nan")
    return _peak_of_cuda(action, device) if device.type == "cuda" else _peak_of_cpu(action)


def peak(changes: Iterable[tuple[int, int]]) -> float:
    """Return the largest sum so far, in bytes, of ``(time, bytes)`` changes taken in order of time."""
    return float(max(accumulate((size for _, size in sorted(changes)), initial=0)))


def _peak_of_cuda(action: Callable[[], object], device: torch.device) -> float:
    torch.cuda.synchronize(device)
    # after the wait: what is still under way would count for the next
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    kept = action()
    torch.cuda.synchronize(device)
    found = torch.cuda.max_memory_allocated(device) - before
    del kept
    return float(found)


def _peak_of_cpu(action: Callable[[], object]) -> float:
    with _quiet(), profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        kept = action()
    del kept
    results: Any = profiler.profiler.kineto_results
    # the summed tables say what each operator took in all; only the single events say what was held at once
    found = [event for event in results.events() if event.name() == "[memory]" and event.device_type().name == "CPU"]
    return peak((event.start_ns(), event.nbytes()) for event in found)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the lines that the profiler's library writes at its start and stop off the terminal."""
    sys.stderr.flush()
    terminal, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)
