"""Keeps the first sequences of every call's batch: they say all there is to see, and few are cheap to recompute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnviz.trace.capture.calls import Call, Form, Gradients


def first_sequences(calls: Sequence[Call], count: int | None) -> list[Call]:
    """Cut every call to its first `count` sequences, None for all.

    A call that dropped out between its layers stays whole: the masks were drawn for the whole batch.
    """
    if count is None or any(call.rng is not None for call in calls):
        return list(calls)
    cut: dict[int, Call] = {}
    for call in calls:
        # in order: each leads to the call before as it is cut
        cut[id(call)] = _cut(call, count, cut)
    return list(cut.values())


def _cut(call: Call, count: int, before: dict[int, Call]) -> Call:
    previous = None if call.previous is None else before[id(call.previous)]
    if call.observed is not None:
        return replace(call, previous=previous, observed=call.observed.first(count), taps=(), links=())
    form, batch = call.form, call.states[0].shape[1]
    if not form.batched or batch <= count:
        return replace(call, previous=previous)
    rows, packing = _rows(form, count, call.given.device)
    gradients = call.gradients
    if gradients is not None:
        gradients = Gradients(
            None if gradients.output is None else _sequences(gradients.output, form, rows, count),
            *(tuple(_raw_state(one, form, count) for one in some) for some in (gradients.states, gradients.links)),
        )
    return replace(
        call,
        form=form._replace(packing=packing),
        given=_sequences(call.given, form, rows, count),
        output=_sequences(call.output, form, rows, count),
        initial=tuple(one[:, :count].contiguous() for one in call.initial),  # cuDNN takes no other
        states=tuple(one[:, :count].contiguous() for one in call.states),
        previous=previous,
        gradients=gradients,
        taps=(),
        links=(),
    )


def _sequences(data: Tensor, form: Form, rows: Tensor | None, count: int) -> Tensor:
    """Cut input, output or its gradient, however the module was given them."""
    if rows is not None:
        return data[rows]
    return data[:count] if form.cell or form.batch_first else data[:, :count]


def _raw_state(state: Tensor | None, form: Form, count: int) -> Tensor | None:
    if state is None:
        return None
    return state[:count] if form.flat_states else state[:, :count]


def _rows(form: Form, count: int, device: torch.device) -> tuple[Tensor | None, PackedSequence | None]:
    """Rows of a packed sequence's data that belong to its first `count` sequences, and how those are packed."""
    packing = form.packing
    if packing is None:
        return None, None
    sizes = packing.batch_sizes
    unsorted = packing.unsorted_indices
    places = torch.arange(count, device="cpu") if unsorted is None else unsorted[:count].cpu()
    ranked, order = places.sort()  # where they stand in each timestep's rows, longest first
    present = ranked < sizes.unsqueeze(1)
    starts = sizes.cumsum(0) - sizes
    rows = (starts.unsqueeze(1) + ranked)[present]
    present_sizes = present.sum(1)
    kept = present_sizes[present_sizes > 0]
    ranks = None if packing.unsorted_indices is None else order.to(device)
    back = None if packing.unsorted_indices is None else order.argsort().to(device)
    return rows.to(device), PackedSequence(packing.data[:0], kept, ranks, back)
