"""One call of a recurrent module, brought to one shape: time-major, padded, batched, whatever the module was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from rnnviz.trace.capture.observed import Observed
from rnnviz.trace.modules.layers import Layout, Recurrent

Sequence: TypeAlias = Tensor | PackedSequence


class Form(NamedTuple):
    """How a module was given its input, and how to get from there to time-major arrays with a batch axis."""

    cell: bool = False
    batched: bool = True
    batch_first: bool = False
    packing: PackedSequence | None = None
    flat_states: bool = False

    @classmethod
    def of(cls, module: Recurrent, given: Sequence) -> Form:
        """Read the form off a module and its first argument."""
        if isinstance(given, PackedSequence):
            return cls(packing=given)
        if isinstance(module, nn.RNNCellBase):
            # a cell's states have no axis for layers
            return cls(cell=True, batched=given.dim() == 2, flat_states=True)
        return cls(batched=given.dim() == 3, batch_first=bool(module.batch_first))

    def sequence(self, data: Tensor) -> Tensor:
        """Input, output or its gradient as (time, batch, unit)."""
        if self.packing is not None:
            return pad_packed_sequence(self.packing._replace(data=data))[0]
        if self.cell:
            return data.unsqueeze(0) if self.batched else data[None, None]
        if not self.batched:
            return data.unsqueeze(1)
        return data.transpose(0, 1) if self.batch_first else data

    def state(self, data: Tensor) -> Tensor:
        """State or its gradient as (layer·direction, batch, unit)."""
        data = data if self.batched else data.unsqueeze(-2)
        return data.unsqueeze(0) if self.flat_states else data

    def lengths(self) -> Tensor | None:
        """Count the valid steps of each sequence, axes (batch,); None where all are the same."""
        if self.packing is None:
            return None
        # of no features: only the lengths are wanted, and padding copies the data
        lengths = pad_packed_sequence(self.packing._replace(data=self.packing.data[:, :0]))[1]
        return None if bool((lengths == lengths[0]).all()) else lengths


@dataclass(eq=False)
class Call:
    """What one call of a recurrent module was given and gave back; values are detached, states are h and, if any, c.

    `by_cudnn` says whether cuDNN was allowed to compute it.

    Of a registered module, whose form is its own, `observed` holds all of it, and `states` every tensor that it gave.
    """

    name: str
    module: Recurrent
    layout: Layout
    form: Form
    given: Tensor
    initial: tuple[Tensor, ...]
    output: Tensor
    states: tuple[Tensor, ...]
    previous: Call | None = None
    rng: Tensor | None = None
    by_cudnn: bool = True
    weights: Mapping[str, Tensor] = field(default_factory=dict)
    taps: tuple[Tensor, ...] = ()
    links: tuple[Tensor, ...] = ()
    gradients: Gradients | None = None
    observed: Observed | None = None
    lengths: Tensor | None = field(init=False)

    def __post_init__(self) -> None:
        self.lengths = self.form.lengths()

    @property
    def steps(self) -> int:
        """How many timesteps the call ran."""
        if self.form.packing is not None:
            return len(self.form.packing.batch_sizes)
        return self.sequence().shape[0]

    def sequence(self) -> Tensor:
        """Return the call's input as (time, batch, feature)."""
        return self.form.sequence(self.given)


class Gradients(NamedTuple):
    """dL/d of what a call gave back: through the rest of the model, and through the next call that took its state."""

    output: Tensor | None
    states: tuple[Tensor | None, ...]
    links: tuple[Tensor | None, ...]


def data_of(sequence: Sequence) -> Tensor:
    """Return the tensor itself, or the data of a packed sequence."""
    return sequence.data if isinstance(sequence, PackedSequence) else sequence


def states_of(given: Any) -> tuple[Tensor, ...]:
    """States as a tuple: ``(h, c)``, ``(h,)`` or, where none was given or what no layer takes, nothing."""
    found = (given,) if isinstance(given, Tensor) else tuple(given) if isinstance(given, tuple | list) else ()
    return found if all(isinstance(one, Tensor) for one in found) else ()


def initial_states(module: Recurrent, layout: Layout, form: Form, given: Any, like: Tensor) -> tuple[Tensor, ...]:
    """States before the first step, (layer·direction, batch, unit) each: those given, or zeros as torch takes them."""
    if given is not None:
        return tuple(form.state(one.detach().clone()) for one in states_of(given))
    sequence = form.sequence(like.detach())
    batch = sequence.shape[1]
    rows = layout.num_layers * layout.directions
    # with a projection h is smaller than c
    units = (int(getattr(module, "proj_size", 0) or module.hidden_size), int(module.hidden_size))
    hidden = torch.zeros(rows, batch, units[0], dtype=like.dtype, device=like.device)
    if layout.kind != "lstm":
        return (hidden,)
    return hidden, hidden if units[1] == units[0] else hidden.new_zeros(rows, batch, units[1])
