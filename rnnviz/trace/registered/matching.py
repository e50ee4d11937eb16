"""Which of a call's results is which of the states and outputs that its recomputation found: told by their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnviz.trace.registered.reading import Plan
from rnnviz.trace.registered.steps import StepRun

__all__ = ["Role", "over_time", "roles", "without_ones"]


class Role(NamedTuple):
    """What a result is: of a state (its index) or the output (−1), the last step's or, with a time axis, every one's.

    `ranked` is one whose sequences are in the order of a packed input, the longest first.
    """

    of: int
    every: bool
    ranked: bool = False


def roles(results: Sequence[Tensor], plan: Plan, walked: StepRun) -> list[Role | None]:
    """The role of each result, None where the recomputation found nothing like it.

    Of several that agree it is the closest; of those that are as close, one that no result before it has.
    """
    known = list(_candidates(plan, walked))
    found: list[Role | None] = []
    for result in results:
        apart = {role: _apart(result, value) for role, value in known if _agrees(result, value)}
        rounding = 8 * torch.finfo(result.dtype).eps * _size(result) if result.is_floating_point() else 0.0
        closest = min(apart.values(), default=0.0) + rounding
        agreeing = [role for role, distance in apart.items() if distance <= closest]
        fresh = [role for role in agreeing if role not in found]
        found.append(next(iter(fresh or agreeing), None))
    return found


def over_time(value: Tensor, like: Tensor, plan: Plan) -> Tensor:
    """A result with a time axis, or its gradient, as (time, batch, …), each step in the shape of `like`."""
    if plan.packing is not None:
        return pad_packed_sequence(plan.packing._replace(data=value))[0].reshape(-1, *like.shape)
    if plan.reading.time == 0:
        return value.reshape(-1, *like.shape)
    batch, *units = like.shape
    return value.reshape(batch, -1, *units).transpose(0, 1)


def _candidates(plan: Plan, walked: StepRun) -> Iterator[tuple[Role, Tensor]]:
    columns = {index: walked.state(index) for index in range(len(walked.initial))}
    if walked.outputs is not None:
        columns = {-1: walked.outputs} | columns
    if plan.reading.time is not None:
        for index, values in columns.items():
            if all(one.shape == values[0].shape for one in values):
                yield Role(index, True), _native(torch.stack(values), plan)
    for index in sorted(columns, key=lambda index: index < 0):
        yield Role(index, False), columns[index][-1]
        if plan.packing is not None and plan.packing.sorted_indices is not None:
            yield Role(index, False, ranked=True), columns[index][-1].index_select(0, plan.packing.sorted_indices)


def _native(value: Tensor, plan: Plan) -> Tensor:
    """(time, batch, …) as the module has it: packed, or with its own order of axes."""
    if plan.packing is not None:
        return _packed(value, plan.packing)
    return value if plan.reading.time == 0 else value.transpose(0, 1)


def _packed(value: Tensor, packing: PackedSequence) -> Tensor:
    """The data of (time, batch, …) packed as the input was."""
    ordered = value if packing.sorted_indices is None else value.index_select(1, packing.sorted_indices)
    return torch.cat([row[: int(size)] for row, size in zip(ordered, packing.batch_sizes, strict=True)])


def _agrees(result: Tensor, value: Tensor) -> bool:
    if without_ones(result) != without_ones(value):
        return False
    coarse = max((torch.finfo(one.dtype).eps for one in (result, value) if one.is_floating_point()), default=0.0)
    # a step may add up in another order than the module; half precision is coarser still
    close = {"rtol": 1e-3, "atol": 1e-4} if coarse < 1e-4 else {"rtol": 4 * coarse, "atol": 4 * coarse}
    return torch.allclose(result.reshape(-1).double(), value.detach().reshape(-1).double(), equal_nan=True, **close)


def _apart(result: Tensor, value: Tensor) -> float:
    difference = result.reshape(-1).double() - value.detach().reshape(-1).double()
    return float(difference.nan_to_num().abs().max()) if len(difference) else 0.0


def _size(result: Tensor) -> float:
    return float(result.detach().nan_to_num().abs().max()) if result.numel() else 0.0


def without_ones(value: Tensor) -> list[int]:
    """The sizes of a tensor's axes, but for those of 1."""
    return [size for size in value.shape if size != 1]
