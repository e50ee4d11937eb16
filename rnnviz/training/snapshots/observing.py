"""What a model does on the probe: traced with all that is in it, or, where it is one of ours, its layer alone."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, TypeGuard

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.module import _has_any_global_hook

from rnnviz.models import SequenceModel
from rnnviz.tasks import Batch
from rnnviz.trace import LayerTrace, Trace, trace
from rnnviz.trace.isolation.precision import is_full_precision
from rnnviz.trace.recompute.alone import layer_alone
from rnnviz.trace.recompute.onesequence import OneSequence, one_sequence
from rnnviz.trace.result.arrays import read_only
from rnnviz.trace.result.resident import owe
from rnnviz.training.process.devices import considerate_threads
from rnnviz.training.snapshots.snapshot import Floats, Snapshot
from rnnviz.training.taskcheck.checked import CheckedTask

__all__ = ["Later", "Observation", "as_wide", "is_in", "observe", "observe_one", "spread"]

_LAYERS = (nn.RNN, nn.LSTM, nn.GRU)
_PRECISE = (torch.float32, torch.float64)
_IN_TIME = ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell", "before_hidden", "before_cell")
_NAMED = ("gates", "states", "grad_states")
_LATE = "weight_grad_norms"
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


@dataclass(frozen=True, eq=False)
class Later:
    """A light snapshot of a moment, worked out by whoever draws it: nobody changes the weights of then any more.

    Parameters
    ----------
    run, step, sample : int
        Those of the snapshot.
    make : callable
        Works it out, in any thread; returns None where a number in it is not finite.
    """

    run: int
    step: int
    sample: int
    make: Callable[[], Snapshot | None]

    @classmethod
    def made(cls, snapshot: Snapshot) -> "Later":
        """Return a light snapshot that is there already as one."""
        assert snapshot.sample is not None
        return cls(snapshot.run, snapshot.step, snapshot.sample, lambda: snapshot)


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
    if not (_is_plain(model) and type(task.task).__module__.startswith("rnnviz.tasks.")):
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


def observe_one(model: nn.Module, probe: Batch) -> Callable[[], OneSequence] | None:
    """Note what states and gates for the only sequence in ``probe`` are made of, up to its end.

    Returns what works them out, in any thread and whatever becomes of the model; None where that takes a trace.
    """
    if not _is_plain(model):
        return None
    layer: nn.RNNBase = model.recurrent
    end = None if probe.lengths is None else int(probe.lengths[0])
    with torch.no_grad():
        entering = model.embedded(probe.inputs[:, :end])[0]
        weights = [one.detach().clone() for one in layer._flat_weights if one is not None]
    trains = threading.get_ident()

    def found() -> OneSequence:
        # on an event loop it is worked out where the model trains, and as there with few threads: on a busy machine two
        # of them wait for each other a hundred times as long as a small layer takes
        here = threading.get_ident() == trains
        with considerate_threads(entering.device) if here else contextlib.nullcontext():
            return one_sequence(layer, entering, weights)

    if is_full_precision():
        return found
    done = found()  # what would have to change for it is the whole process's, and the training's too
    return lambda: done


def spread(found: OneSequence, sample: int, like: LayerTrace) -> LayerTrace:
    """Return a layer's trace with one of its sequences in the place where all of ``like`` are; the others are NaN."""
    length, size = found.hidden.shape[2], like.hidden.shape

    def placed(values: Floats) -> Floats:
        room = np.full((*size[:4], values.shape[3]), np.nan, values.dtype)
        room[:, :, sample, :length] = values
        return room

    return LayerTrace.unchecked(
        kind=like.kind,
        initial_hidden=like.initial_hidden,
        initial_cell=like.initial_cell,
        hidden=placed(found.hidden),
        cell=None if found.cell is None else placed(found.cell),
        gates={name: placed(gate) for name, gate in found.gates.items()},
        grad_hidden=None,
        grad_hidden_direct=None,
        grad_cell=None,
        lengths=np.where(np.arange(size[2]) == sample, length, 0),
        nonlinearity=like.nonlinearity,
    )


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


def _is_plain(model: nn.Module) -> TypeGuard[SequenceModel]:
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
