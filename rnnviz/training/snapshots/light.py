"""Light snapshots: states and gates of one probe sequence between two whole ones, noted now, worked out when drawn."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from rnnviz.tasks import Batch
from rnnviz.trace import LayerTrace
from rnnviz.trace.isolation.precision import is_full_precision
from rnnviz.trace.recompute.onesequence import OneSequence, one_sequence
from rnnviz.trace.result.arrays import read_only
from rnnviz.training.process.devices import considerate_threads
from rnnviz.training.settings import Settings
from rnnviz.training.snapshots import ranges
from rnnviz.training.snapshots.observing import is_plain
from rnnviz.training.snapshots.snapshot import Floats, Scale, Snapshot

__all__ = ["DeferredSnapshot", "noted"]


@dataclass(frozen=True, eq=False)
class DeferredSnapshot:
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
    def made(cls, snapshot: Snapshot) -> "DeferredSnapshot":
        """Return a light snapshot that is there already as one."""
        assert snapshot.sample is not None
        return cls(snapshot.run, snapshot.step, snapshot.sample, lambda: snapshot)


def noted(
    model: nn.Module, probe: Batch, settings: Settings, step: int, before: Snapshot, sample: int
) -> DeferredSnapshot | None:
    """Note what ``before`` with states and gates of now in one probe sequence is made of, see `Session.note_light`."""
    observed = _observed(model, probe[sample : sample + 1])
    if observed is None:
        return None

    def made() -> Snapshot | None:
        found = observed()
        if not found.is_finite:  # what is not finite stops the run with the next whole frame
            return None
        return replace(
            before,
            step=step,
            settings=settings,
            layer=_spread(found, sample, before.layer),
            scales=_widened(found, settings, step, before),
            sample=sample,
            lengths=before.ends,
        )

    return DeferredSnapshot(before.run, step, sample, made)


def _observed(model: nn.Module, probe: Batch) -> Callable[[], OneSequence] | None:
    """Note what states and gates for the only sequence in ``probe`` are made of, up to its end.

    Returns what works them out, in any thread and whatever becomes of the model; None where that takes a trace.
    """
    if not is_plain(model):
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


def _spread(found: OneSequence, sample: int, like: LayerTrace) -> LayerTrace:
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


def _widened(found: OneSequence, settings: Settings, step: int, before: Snapshot) -> Mapping[str, Scale]:
    """The ranges of a whole snapshot, with room for states that have left them since."""
    relu, known = settings.nonlinearity == "relu", before.scales
    states = ranges.fit_states(found.hidden, found.cell, relu=relu, step=step, before=known)
    return known if all(states[name] is known[name] for name in states) else read_only({**known, **states})
