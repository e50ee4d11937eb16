"""What one layer of a model did in a run: its weights, the states it went through, and its mean input."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.checks import listed, shown
from rnnviz.trace.capture.calls import Call
from rnnviz.trace.capture.capture import Capture
from rnnviz.trace.fixedpoints.stepmap import Numbers
from rnnviz.trace.isolation.meta import needing_numbers
from rnnviz.trace.isolation.surroundings import ordinary, recomputing, runnable, untouched
from rnnviz.trace.modules.finding import recurrent_modules
from rnnviz.trace.modules.layers import weights_of
from rnnviz.trace.recompute.assemble import layers_from
from rnnviz.trace.result.layertrace import LayerTrace

__all__ = ["Visited", "visited"]


class Visited(NamedTuple):
    """One layer and direction, all in double precision.

    `states`, axes (state, unit), are those after every step and before the first, an LSTM's with c behind h; `mean` is
    the layer's mean input over all steps, axis (feature,).
    """

    name: str
    kind: str
    nonlinearity: str
    weights: dict[str, Numbers]
    states: Numbers
    mean: Numbers


class _Part(NamedTuple):
    """A layer of a stack and its direction, within the module of that path."""

    path: str
    layer: int = 0
    direction: int = 0


def visited(model: nn.Module, inputs: tuple[Any, ...], wanted: str | None) -> Visited:
    """Run the model once in eval mode and return what the wanted layer did; all is left as it was.

    Raises
    ------
    TypeError, ValueError
        If there is no such layer, or its equations or weights are not known.
    """
    modules = recurrent_modules(model)
    parts = {name: part for path, module in modules.items() for name, part in _parts(path, module).items()}
    name = _chosen(parts, wanted)
    part = parts[name]
    capture = Capture(modules, gradients=False)
    with needing_numbers(model, inputs) as held, untouched(model), runnable(model, gradients=False), torch.no_grad():
        model.eval()
        given = ordinary(inputs)
        with capture.origins, capture:
            model(*given)
        held.extend(one.output for one in capture.calls)
    calls = [one for one in capture.calls if one.name == part.path]
    capture.release()
    if not calls:
        raise ValueError(f"layer must be one that the model calls on these inputs, got {name!r}, which did not run.")
    if calls[0].observed is not None:
        raise ValueError(
            f"layer must be an RNN, LSTM or GRU, whose equations are known; {name!r} is a registered cell "
            f"({type(calls[0].module).__name__})."
        )
    with recomputing(calls[0].output.device.type):
        traces = list(layers_from(calls).values())
    weights = _weights(name, part, calls)
    states = np.concatenate([_states(one, part) for one in traces])
    entered = [_below(one, part) for one in traces] if part.layer else [_given(one) for one in calls]
    given_steps = np.concatenate(entered)
    if not len(given_steps):
        raise ValueError("inputs must hold a sequence or more, got none.")
    if not np.isfinite(given_steps).all():
        raise ValueError(f"inputs must be finite where {name!r} reads them, got others.")
    mean = given_steps.mean(0)
    layout = calls[0].layout
    if not all(np.isfinite(one).all() for one in (states, mean, *weights.values())):
        raise ValueError(f"model must have finite weights and states, got others in {name!r}; go back to earlier ones.")
    return Visited(name, layout.kind, layout.nonlinearity, weights, states, mean)


def _parts(path: str, module: Any) -> dict[str, _Part]:
    """Name the layers of a stack and its directions as torch names their weights: ``"lstm.l1_reverse"``."""
    layers, directions = getattr(module, "num_layers", 1), 1 + bool(getattr(module, "bidirectional", False))
    if not isinstance(module, nn.RNNBase) or layers * directions == 1:
        return {path: _Part(path)}
    return {
        f"{path}.l{layer}" + ("_reverse" if direction else ""): _Part(path, layer, direction)
        for layer in range(layers)
        for direction in range(directions)
    }


def _chosen(parts: dict[str, _Part], wanted: str | None) -> str:
    if wanted is None and len(parts) == 1:
        return next(iter(parts))
    if wanted is None or wanted not in parts:
        came = "None, which decides only where there is one" if wanted is None else shown(wanted)
        raise ValueError(f"layer must be one of {listed(parts)}, got {came}.")
    return wanted


def _weights(name: str, part: _Part, calls: list[Call]) -> dict[str, Numbers]:
    """Return the layer's weights in double precision, if all calls used the same ones."""
    used = [weights_of(one.module, one.weights, part.layer, part.direction)._asdict() for one in calls]
    found = {key: value for key, value in used[0].items() if value is not None}
    for other in used[1:]:
        if any(value is not other[key] and not torch.equal(value, other[key]) for key, value in found.items()):
            raise ValueError(f"model must keep the weights of {name!r} from call to call, got others in a later call.")
    return {key: _double(value) for key, value in found.items()}


def _states(trace: LayerTrace, part: _Part) -> Numbers:
    """Return the states before the first step and after each, valid ones, axes (state, unit)."""
    hidden = [trace.initial_hidden, trace.hidden]
    cells = [trace.initial_cell, trace.cell]
    rows = []
    for h, c in zip(hidden, cells, strict=True):
        kinds = [one[part.layer, part.direction] for one in (h, c) if one is not None]
        rows.append(np.concatenate([one.reshape(-1, one.shape[-1]) for one in kinds], axis=1))
    states = np.concatenate(rows).astype(np.float64)
    past = np.concatenate([np.zeros(len(rows[0]), dtype=bool), _past(trace)])
    return np.asarray(states[~past], np.float64)


def _past(trace: LayerTrace) -> np.ndarray:
    """Whether each step of each sequence lies past its end, axis (batch·time,)."""
    return np.asarray(np.arange(trace.hidden.shape[3]) >= np.asarray(trace.lengths)[:, None]).reshape(-1)


def _given(call: Call) -> Numbers:
    """Return what the module was given at valid steps, axes (step, feature)."""
    sequence = _double(call.sequence())
    if call.lengths is None:
        return sequence.reshape(-1, sequence.shape[-1])
    valid = np.arange(len(sequence))[:, None] < call.lengths.numpy()
    return np.asarray(sequence[valid], np.float64)


def _below(trace: LayerTrace, part: _Part) -> Numbers:
    """Return what the layer below hands on at valid steps, both directions joined, axes (step, feature)."""
    below = np.concatenate(list(trace.hidden[part.layer - 1]), axis=-1)
    return np.asarray(below.reshape(-1, below.shape[-1])[~_past(trace)], np.float64)


def _double(value: Tensor) -> Numbers:
    found: Numbers = value.detach().cpu().to(torch.float64).numpy()
    return found
