"""Wide: the trace of padded sequences with as many timesteps as these are wide; torch packs no more than it reads."""

from dataclasses import fields

import numpy as np

from rnnviz.tasks import Batch
from rnnviz.trace import LayerTrace
from rnnviz.trace.result.arrays import read_only
from rnnviz.trace.result.resident import owe
from rnnviz.training.snapshots.snapshot import Floats

__all__ = ["as_wide"]

_IN_TIME = ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell", "before_hidden", "before_cell")
_NAMED = ("gates", "states", "grad_states")
_LATE = "weight_grad_norms"


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
