"""SnapshotTaker: takes snapshots of one run, on the task's probe sequences, and disturbs no bit of the training."""

import copy
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.tasks import Batch, Prediction
from rnnviz.trace import LayerTrace
from rnnviz.trace.isolation.surroundings import untouched
from rnnviz.trace.result.arrays import read_only
from rnnviz.trace.result.resident import brought
from rnnviz.training.history import History
from rnnviz.training.parameter_norms import ParameterNorms
from rnnviz.training.settings import Settings
from rnnviz.training.snapshots import light, ranges
from rnnviz.training.snapshots.confusion import confusion_of
from rnnviz.training.snapshots.gradients import GradientHistory, RecentGradients
from rnnviz.training.snapshots.light import DeferredSnapshot
from rnnviz.training.snapshots.observing import Observation, as_wide, observe
from rnnviz.training.snapshots.probe import ProbeSequences
from rnnviz.training.snapshots.scores import Scores, ending
from rnnviz.training.snapshots.snapshot import Confusion, Floats, Scale, Snapshot
from rnnviz.training.taskcheck.checked import CheckedTask

__all__ = ["SnapshotTaker"]

_CHUNK = 512  # held-out sequences answered at once
_LARGEST_SCORE = 2048  # held-out sequences answered for a snapshot
_SCORE_SHARE = 0.005  # of a playing run's time, beside what frames may take


@dataclass(frozen=True)
class _Score:
    """What the held-out part said, when, and what asking it cost."""

    step: int
    validation: float
    prediction: Prediction | None
    confusion: Confusion | None
    made: float
    seconds: float


class SnapshotTaker:
    """What snapshots of one run share: the probe, the ranges, the last frames' gradients, the held-out score.

    Parameters
    ----------
    task : CheckedTask
        On ``device``.
    size : int
        Probe sequences.
    device : torch.device
        Where the model is.
    """

    def __init__(self, task: CheckedTask, size: int, device: torch.device) -> None:
        self._task, self._device = task, device
        self._scores = Scores(min(len(task.held_out(closely=True)), _LARGEST_SCORE))
        self._probe = ProbeSequences.of(task, size)
        self.baselines: Mapping[str, float] = read_only(dict(task.baselines()))
        self._scales: Mapping[str, Scale] = {}
        self._score: _Score | None = None
        self._part = ""
        self._remembered: dict[Any, Any] = {}
        self._recent_gradients, self._gradient_history = RecentGradients(), GradientHistory()

    def look_into(self, part: str) -> None:
        """Look from now on at the first recurrent layer in this part of the model, by its path."""
        if part != self._part:
            self._part, self._scales, self._remembered = part, {}, {}
            self._recent_gradients, self._gradient_history = RecentGradients(), GradientHistory()

    @property
    def probe(self) -> Batch:
        """The sequences that are traced, what was typed among them, as the last."""
        return self._probe.batch

    @property
    def typed(self) -> str:
        """What was typed, empty where nothing is."""
        return self._probe.typed

    def type(self, text: str) -> None:
        """Trace a text of a learner's as one more sequence from now on, or with no text none; ValueError as `Task`."""
        self._probe = self._probe.with_text(self._task, text)

    def to(self, task: CheckedTask, device: torch.device) -> "SnapshotTaker":
        """Return one that goes on with what this has noted, for a model on a device."""
        there = copy.copy(self)
        there._task, there._device = task, device
        there._probe, there._score = self._probe.to(device), None  # asked anew there
        return there

    def snapshot(
        self, model: nn.Module, settings: Settings, history: History, norms: ParameterNorms, run: int, score: bool
    ) -> Snapshot:
        """Return everything a picture needs, see `Session.frame`."""
        found = self._trace(model)
        traced = found.traced
        scored, waiting = self._scored(model, history.step, score), history.waiting()
        noted, norm_rows = norms.waiting()
        weights = {name: _kept(one) for name, one in model.named_parameters()}
        there = {"rows": waiting.rows, "norms": norm_rows, "weights": weights}
        there |= {"output": found.output, "loss": found.loss}
        arrived = brought(there, found.layer, *([] if traced is None else [traced]))
        layer, columns = as_wide(found.layer, self.probe, found.module), waiting.columns(arrived["rows"])
        curves, relu = gradient_curves(layer), settings.nonlinearity == "relu"
        self._scales = ranges.fit(layer, curves, relu=relu, step=history.step, before=self._scales)
        return Snapshot(
            run=run,
            step=history.step,
            settings=settings,
            layer=layer,
            loss=float(arrived["loss"]) if traced is None else math.nan if traced.loss is None else traced.loss,
            history=read_only(columns),
            outputs=read_only(arrived["output"]) if traced is None else traced.output,
            weights=read_only(arrived["weights"]),
            module=found.module,
            horizon=self._gradient_history.note(history.step, curves),
            recent_gradients=self._recent_gradients.note(history.step, curves),
            scales=self._scales,
            prediction=scored.prediction,
            validation=scored.validation,
            validation_step=scored.step,
            baselines=self.baselines,
            metric_name=self._task.task.metric_name,
            higher_is_better=self._task.task.higher_is_better,
            confusion=scored.confusion,
            scores=ending(self._scores.columns(), scored.step, scored.validation),
            norms=norms.told(noted, arrived["norms"]),
            translations=self._task.translated(model, self.probe),
            remembered=self._remembered,
            **self._probe.told(self._task, found.module),
        )

    def note_light(
        self, model: nn.Module, settings: Settings, step: int, before: Snapshot, sample: int
    ) -> DeferredSnapshot | None:
        """Note what a light snapshot of now is made of, see `Session.note_light`."""
        return light.noted(model, self.probe, settings, step, before, sample)

    def keep_score(self, model: nn.Module, batch_size: int, step: int) -> None:
        """Ask the held-out part and keep its score, if that is due."""
        if self._scores.due(step, batch_size):
            self._scores.note(step, self._scored(model, step, wanted=True).validation)

    def rescored(self, model: nn.Module, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with the held-out score and the forecast of this model, which has its weights."""
        validation, prediction, confusion = self._ask(model)
        return replace(
            snapshot,
            validation=validation,
            prediction=prediction,
            confusion=confusion,
            validation_step=snapshot.step,
            scores=ending(snapshot.scores, snapshot.step, validation),
        )

    def retyped(self, model: nn.Module, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with what is typed now as its last sequence; of this model, which has its weights."""
        found = self._trace(model)
        arrived = brought({"output": found.output}, found.layer, *([] if found.traced is None else [found.traced]))
        outputs = read_only(arrived["output"]) if found.traced is None else found.traced.output
        told = {**self._probe.told(self._task, found.module), "translations": self._task.translated(model, self.probe)}
        return replace(snapshot, layer=as_wide(found.layer, self.probe, found.module), outputs=outputs, **told)

    def evaluate(self, model: nn.Module) -> float:
        """Return the metric on the whole held-out part."""
        held_out = self._task.held_out()
        return float(self._task.metric(_answers(self._task, model, held_out), held_out.targets))

    def evaluate_half(self, model: nn.Module, grading: bool) -> float:
        """Return the metric on the half of the held-out part that chooses among models, or on the one that grades."""
        held_out = self._task.held_out()
        places = torch.from_numpy(self._task.halves()[grading]).to(held_out.inputs.device)
        half = held_out[places]
        return float(self._task.metric(_answers(self._task, model, half), half.targets))

    def _trace(self, model: nn.Module) -> Observation:
        return observe(model, self.probe, self._task, self._part)

    @property
    def score_due(self) -> bool:
        """Whether the held-out part can be asked again without taking more than its share of a playing run's time."""
        known = self._score
        return known is None or time.monotonic() - known.made >= known.seconds / _SCORE_SHARE

    def _scored(self, model: nn.Module, step: int, wanted: bool) -> _Score:
        # by the clock, which decides only how old a picture's score is; the curve of scores goes by steps
        known, now = self._score, time.monotonic()
        if known is not None and (known.step == step or not wanted):
            return known
        self._score = _Score(step, *self._ask(model), now, time.monotonic() - now)
        return self._score

    def _ask(self, model: nn.Module) -> tuple[float, Prediction | None, Confusion | None]:
        held_out = self._task.held_out()
        whole, places = len(held_out) <= _LARGEST_SCORE, None
        if not whole:
            # evenly, not at random: two snapshots answer the same sequences
            places = torch.linspace(0, len(held_out) - 1, _LARGEST_SCORE, dtype=torch.float32, device=self._device)
            held_out = held_out[places := places.long()]
        outputs = _answers(self._task, model, held_out)
        validation = float(self._task.metric(outputs, held_out.targets))
        prediction = _sealed(self._task.prediction(outputs)) if whole else None
        return validation, prediction, confusion_of(self._task, outputs, held_out.targets, places)


def gradient_curves(layer: LayerTrace) -> tuple[Floats, ...]:
    """Return the norms over batch and unit of the total and the direct gradient, axes (layer, direction, time)."""
    if layer.grad_hidden is None or layer.grad_hidden_direct is None:
        return ()
    return tuple(read_only(_norm(gradient)) for gradient in (layer.grad_hidden, layer.grad_hidden_direct))


def _norm(gradient: Floats) -> Floats:
    # float64, as the square of 1e-25 vanishes in float32
    squares = gradient.astype(np.float64)
    np.square(squares, out=squares)
    found: Floats = squares.sum(axis=(2, 4))
    # past a sequence's end values are NaN and count as nothing; as a rule there are none
    return np.sqrt(np.nansum(squares, axis=(2, 4)) if np.isnan(found).any() else found)


def _sealed(prediction: Prediction | None) -> Prediction | None:
    if prediction is None:
        return None
    x, truth, forecast, baseline = (
        read_only(np.array(values, np.float64))
        for values in (prediction.x, prediction.truth, prediction.forecast, prediction.baseline)
    )
    return replace(prediction, x=x, truth=truth, forecast=forecast, baseline=baseline)


def _array(values: Tensor) -> Floats:
    """A private copy: what is trained goes on changing."""
    return read_only(values.detach().cpu().numpy().copy())


def _kept(parameter: Tensor) -> Tensor:
    """What is to be a private copy on the host: away from it, bringing it over makes one."""
    values = parameter.detach()
    return values.clone() if values.device.type == "cpu" else values


def _answers(task: CheckedTask, model: nn.Module, batch: Batch) -> Tensor:
    """Ask as one asks a finished model, without dropout, and leave buffers and random generators as they were."""
    with untouched(model), torch.no_grad():
        # `untouched` puts the mode back, module by module
        model.eval()
        chunks = (batch[start : start + _CHUNK] for start in range(0, len(batch), _CHUNK))
        return torch.cat([task.answered(model(*chunk.arguments)) for chunk in chunks])
