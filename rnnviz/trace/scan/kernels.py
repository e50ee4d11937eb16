"""Functions that a CPU does faster another way than torch's own; without autograd, to the last few bits the same."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear

from rnnviz.trace.result.arrays import Array

_WORTH_IT = 2**21  # multiplications: in smaller products what oneDNN spends on a call is more than it saves
_ONE_THREAD = 2**18  # multiplications: up to there numpy's OpenBLAS stays on the calling thread
_ROWS = 8  # fewer, and oneDNN takes longer to rearrange the weights than to multiply

Adding: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]  # total, values, W


def tanh(values: Tensor, out: Tensor | None = None) -> Tensor:
    """``torch.tanh``; on a CPU by numpy, which takes a tenth to a half of the time."""
    if values.device.type != "cpu":
        return torch.tanh(values, out=out)
    return torch.from_numpy(np.tanh(values.numpy(), out=None if out is None else out.numpy()))


def product(values: Tensor, W: Tensor, b: Tensor | None = None) -> Tensor:
    """``values Wᵀ + b`` for many rows: `values` (…, input), `W` (unit, input); axes (…, unit)."""
    by_onednn = _onednn() if _is_worth_it(values[..., 0].numel(), W) else None
    return linear(values, W, b) if by_onednn is None else by_onednn(values, W, b)


def adding(rows: int, W: Tensor) -> Adding:
    """Return the fastest ``total += values W`` in place for `values` of so many rows; `W` (input, unit)."""
    by_onednn = _onednn() if not _is_intels() and _is_worth_it(rows, W) else None
    if by_onednn is None:
        return Tensor.addmm_
    # oneDNN has no "add to": a product of its own, and one pass to add it
    return lambda total, values, W: total.add_(by_onednn(values, W.T, None))


def multiplying(values: Tensor, W: Tensor, out: Tensor) -> list[Callable[[], Any]]:
    """Return, for each timestep of `values` on a CPU, the fastest ``out = values[t] W``, which is done when called.

    A small product is not worth a second thread: handing it over takes as long as the product does, and on a machine
    with other work to do a hundred times longer. Numpy's also begin sooner than torch's.

    Parameters
    ----------
    values
        Axes (time, row, input).
    W
        Axes (input, unit).
    out
        Axes (row, unit): one place for all products.
    """
    rows, size = out.shape[0], out.shape[0] * W.numel()
    # torch multiplies large ones, with as many threads as it has; two halves are the most that stay on one
    if size > 2 * _ONE_THREAD or (size > _ONE_THREAD and rows < 2):
        return [partial(torch.mm, one, W, out=out) for one in values.unbind()]
    whole, weights, to = values.numpy(), W.numpy(), out.numpy()
    if size <= _ONE_THREAD:
        return [partial(one.dot, weights, to) for one in whole]
    half = rows // 2
    first, second = to[:half], to[half:]
    return [partial(_both, one[:half].dot, one[half:].dot, weights, first, second) for one in whole]


def _both(one: Callable[..., Any], other: Callable[..., Any], W: Array, out: Array, other_out: Array) -> None:
    """Multiply two halves by `W`, each on the calling thread."""
    one(W, out)
    other(W, other_out)


def _is_worth_it(rows: int, W: Tensor) -> bool:
    fits = W.device.type == "cpu" and W.dtype == torch.float32
    return fits and rows >= _ROWS and rows * W.numel() >= _WORTH_IT


@cache
def _onednn() -> Callable[[Tensor, Tensor, Tensor | None], Tensor] | None:
    """OneDNN's ``values Wᵀ + b`` of ordinary tensors, which compiled models use; None where torch lacks it."""
    operator = getattr(torch.ops.mkldnn, "_linear_pointwise", None) if torch.backends.mkldnn.is_available() else None  # type: ignore[no-untyped-call]
    if operator is None:
        return None

    def by_onednn(values: Tensor, W: Tensor, b: Tensor | None) -> Tensor:
        found: Tensor = operator(values, W, b, "none", [], "")
        return found

    return by_onednn if _agrees(by_onednn) else None


@cache
def _is_intels() -> bool:
    """Whether the processor is Intel's: on others MKL, torch's own way to multiply, leaves its quickest paths alone."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        told = platform.processor()
    return "GenuineIntel" in told


def _agrees(by_onednn: Callable[[Tensor, Tensor, Tensor | None], Tensor]) -> bool:
    """Whether it runs here and gives what torch gives, on rows that do not lie one after the other."""
    rising = torch.arange(12, dtype=torch.float32, device="cpu")
    values, W = rising.view(3, 4).T, rising[:6].view(3, 2).T
    try:
        return torch.equal(by_onednn(values, W, W[:, 0]), linear(values, W, W[:, 0]))
    except (RuntimeError, TypeError):
        return False
