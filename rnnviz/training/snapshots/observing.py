"""What a model does on the probe: traced with all that is in it, or, where it is one of ours, its layer alone."""

from dataclasses import fields
from typing import Any, NamedTuple, TypeGuard

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.module import _has_any_global_hook

from rnnviz.models import SequenceModel
from rnnviz.tasks import Batch
from rnnviz.trace import LayerTrace, Trace, trace
from rnnviz.trace.recompute.alone import layer_alone
from rnnviz.trace.result.arrays import read_only
from rnnviz.trace.result.resident import owe
from rnnviz.training.snapshots.snapshot import Floats
from rnnviz.training.taskcheck.checked import CheckedTask

__all__ = ["Observation", "as_wide", "is_in", "is_plain", "observe"]

_LAYERS = (nn.RNN, nn.LSTM, nn.GRU)
_PRECISE = (torch.float32, torch.float64)
_IN_TIME = ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell", "before_hidden", "before_cell")
_NAMED = ("gates", "states", "grad_states")
_LATE = "weight_grad_norms"
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


class Observation(NamedTuple):
    """What was found of the recurrent layer at a path, and the model's output and loss, which may be on a device."""

    module: str
    layer: LayerTrace
    output: Tensor | None
    loss: Tensor | None
    traced: Trace | None = None  # what has output and loss in their place


def observe(model: nn.Module, probe: Batch, task: CheckedTask, wanted: str = "") -> Observation:
    """Return states, gates and gradients of a recurrent layer; nothing of the model changes.

    It is the first that runs in the part of the model at the path ``wanted``, or where none does the first of all.
    """

    def loss(outputs: Tensor) -> Tensor:
        return task.loss(task.answered(outputs), probe.targets)

    # a loss of somebody's own may do anything, and is called in a trace, which puts everything back
    if not (is_plain(model) and type(task.task).__module__.startswith("rnnviz.tasks.")):
        traced = trace(model, *probe.arguments, loss=loss)
        names = [name for name in traced.layers if is_in(name, wanted)] or list(traced.layers)
        module, layer = names[0], traced.layers[names[0]]
        return Observation("" if module not in dict(model.named_modules()) else module, layer, None, None, traced)
    outputs: list[Tensor] = []

    def answered(states: Tensor) -> Tensor:
        outputs.append(model.answer(states, probe.lengths))
        return loss(outputs[0])

    with torch.no_grad():
        entering = model.embedded(probe.inputs)
    found = layer_alone(model.recurrent, entering, answered, probe.lengths)
    return Observation("recurrent", found.layer, outputs[0].detach(), found.loss)


def is_in(module: str, part: str) -> bool:
    """Whether a module's path leads into the part of a model at another path; all lie in ``""``."""
    return not part or f"{module}.".startswith(f"{part}.")


def as_wide(layer: LayerTrace, probe: Batch, module: str = "recurrent") -> LayerTrace:
    """Return the trace of the layer at a path with a timestep for each of what it reads of the probe; padding is NaN.

    That of a layer that was called step by step, padding and all, gets its lengths too.

    >>> import torch
    >>> from rnnviz.trace import trace
    >>> probe = Batch(torch.zeros(2, 7, 1), torch.zeros(2), lengths=torch.tensor([3, 2]))
    >>> as_wide(trace(torch.nn.GRU(1, 4, batch_first=True), probe.inputs[:, :3]).layers["gru"], probe).hidden.shape
    (1, 1, 2, 7, 4)
    """
    read, lengths = probe.read_by(module)
    steps = read.shape[1]
    if lengths is None or layer.hidden.shape[2:4] not in ((len(lengths), int(lengths.max())), (len(lengths), steps)):
        return layer  # or one that has a time axis of its own
    ends = lengths.numpy()
    if layer.hidden.shape[3] == steps and np.array_equal(layer.lengths, ends):
        return layer
    past = np.arange(steps) >= ends[:, None]

    def wide(values: Floats) -> Floats:
        room = np.full((*values.shape[:3], steps, *values.shape[4:]), np.nan, np.result_type(values, np.float32))
        room[:, :, :, : values.shape[3]] = values
        room[:, :, past] = np.nan
        return room

    found = {one.name: getattr(layer, one.name) for one in fields(layer) if one.name != _LATE}
    found |= {name: wide(found[name]) for name in _IN_TIME if found[name] is not None}
    found |= {name: {key: wide(one) for key, one in found[name].items()} for name in _NAMED}
    found["lengths"] = read_only(ends.copy())
    made = LayerTrace.unchecked(**found)
    owe(made, **{_LATE: lambda _: getattr(layer, _LATE)})
    return made


def is_plain(model: nn.Module) -> TypeGuard[SequenceModel]:
    """Whether a model is one of ours as it was built, so that its layer can be run without all that a trace puts back.

    Hooks, another ``forward``, pruning, parametrizations and dropout may draw random numbers or change something.
    """
    if type(model) is not SequenceModel or _has_any_global_hook():  # type: ignore[no-untyped-call]
        return False
    layer, head, embedding = model.recurrent, model.head, model.embedding
    if type(layer) not in _LAYERS or layer.dropout or layer.proj_size or not layer.batch_first:
        return False
    if type(head) is not nn.Linear or layer.weight_hh_l0.dtype not in _PRECISE:
        return False
    if embedding is not None and (type(embedding) is not nn.Embedding or embedding.max_norm is not None):
        return False
    if "answer" in vars(model) or "embedded" in vars(model):
        return False
    return not any(_is_changed(vars(one)) for one in (model, layer, head, embedding) if one is not None)


def _is_changed(own: dict[str, Any]) -> bool:
    """Whether a module has another ``forward`` than its class, or a hook."""
    return bool("forward" in own or [hooks for hooks in _HOOKS if own[hooks]])
