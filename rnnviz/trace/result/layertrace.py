"""`LayerTrace`: what one recurrent layer did, frozen and made of read-only numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import numpy as np

from rnnviz.trace.result.agreement import agreed
from rnnviz.trace.result.arrays import Array, plain, read_only
from rnnviz.trace.result.jacobian import product_norms, step_norms
from rnnviz.trace.result.resident import Resident, without_defaults


class Saturation(NamedTuple):
    """How often a gate's units sit at an end of their range; both have axes (layer, direction, unit), values 0…1.

    For the tanh candidates (`g` of an LSTM, `n` of a GRU) the magnitude is what is compared.

    Attributes
    ----------
    low, high : numpy.ndarray
        Share of the valid steps below 0.1, and above 0.9.

    Examples
    --------
    >>> import torch
    >>> from rnnviz.trace import trace
    >>> layer = trace(torch.nn.LSTM(3, 5, batch_first=True), torch.zeros(2, 7, 3)).layers["lstm"]
    >>> layer.saturation["f"].high.shape  # layer, direction, unit
    (1, 1, 5)
    """

    low: Array
    high: Array


@without_defaults
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LayerTrace(Resident):
    """What one recurrent layer did on one batch.

    Every array is read-only. Unless said otherwise axes are (layer, direction, batch, time, unit), the time axis runs
    in the order of the input, also for the reverse direction, and values past a sequence's length are NaN. Arrays of a
    model on a GPU stay there until one of them is read; then all of the layer's come over in one copy.

    Attributes
    ----------
    kind : str
        ``"rnn"``, ``"lstm"``, ``"gru"``, or the class name of a registered cell.
    hidden, cell : numpy.ndarray
        States after each timestep; ``cell`` is None where the kind has no cell state.
    gates : mapping of str to numpy.ndarray
        Values of the gates: i f g o for an LSTM, r z n for a GRU, none for a plain RNN; g and n lie in −1…1, the
        others in 0…1.
    grad_hidden, grad_cell : numpy.ndarray or None
        Total dL/dh_t and dL/dc_t, through every later step; None without a loss.
    grad_hidden_direct : numpy.ndarray or None
        The part of ``grad_hidden`` that comes from outside the layer's own recurrence (the loss, the layer above).
    lengths : numpy.ndarray
        Valid timesteps of each sequence, axes (batch,).
    initial_hidden, initial_cell : numpy.ndarray
        States before the first step, axes (layer, direction, batch, unit).
    weight_grad_norms : mapping or None
        ``weight_grad_norms["W_hh"]["f"]``: norm of the gradient of one gate's block of a weight, axes
        (layer, direction); the only block of a plain RNN is called ``"h"``. None without a loss.
    before_hidden, before_cell : numpy.ndarray or None
        States that entered each step, where the model changed them between two calls; None where they are those of the
        step before.
    weights : mapping of str to numpy.ndarray
        Copies of the recurrent weights that the Jacobians need: ``W_hh``, ``b_hh`` and, with ``proj_size``, ``W_hr``,
        axes (layer, direction, …). Empty if the model changed the layer's weights from one call to the next.
    nonlinearity : str
        ``"tanh"`` or ``"relu"``: what a plain RNN applies.
    states, grad_states : mapping of str to numpy.ndarray
        Every state of a registered cell by name, `hidden` and `cell` among them, and its total gradient; empty for
        torch's own layers, and gradients without a loss. A state of another shape than (unit,) is flattened.
    shapes : mapping of str to numpy.ndarray
        What one such state was before it was flattened, ``(channel, height, width)`` for instance.

    Raises
    ------
    TypeError, ValueError
        If an array does not have the axes that are given here.

    Examples
    --------
    >>> import torch
    >>> from rnnviz.trace import trace
    >>> model = torch.nn.LSTM(3, 5, batch_first=True)
    >>> layer = trace(model, torch.zeros(2, 7, 3), loss=lambda output: output[0][:, -1].sum()).layers["lstm"]
    >>> layer
    LayerTrace(lstm: layers=1, directions=1, batch=2, time=7, units=5, gates=i f g o, largest |dL/dh|=1)
    >>> layer.gates["f"].shape, layer.jacobian_norms.shape
    ((1, 1, 2, 7, 5), (1, 1, 2, 7))
    """

    kind: str
    hidden: Array
    cell: Array | None
    gates: Mapping[str, Array]
    grad_hidden: Array | None
    grad_hidden_direct: Array | None
    grad_cell: Array | None
    lengths: Array
    initial_hidden: Array
    initial_cell: Array | None
    weight_grad_norms: Mapping[str, Mapping[str, Array]] | None = None
    before_hidden: Array | None = None
    before_cell: Array | None = None
    weights: Mapping[str, Array] = field(default_factory=dict)
    nonlinearity: str = "tanh"
    states: Mapping[str, Array] = field(default_factory=dict)
    grad_states: Mapping[str, Array] = field(default_factory=dict)
    shapes: Mapping[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        agreed(self)
        own = self.__dict__
        # into __dict__, past the frozen dataclass, and all at once
        own |= {name: read_only(value) for name, value in own.items() if value is not None and type(value) is not str}

    @classmethod
    def unchecked(cls, **found: Any) -> Self:
        """Return a trace of fields that are known to fit each other; to look through them takes as long as a scan."""
        made = object.__new__(cls)
        own = made.__dict__
        own |= _LEFT_OUT
        own |= {name: value if value is None else read_only(value) for name, value in found.items()}
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **{one.name: plain(getattr(self, one.name)) for one in fields(self)}), ()

    @cached_property
    def jacobian_norms(self) -> Array:
        """Spectral norm of dh_t/dh_{t-1} (for an LSTM at fixed c_{t-1}), axes (layer, direction, batch, time).

        Computed when first asked for: one singular value decomposition a step.
        """
        return read_only(step_norms(self))

    @cached_property
    def jacobian_products(self) -> Array:
        """Spectral norm of dh_last/dh_t, the running product of the steps' Jacobians from the last step towards t=0.

        Axes (layer, direction, batch, time); 1 at the last valid step (the first one in the reverse direction). An
        LSTM's product includes the path through the cell state; what the model does to a state between two calls is
        not part of it.
        """
        return read_only(product_norms(self))

    @cached_property
    def saturation(self) -> Mapping[str, Saturation]:
        """Per gate, the fraction of valid steps that each unit spends below 0.1 (`low`) and above 0.9 (`high`).

        What Karpathy, Johnson & Fei-Fei (2016) plot of the gates of trained networks.
        """
        return MappingProxyType({name: _saturation(gate, self.lengths) for name, gate in self.gates.items()})

    def __repr__(self) -> str:
        layers, directions, batch, time, unit = self.hidden.shape
        sizes = f"layers={layers}, directions={directions}, batch={batch}, time={time}, units={unit}"
        gates = f", gates={' '.join(self.gates)}" if self.gates else ""
        gradients = "no loss" if self.grad_hidden is None else f"largest |dL/dh|={_peak(self.grad_hidden):.3g}"
        return f"LayerTrace({self.kind}: {sizes}{gates}, {gradients})"


_LEFT_OUT: Mapping[str, Any] = {
    **dict.fromkeys(("weight_grad_norms", "before_hidden", "before_cell")),
    **dict.fromkeys(("weights", "states", "grad_states", "shapes"), MappingProxyType({})),
}


def _saturation(gate: Array, lengths: Array) -> Saturation:
    # valid steps count; NaN past the end is neither below nor above
    magnitude, steps = np.abs(gate), max(int(lengths.sum()), 1)
    return Saturation(*(read_only(hit.sum(axis=(2, 3)) / steps) for hit in (magnitude < 0.1, magnitude > 0.9)))


def _peak(gradient: Array) -> float:
    # initial: an empty batch has no largest
    return float(np.nanmax(np.abs(gradient), initial=0.0))
