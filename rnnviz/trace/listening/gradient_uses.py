"""Where gradients meet: what comes back to one result of a call, told apart by the way that it came.

Nothing is put into the graph of whoever trains. Its own nodes are listened to, so that it adds gradients up in the
order in which it would anyway, and every sum is the same to the last bit. What a node receives is the sum over all uses
of a result; what each use *inside* recurrent calls sends back is heard one by one and taken off again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import torch
from torch import Tensor

__all__ = ["Edge", "GradientUses", "Use", "edge_of", "uses"]

Edge: TypeAlias = tuple[Any, int]  # a node of autograd's, and which of its results


class Use(NamedTuple):
    """A node that was made from what comes along `edge`, as its argument number `place`."""

    node: Any
    place: int
    edge: Edge


class GradientUses:
    """The gradients of one result while a backward pass is under way.

    Parameters
    ----------
    shape
        Of the result; a part may come in another, from a use of the result under another shape.
    deliver
        Called when all have arrived, with what came from outside and what came along the recurrence, None for nothing.
    """

    def __init__(self, shape: torch.Size, deliver: Callable[[Tensor, Tensor | None], None]) -> None:
        self._shape, self._deliver = shape, deliver
        self._task, self._heard = -1, ArrivedGradient()

    def hear(self, part: Tensor | None, *, along: bool) -> None:
        """Take in what one use inside a call sends back: along the recurrence, or within the result's own call."""
        if part is not None:
            with torch.no_grad():
                self._of_this_pass().add(_whole(part.detach(), self._shape), along=along)

    def arrive(self, total: Tensor | None) -> None:
        """Take in the sum of all uses, and deliver."""
        heard = self._of_this_pass()
        if total is not None:
            with torch.no_grad():
                self._deliver(heard.outside(total.detach()), heard.along)
        self._heard = ArrivedGradient()

    def _of_this_pass(self) -> ArrivedGradient:
        """What was heard, without what an earlier pass has left that never came here: it asked for other gradients."""
        task = torch._C._current_graph_task_id()
        if task != self._task:
            self._task, self._heard = task, ArrivedGradient()
        return self._heard


@dataclass(eq=False)
class ArrivedGradient:
    """Sums of what uses inside calls sent back: of all, of their magnitudes, and of those along the recurrence."""

    known: Tensor | None = None
    size: Tensor | None = None
    along: Tensor | None = None

    def add(self, part: Tensor, *, along: bool) -> None:
        """Take one in. Nothing is kept of the part itself, which autograd may write to."""
        self.known = _added(self.known, part)
        self.size = _added(self.size, part.abs())
        if along:
            self.along = _added(self.along, part)

    def outside(self, total: Tensor) -> Tensor:
        """What is left of the sum over all uses; a rest no larger than its rounding is nothing."""
        if self.known is None or self.size is None:
            return total.clone()
        rest = total - self.known
        # sums of the same parts in another order differ by so much; less than that is no gradient from outside
        rounding = 2 * torch.finfo(total.dtype).eps * (self.size + total.abs())
        return rest.masked_fill_(rest.abs() <= rounding, 0.0)


def _whole(part: Tensor, shape: torch.Size) -> Tensor:
    """A part in the shape of the result; where a use had its first sequences only, nothing comes to the others."""
    if part.numel() == shape.numel():
        return part.reshape(shape)
    whole = part.new_zeros(shape)
    whole[: len(part)] = part
    return whole


def _added(total: Tensor | None, part: Tensor) -> Tensor:
    return part.clone() if total is None else total + part


def edge_of(result: Tensor) -> Edge | None:
    """Where the gradient of `result` arrives; None where autograd does not follow it."""
    return None if result.grad_fn is None else (result.grad_fn, result.output_nr)


def uses(ends: Iterable[Any], since: int, wanted: Mapping[Edge, Any], seen: set[Any]) -> Iterator[Use]:
    """Uses of what comes along the `wanted` edges, by nodes behind `ends` from `since` on; all are put into `seen`."""
    ahead = list(ends)
    while ahead:
        node = ahead.pop()
        # older nodes were made before this call: nothing behind them was made by it
        if node in seen or node._sequence_nr() < since:
            continue
        seen.add(node)
        for place, edge in enumerate(node.next_functions):
            if edge in wanted:
                yield Use(node, place, edge)
            if edge[0] is not None:
                ahead.append(edge[0])
