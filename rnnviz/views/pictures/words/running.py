"""The running verdict: each class's share after every timestep, as if the sequence ended there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.training import Snapshot

__all__ = ["MOST", "RunningVerdict", "has_verdict", "running"]

MOST = 14  # classes that are drawn
_TOLERANCE = 1e-3  # of a model that answers once: how near a head laid on its last state comes to what it answered


@dataclass(frozen=True, eq=False)
class RunningVerdict:
    """The shares of the classes along one sequence.

    Parameters
    ----------
    shares : numpy.ndarray
        Softmax over the classes, axes (time, class); NaN past the sequence's end.
    classes : tuple of str
        What they are called.
    right : int
        The class of the whole sequence; negative where there is none.
    asked : bool
        Whether training has asked for an answer at every step, or for the last one alone.
    """

    shares: NDArray[np.float64]
    classes: tuple[str, ...]
    right: int
    asked: bool

    @property
    def kept(self) -> NDArray[np.int64]:
        """The classes to draw: all in order, or of very many those that come highest, and the right one."""
        if len(self.classes) <= MOST:
            return np.arange(len(self.classes))
        highest = np.nanmax(self.shares, axis=0, initial=0.0)
        if self.right >= 0:
            highest[self.right] = 2.0
        return np.sort(np.argsort(-highest, kind="stable")[:MOST])


def has_verdict(snapshot: Snapshot) -> bool:
    """Return whether the answers are classes, said at every step or to be read off every state."""
    if snapshot.confusion is None or snapshot.outputs is None or snapshot.targets is None:
        return False
    return snapshot.outputs.ndim == 3 or _headed(snapshot)


def running(snapshot: Snapshot, sample: int) -> RunningVerdict:
    """Return the verdict along a probe sequence of a snapshot that has one.

    Raises
    ------
    ValueError
        If it has none.
    """
    if not has_verdict(snapshot) or snapshot.confusion is None or snapshot.outputs is None or snapshot.targets is None:
        raise ValueError("the verdict needs a task with classes, and a network of rnnviz's own that reads forwards.")
    asked = snapshot.outputs.ndim == 3
    logits = snapshot.outputs[sample] if asked else _laid_on(snapshot, sample)
    logits = np.asarray(logits, np.float64)
    raised = np.exp(logits - logits.max(-1, keepdims=True))
    shares = raised / raised.sum(-1, keepdims=True)
    length = int(snapshot.layer.lengths[sample])
    shares[length:] = np.nan
    wanted = np.atleast_1d(snapshot.targets[sample])
    wanted = wanted[:length] if asked else wanted
    return RunningVerdict(shares, snapshot.confusion.classes, int(wanted[-1]), asked)


def _headed(snapshot: Snapshot) -> bool:
    """Whether a linear head laid on the last state gives what was answered: then it can be laid on any state."""
    weight, layer = snapshot.weights.get("head.weight"), snapshot.layer
    outputs = snapshot.outputs
    if outputs is None or outputs.ndim != 2 or weight is None or "head.bias" not in snapshot.weights:
        return False
    if layer.hidden.shape[1] != 1 or weight.shape != (outputs.shape[1], layer.hidden.shape[-1]):
        return False
    ends = [_laid_on(snapshot, sample)[int(layer.lengths[sample]) - 1] for sample in range(len(outputs))]
    return bool(np.allclose(ends, outputs, rtol=_TOLERANCE, atol=_TOLERANCE))


def _laid_on(snapshot: Snapshot, sample: int) -> NDArray[np.floating]:
    states = snapshot.layer.hidden[-1, 0, sample]
    found: NDArray[np.floating] = states @ snapshot.weights["head.weight"].T + snapshot.weights["head.bias"]
    return found
