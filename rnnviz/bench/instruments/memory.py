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
    """Run ``action`` once and return the most bytes it held at once.

    Weights, optimiser state and the batch exist before and are not counted. On an NVIDIA GPU only its own memory
    counts; on the CPU, every allocation that torch makes there, numpy views of tensors included. Other devices do not
    tell what they held at most: NaN.

    Parameters
    ----------
    action : callable
        Already called before, so that nothing is made for the first time.
    device : torch.device
        Where it works.

    Examples
    --------
    >>> peak_bytes(lambda: torch.zeros(1000), torch.device("cpu"))
    4000.0
    """
    if device.type not in _COUNTED:
        action()
        return float("nan")
    return _peak_of_cuda(action, device) if device.type == "cuda" else _peak_of_cpu(action)


def peak(changes: Iterable[tuple[int, int]]) -> float:
    """Return the largest sum so far of ``(time, bytes)`` changes, put in order of time.

    Examples
    --------
    >>> peak([(3, -10), (1, 10), (2, 20), (4, 5)])
    30.0
    """
    return float(max(accumulate((size for _, size in sorted(changes)), initial=0)))


def _peak_of_cuda(action: Callable[[], object], device: torch.device) -> float:
    torch.cuda.synchronize(device)
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
