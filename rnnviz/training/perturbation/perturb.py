"""Perturb: change one input of a probe sequence and see what becomes of the hidden states and of the answer."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rnnviz.checks import whole
from rnnviz.i18n import t
from rnnviz.i18n.numbers import three
from rnnviz.tasks import Batch
from rnnviz.trace import LayerTrace, Trace, trace
from rnnviz.trace.result.arrays import read_only
from rnnviz.training.perturbation.edits import Edit
from rnnviz.training.session.session import Session
from rnnviz.training.snapshots.snapshot import Floats, Snapshot

__all__ = ["Perturbation", "perturb"]


@dataclass(frozen=True, eq=False, repr=False)
class Perturbation:
    """What one changed input does to one sequence: Δ is changed minus original.

    Parameters
    ----------
    step : int
        Finished training steps of the model.
    sample, time : int
        Which probe sequence, and the timestep whose input was changed.
    feature : int or None
        Which number of that timestep; None where a symbol was retyped.
    original, value : float or str
        The input before and after; symbols where the task has some.
    delta_hidden : numpy.ndarray
        Δh, axes (layer, direction, time, unit).
    grad_hidden : numpy.ndarray
        Total dL/dh of that sequence's own loss with the original input, same axes.
    output, delta_output : numpy.ndarray
        The answer to the original input and its change, axes (output,) or, with an answer a timestep, (time, output).
    """

    step: int
    sample: int
    time: int
    feature: int | None
    original: float | str
    value: float | str
    delta_hidden: Floats
    grad_hidden: Floats
    output: Floats
    delta_output: Floats

    @property
    def end(self) -> int:
        """Timesteps of the sequence before its padding, where Δh and the gradient are NaN."""
        read = np.isfinite(self.delta_hidden).any(axis=(0, 1, 3))
        return int(np.flatnonzero(read).max(initial=0)) + 1

    @property
    def norm(self) -> Floats:
        """‖Δh_t‖ over the units, axes (layer, direction, time)."""
        norms: Floats = np.linalg.norm(self.delta_hidden, axis=-1)
        return norms

    @property
    def grad_norm(self) -> Floats:
        """‖dL/dh_t‖ over the units, axes (layer, direction, time)."""
        norms: Floats = np.linalg.norm(self.grad_hidden.astype(np.float64), axis=-1)  # 1e-25 squared is 0 in float32
        return norms

    def __repr__(self) -> str:
        curve, end = self.norm[-1, 0], self.end
        return t(
            "perturb.repr" if self.feature is None else "perturb.repr.feature",
            original=_said(self.original),
            value=_said(self.value),
            time=self.time,
            feature=self.feature,
            sample=self.sample,
            step=self.step,
            largest=three(float(curve[:end].max())),
            at=int(curve[:end].argmax()),
            last=three(float(curve[end - 1])),
            output=three(float(np.abs(self.delta_output).max())),
        )


def perturb(
    session: Session,
    *,
    sample: int = 0,
    time: int = 0,
    value: float | str | None = None,
    feature: int = 0,
    snapshot: Snapshot | None = None,
) -> Perturbation:
    """Run the model on probe sequence ``sample`` as it is, and with number ``feature`` of timestep ``time`` changed.

    ``value`` is the new number, or symbol where the task has such; None changes nothing. The weights are those of
    now, or of ``snapshot``. A TypeError or ValueError names what does not exist. Nobody may train meanwhile.

    >>> session = Session("adding", seq_len=10, hidden_size=4, device="cpu")
    >>> seen = perturb(session, time=5, value=2.0)
    >>> seen.delta_hidden.shape, bool((seen.norm[0, 0, :5] == 0).all()), bool(seen.norm[0, 0, 5] > 0)
    ((1, 1, 10, 4), True, True)
    """
    sample = whole(0, session.probe_size - 1)("sample", sample)
    time = whole(0, session.task.seq_len - 1)("time", time)
    with session.surroundings():
        return _perturbed(session, sample, time, value, feature, snapshot)


def _perturbed(
    session: Session, sample: int, time: int, value: float | str | None, feature: int, snapshot: Snapshot | None
) -> Perturbation:
    probe = session.probe[sample : sample + 1]
    _check_valid(probe, sample, time)
    edit = Edit.of(session.task, probe.inputs[0, time], value, feature)
    model = copy.deepcopy(session.model) if snapshot is None else _as_it_was(session.model, snapshot.weights)
    model.eval()  # one sequence has no statistics of its own to normalise with, and dropout is not what was asked about
    before, after = _runs(session, model, probe, time, edit)
    layer, output = _layer(before), _output(before)
    assert layer.grad_hidden is not None
    return Perturbation(
        step=session.step if snapshot is None else snapshot.step,
        sample=sample,
        time=time,
        feature=edit.feature,
        original=edit.original,
        value=edit.value,
        delta_hidden=read_only(_difference(_layer(after).hidden, layer.hidden)[:, :, 0]),
        grad_hidden=read_only(layer.grad_hidden[:, :, 0].copy()),
        output=read_only(output[0].copy()),
        delta_output=read_only(_difference(_output(after), output)[0]),
    )


def _runs(session: Session, model: nn.Module, probe: Batch, time: int, edit: Edit) -> tuple[Trace, Trace]:
    """Trace both inputs, in double precision: what dies out is soon smaller than single precision's rounding."""
    try:
        precise = probe.each(_precise)
        # a copy once more: .double() changes a module in place, and the fallback wants it as it is
        return _both(session, copy.deepcopy(model).cpu().double(), precise, time, edit)
    except RuntimeError:  # a model or task of somebody's own that makes tensors of one precision or device only
        return _both(session, model, probe, time, edit)


def _both(session: Session, model: nn.Module, probe: Batch, time: int, edit: Edit) -> tuple[Trace, Trace]:
    def loss(outputs: Tensor) -> Tensor:
        return session.attribution.task(session.task.loss, outputs, probe.targets)

    changed = replace(probe, inputs=edit.apply(probe.inputs, time))
    # two runs of the same shape and kind add up in the same order: what the change does not reach is exactly 0
    return trace(model, *probe.arguments, loss=loss), trace(model, *changed.arguments, loss=loss)


def _check_valid(probe: Batch, sample: int, time: int) -> None:
    if probe.lengths is not None and time >= (length := int(probe.lengths[0])):
        raise ValueError(
            f"time must be at most {length - 1} in sequence {sample}, which has {length} timesteps before its padding, "
            f"got {time}."
        )


def _precise(values: Tensor) -> Tensor:
    return values.cpu().double() if values.is_floating_point() else values.cpu()


def _as_it_was(model: nn.Module, weights: Mapping[str, Floats]) -> nn.Module:
    twin = copy.deepcopy(model)
    with torch.no_grad():
        for name, weight in twin.named_parameters():
            # torch.tensor copies; a snapshot's arrays are read-only, which from_numpy warns of
            weight.copy_(torch.tensor(weights[name]))
    return twin


def _layer(traced: Trace) -> LayerTrace:
    return next(iter(traced.layers.values()))


def _output(traced: Trace) -> Floats:
    assert traced.output is not None
    return traced.output


def _difference(after: Floats, before: Floats) -> NDArray[np.float64]:
    return after.astype(np.float64) - before


def _said(value: float | str) -> str:
    return repr(value) if isinstance(value, str) else f"{value:.4g}"
