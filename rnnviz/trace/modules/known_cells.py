"""Steps of minGRU and minLSTM, and of the cells and layers of ncps and torchrecurrent, by the classes' full names.

The latter are written from the packages' own equations: ncps 1.0 (Hasani et al. 2021 and 2022) and torchrecurrent 0.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["KNOWN", "ready_for"]

Gates: TypeAlias = Mapping[str, Tensor]
Ready: TypeAlias = tuple[Any, ...]  # in the order of `CustomCell`'s fields


def ready_for(kind: Any) -> Ready | None:
    """What is known of a class, or of one that it has its forward from."""
    for base in kind.__mro__:
        if base.__module__ not in _MODULES:
            continue
        found = KNOWN.get(f"{base.__module__}.{base.__qualname__}")
        if found is not None and (base.__module__ == "torchrecurrent.base" or base.forward is kind.forward):
            return found
    return None


def _cfc_cell(cell: Any, input: Tensor, hx: Tensor, ts: Any = 1.0) -> tuple[Tensor, Gates]:
    """Closed-form continuous-time cell: h = f₁ (1 − t) + t f₂ with t = σ(a ts + b)."""
    x = torch.cat([input, hx], 1)
    x = cell.backbone(x) if cell.backbone_layers > 0 else x
    mask = cell.sparsity_mask

    def head(linear: Any) -> Tensor:
        return linear(x) if mask is None else functional.linear(x, linear.weight * mask, linear.bias)

    if cell.mode == "pure":
        first = head(cell.ff1)
        decay = torch.exp(-ts * (cell.w_tau.abs() + first.abs()))
        return cell.A - cell.A * decay * first, {"decay": decay}
    first, second = torch.tanh(head(cell.ff1)), torch.tanh(head(cell.ff2))
    t = torch.sigmoid(cell.time_a(x) * ts + cell.time_b(x))
    kept = first if cell.mode == "no_gate" else first * (1.0 - t)
    return kept + t * second, {"ff1": first, "ff2": second, "t": t}


def _wired_cell(cell: Any, input: Tensor, hx: Tensor, timespans: Any = 1.0) -> tuple[Tensor, Tensor, Gates]:
    """CfC cells on top of each other within a timestep; the last one's state is the output."""
    states, found, x = [], [], input
    for layer, h in zip(cell._layers, torch.split(hx, cell.layer_sizes, dim=1), strict=True):
        x, gates = _cfc_cell(layer, x, h, timespans)
        states.append(x)
        found.append(gates)
    return x, torch.cat(states, 1), {name: torch.cat([one[name] for one in found], 1) for name in found[0]}


def _ltc_cell(cell: Any, inputs: Tensor, states: Tensor, elapsed_time: Any = 1.0) -> tuple[Tensor, Tensor]:
    found: tuple[Tensor, Tensor] = cell.forward(inputs, states, elapsed_time)
    return found


def _mixed_memory(cell: Any, inputs: Tensor, states: tuple[Tensor, Tensor]) -> tuple[tuple[Tensor, Tensor], Gates]:
    """The LSTM cell of ncps, whose forget gate has 1 added to it."""
    h, c = states
    blocks = (cell.input_map(inputs) + cell.recurrent_map(h)).chunk(4, 1)
    g, i, f, o = torch.tanh(blocks[0]), *(torch.sigmoid(one) for one in (blocks[1], blocks[2] + 1.0, blocks[3]))
    c = c * f + g * i
    return (torch.tanh(c) * o, c), {"i": i, "f": f, "g": g, "o": o}


def _ncps_layer(layer: Any, input: Tensor, hx: Any, timespans: Any = None) -> tuple[Tensor, Any, Gates]:
    """One timestep of CfC or LTC: an LSTM cell's memory first, if there is one, then the liquid cell."""
    # as the package has it, batches of one included
    span = 1.0 if timespans is None else timespans.squeeze()
    h, c, gates = (*hx, {}) if layer.use_mixed else (hx, None, {})
    if layer.use_mixed:
        (h, c), gates = _mixed_memory(layer.lstm, input, (h, c))
    cell = layer.rnn_cell
    if type(cell).__name__ == "LTCCell":
        output, h = cell.forward(input, h, span)
        return output, ((h, c) if layer.use_mixed else h), gates
    if type(cell).__name__ == "WiredCfCCell":
        output, h, more = _wired_cell(cell, input, h, span)
    else:
        h, more = _cfc_cell(cell, input, h, span)
        output = h
    return layer.fc(output), ((h, c) if layer.use_mixed else h), {**gates, **more}


def _ncps_start(layer: Any, x: Tensor) -> Any:
    h = x.new_zeros(len(x), layer.state_size)
    return (h, torch.zeros_like(h)) if layer.use_mixed else h


def _calls_itself(cell: Any, inp: Tensor, state: Any) -> Any:
    """A cell without inner states or draws: its own forward is its step."""
    return cell.forward(inp, state)


def _tau_gru(cell: Any, inp: Tensor, state: Tensor, delayed_state: Tensor | None = None) -> Any:
    return cell.forward(inp, state, delayed_state)


def _linear_layer(layer: Any, inputs: Tensor, state: Tensor) -> tuple[Tensor, Gates]:
    """One timestep of minGRU or minLSTM: what their parallel scan is checked against."""
    return layer.step(inputs, state), layer.gates(inputs)


def _own_step(layer: Any, inputs: Tensor, state: Any) -> Any:
    """One timestep of a layer of ours, whose state is more than its hidden one."""
    return layer.step(inputs, state)


def _clockwork(layer: Any, inputs: Tensor, state: Any) -> tuple[Any, Gates]:
    """One timestep of a Clockwork layer, and which units its clocks let change."""
    return layer.step(inputs, state), {"ticks": layer.ticks(state[1]).to(state[0].dtype)}


def _own_start(layer: Any, x: Tensor) -> Any:
    return layer.start(x)


def _position(module: Any, inputs: Tensor, state: Tensor, places: Tensor | None = None) -> Tensor:
    """One position before attention: it depends on no position before it."""
    found: Tensor = module.forward(inputs, places)
    return found


def _position_after(module: Any, inputs: Tensor, state: Tensor, entering: Tensor) -> Tensor:
    """One position after attention, as `_position`."""
    found: Tensor = module.forward(inputs, entering)
    return found


def _one_zero(cell: Any, x: Tensor) -> Tensor:
    return x.new_zeros(len(x), cell.hidden_size)


def _two_zeros(cell: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    return _one_zero(cell, x), _one_zero(cell, x)


def _zero_and_input(cell: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    return _one_zero(cell, x), torch.zeros_like(x)


_LINEAR = "rnnviz.models.linear"
_LONG_RANGE = "rnnviz.models.longrange"
_RECURRENT = "torchrecurrent.cells"
KNOWN: dict[str, Ready] = {
    f"{_LINEAR}.mingru.MinGRU": (_linear_layer, _one_zero, "inputs", ("h",)),
    f"{_LINEAR}.minlstm.MinLSTM": (_linear_layer, _one_zero, "inputs", ("h",)),
    f"{_LONG_RANGE}.skip.SkipLayer": (_own_step, _own_start, "inputs", ("h", "between"), True),
    f"{_LONG_RANGE}.clockwork.ClockworkLayer": (_clockwork, _own_start, "inputs", ("h", "time"), True),
    f"{_LONG_RANGE}.selfattention.Entering": (_position, _one_zero, "inputs", ("h",), True),
    f"{_LONG_RANGE}.selfattention.Attended": (_position_after, _one_zero, "inputs", ("h",), True),
    "ncps.torch.cfc_cell.CfCCell": (_cfc_cell, None, "input", ("h",)),
    "ncps.torch.wired_cfc_cell.WiredCfCCell": (_wired_cell, None, "input", ("h",)),
    "ncps.torch.ltc_cell.LTCCell": (_ltc_cell, None, "inputs", ("h",)),
    "ncps.torch.lstm.LSTMCell": (_mixed_memory, None, "inputs", ("h", "c")),
    "ncps.torch.cfc.CfC": (_ncps_layer, _ncps_start, "input", ("h",)),
    "ncps.torch.ltc.LTC": (_ncps_layer, _ncps_start, "input", ("h",)),
    f"{_RECURRENT}.taugru_cell.tauGRUCell": (_tau_gru, _one_zero, "inp", ("h",)),
    f"{_RECURRENT}.trnn_cell.TGRUCell": (_calls_itself, _zero_and_input, "inp", ("h", "x")),
    f"{_RECURRENT}.trnn_cell.TLSTMCell": (_calls_itself, _zero_and_input, "inp", ("c", "x")),
    f"{_RECURRENT}.mclstm_cell.MCLSTMCell": (_calls_itself, _two_zeros, "inp", ("v", "c")),
    "torchrecurrent.base.SingleStateCellBase": (_calls_itself, _one_zero, "inp", ("h",)),
    "torchrecurrent.base.DoubleStateCellBase": (_calls_itself, _two_zeros, "inp", ("h", "c")),
    "torchrecurrent.base.DecoupledSingleStateCellBase": (_calls_itself, _one_zero, "inp", ("h",)),
    "torchrecurrent.base.DecoupledDoubleStateCellBase": (_calls_itself, _two_zeros, "inp", ("h", "c")),
}
_MODULES = frozenset(name.rpartition(".")[0] for name in KNOWN)
