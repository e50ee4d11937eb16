"""A stack of calls, and what is found of it, as flat rows of tensors: what a recording is given and gives back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from torch import Tensor

from rnnviz.trace.modules.layers import Layout, Weights
from rnnviz.trace.recompute.layers_inside import Level
from rnnviz.trace.recompute.stacking import Stack
from rnnviz.trace.recompute.unrolled import Unrolled
from rnnviz.trace.scan.recording import Tensors
from rnnviz.trace.scan.scans import by_kernel

__all__ = ["Form", "flat", "flat_results", "results", "unflat"]

_FIELDS = 7  # of `Unrolled`, beside the gates


class Form(NamedTuple):
    """What a flat row leaves out: with it, and only with it, the row is a stack and its weights again."""

    layout: Layout
    levels: int
    initial: int
    grad_final: int
    grad_links: int
    has_loss: bool
    by_kernels: bool  # whether single launches may stand for the loops in it


def flat(stack: Stack, layout: Layout, weights: Sequence[Sequence[Weights]]) -> tuple[Tensors, Form]:
    """Take a stack and its weights apart."""
    levels, links = stack.levels, stack.grad_links or ()
    rest = stack.lengths, stack.valid, stack.grad_output, *stack.initial, *stack.grad_final, *links
    row = *(one for level in levels for one in level), *(one for row in weights for each in row for one in each), *rest
    sizes = len(levels), len(stack.initial), len(stack.grad_final), len(links)
    return row, Form(layout, *sizes, stack.has_loss, by_kernel(levels[0].inputs))


def unflat(row: Tensors, form: Form) -> tuple[Stack, list[list[Weights]]]:
    """Put a stack and its weights together again."""
    rest: Iterator[Any] = iter(row)

    def taken(count: int) -> tuple[Any, ...]:
        return tuple(islice(rest, count))

    layout = form.layout
    levels = [Level(*taken(3)) for _ in range(form.levels)]
    weights = [[Weights(*taken(5)) for _ in range(layout.directions)] for _ in range(layout.num_layers)]
    lengths, valid, grad_output = taken(3)
    initial, final, links = taken(form.initial), taken(form.grad_final), taken(form.grad_links)
    return Stack(levels, initial, lengths, valid, form.has_loss, grad_output, final, links), weights


def flat_results(done: Sequence[Sequence[Unrolled]]) -> Tensors:
    """Take what was found of every layer and direction apart, each array contiguous: such are copied all at once."""
    row: list[Tensor | None] = []
    for one in (one for each in done for one in each):
        fields = one.hidden, one.cell, one.direct, one.total, one.grad_cell, one.grad_ih, one.grad_hh
        row += [None if value is None else value.contiguous() for value in (*fields, *one.gates)]
    return tuple(row)


def results(row: Tensors, layout: Layout) -> list[list[Unrolled]]:
    """Put what was found of every layer and direction together again."""
    count = len(row) // (layout.num_layers * layout.directions)
    parts = iter([row[start : start + count] for start in range(0, len(row), count)])

    def unrolled(part: Sequence[Any]) -> Unrolled:
        hidden, cell, direct, total, grad_cell, grad_ih, grad_hh = part[:_FIELDS]
        return Unrolled(hidden, cell, tuple(part[_FIELDS:]), direct, total, grad_cell, grad_ih, grad_hh)

    return [[unrolled(next(parts)) for _ in range(layout.directions)] for _ in range(layout.num_layers)]
