"""WatchSnapshots: snapshots of a layer in somebody else's training loop, where there is no task and no session."""

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from rnnviz.trace import LayerTrace
from rnnviz.training.snapshots import ranges
from rnnviz.training.snapshots.gradients import GradientHistory, RecentGradients
from rnnviz.training.snapshots.snapshot import Floats, Scale, Snapshot
from rnnviz.training.snapshots.taking import gradient_curves

__all__ = ["WatchSnapshots"]

_BOUNDED = ("rnn", "lstm", "gru")


class WatchSnapshots:
    """What the snapshots of one layer share: its ranges and the gradients of the last frames.

    Parameters
    ----------
    runs : iterator of int
        Numbers for runs of pictures, shared by the layers of a model.
    """

    def __init__(self, runs: Iterator[int]) -> None:
        self._shape: tuple[object, ...] | None = None
        self._scales: Mapping[str, Scale] = {}
        self._recent_gradients, self._gradient_history = RecentGradients(), GradientHistory()
        self._runs, self.run = runs, 0

    def snapshot(
        self, layer: LayerTrace, step: int, loss: float, history: Mapping[str, Floats], *, unclipped: bool
    ) -> Snapshot:
        """Return everything a picture needs.

        Parameters
        ----------
        layer : LayerTrace
            What the layer did.
        step : int
            The step at which it did that.
        loss : float
            Of that step.
        history : mapping
            Columns: step, loss, grad_norm.
        unclipped : bool
            Whether these norms are those before clipping.
        """
        self._fit(layer)
        curves = gradient_curves(layer)
        self._scales = ranges.fit(layer, curves, relu=not _bounded(layer), step=step, before=self._scales)
        batch = layer.hidden.shape[2]
        return Snapshot(
            run=self.run,
            step=step,
            settings=None,
            layer=layer,
            loss=loss,
            history=MappingProxyType(dict(history)),
            inputs=None,
            outputs=None,
            targets=None,
            weights=MappingProxyType({}),
            module="",
            horizon=self._gradient_history.note(step, curves),
            recent_gradients=self._recent_gradients.note(step, curves),
            scales=self._scales,
            prediction=None,
            time_labels=(None,) * batch,
            spans=(None,) * batch,
            validation=math.nan,
            validation_step=step,
            baselines=MappingProxyType({}),
            metric_name="",
            higher_is_better=False,
            unclipped=unclipped,
        )

    def _fit(self, layer: LayerTrace) -> None:
        """Begin a new run of pictures where the arrays' shapes change, as they do from batch to batch."""
        layers, directions, _, steps, units = layer.hidden.shape
        # without the batch: the last one of an epoch is smaller, and the pictures show one sequence
        shape = (layer.kind, layers, directions, steps, units, layer.grad_hidden is None)
        if shape != self._shape:
            self._shape = shape
            self.run = next(self._runs)
            self._recent_gradients.clear()
            self._gradient_history.clear()


def _bounded(layer: LayerTrace) -> bool:
    """Whether mathematics keeps the hidden state within −1 and 1."""
    return layer.kind in _BOUNDED and layer.nonlinearity == "tanh" and "W_hr" not in layer.weights
