"""Snapshot: everything a picture needs of one moment of a run, as read-only numpy arrays."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import listed, shown
from rnnviz.tasks.base import Prediction
from rnnviz.tasks.inputpicture import InputPicture
from rnnviz.tasks.translation import Translation
from rnnviz.trace import LayerTrace
from rnnviz.training.parameter_norms import Norms
from rnnviz.training.settings import Settings
from rnnviz.training.snapshots.before import Before
from rnnviz.training.snapshots.rows import state_table
from rnnviz.training.tables import Table, to_csv, to_frame

__all__ = ["Confusion", "Horizon", "Mistake", "Scale", "Snapshot"]

Floats = NDArray[np.floating[Any]]

_NO_SCORES: Mapping[str, Floats] = MappingProxyType({"step": np.empty(0), "metric": np.empty(0)})


@dataclass(frozen=True)
class Scale:
    """The range that a colour bar or an axis covers, so that a colour always means the same number.

    Parameters
    ----------
    low, high : float
        The ends.
    since : int
        The step at which this range was fixed.
    natural : bool
        Bounded by mathematics (tanh: −1 to 1), so it never changes.
    previous : tuple of float or None
        The range before, when it had to be widened during the run.
    """

    low: float
    high: float
    since: int = 0
    natural: bool = False
    previous: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Horizon:
    """How far back the gradient reached at moments of a run, evenly thinned, the present one last.

    Parameters
    ----------
    steps : numpy.ndarray
        Training steps, rising, axis (moment,).
    norms : numpy.ndarray
        Norm of the total dL/dh_t over batch and unit, axes (moment, layer, direction, time).
    """

    steps: Floats
    norms: Floats


@dataclass(frozen=True)
class Mistake:
    """A held-out sequence that was taken for another class.

    Parameters
    ----------
    text : str
        The sequence, as a person reads it.
    true, said : str
        Its class, and what it was taken for.
    share : float
        What that class was given, 0 to 1.
    """

    text: str
    true: str
    said: str
    share: float

    @property
    def cell(self) -> str:
        """Where in the matrix it stands, as a `rnnviz.views.Focus` says it."""
        return f"{self.true} > {self.said}"


@dataclass(frozen=True, eq=False)
class Confusion:
    """How often each class was taken for which.

    Parameters
    ----------
    classes : tuple of str
        What they are called.
    counts : numpy.ndarray
        Held-out answers, axes (true, said).
    worst : tuple of Mistake
        Of each kind the mistakes of which the model was surest, those first; empty where sequences have no words.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]
    worst: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """One moment of a run.

    Parameters
    ----------
    run : int
        How many times the model was rebuilt; array shapes do not change within a run.
    step : int
        Finished training steps.
    settings : Settings or None
        In force at that moment; None in a training loop that is not ours.
    layer : LayerTrace
        The recurrent layer on the probe batch, axes (layer, direction, batch, time, unit).
    loss : float
        The probe batch's loss.
    history : mapping
        Columns of equal length: step, loss, metric, grad_norm, clipped, lr, clip; only some of them where there is no
        task.
    inputs, outputs, targets : numpy.ndarray or None
        What the probe sequences are, axes (batch, time, feature) or for tokens (batch, time), what the model answers,
        and what it should; None in a training loop that is not ours.
    weights : mapping
        Copies of the model's parameters by torch's names, such as ``"recurrent.weight_hh_l0"``; empty in a loop that
        is not ours.
    module : str
        Path of the layer in the model; ``""`` if it is the model itself.
    horizon : Horizon or None
        The gradient through time at earlier moments of this run.
    recent_gradients : tuple of numpy.ndarray
        Total-gradient norms of the last frames, oldest first, axes (layer, direction, time), over batch and unit.
    scales : mapping
        ``"hidden"``, ``"gradient"`` (in powers of ten) and, for an LSTM, ``"cell"``; with ``".colours"`` behind
        the name what the score's colours cover of states that mathematics does not bound.
    prediction : Prediction or None
        The forecast of the held-out part, in real units.
    time_labels : tuple
        For each probe sequence its labels a timestep, or None.
    input_pictures : tuple of InputPicture or None
        For each probe sequence what a picture of it shows; empty in a training loop that is not ours.
    spans : tuple
        For each probe sequence (x of timestep 0, width of a timestep) on the prediction's x axis, or None.
    validation : float
        The metric on the held-out part.
    validation_step : int
        The step at which ``validation`` and ``prediction`` were made; while a run plays, some frames share one.
    baselines : mapping
        The metric that simple rules reach there.
    metric_name : str
        What the metric is called.
    higher_is_better : bool
        Whether a larger metric is a better one.
    unclipped : bool
        Whether the gradient norms in ``history`` are those before clipping.
    confusion : Confusion or None
        What the held-out answers were, as old as ``validation``; None where they are no classes.
    scores : mapping
        Columns of equal length, step and metric: the held-out score along the run, ``validation`` as the last.
    norms : Norms or None
        Of each parameter along the run; None in a training loop that is not ours.
    translations : tuple of Translation
        What the model writes for each probe sequence; empty where the task is no translation.
    before : Before or None
        What there was before the settings last changed; None until they do.
    sample : int or None
        Of a light snapshot the one probe sequence that it shows: ``step``, ``settings``, ``layer`` and ``scales`` are
        of now, the other sequences NaN, gradients None; all else is that of the whole snapshot before. None of a whole
        one.
    lengths : numpy.ndarray or None
        Timesteps of each probe sequence where `layer` has seen one alone; None where `layer` tells: see `ends`.
    typed : str
        What a learner has typed: it is the last of the probe's sequences. Empty where nothing is.
    remembered : dict
        What pictures keep from one moment to the next, such as which way their axes point: the same dict in all moments
        of a run. No number of the run is in it.
    """

    run: int
    step: int
    settings: Settings | None
    layer: LayerTrace
    loss: float
    history: Mapping[str, Floats]
    inputs: Floats | None
    outputs: Floats | None
    targets: NDArray[Any] | None
    weights: Mapping[str, Floats]
    module: str
    horizon: Horizon | None
    recent_gradients: tuple[Floats, ...]
    scales: Mapping[str, Scale]
    prediction: Prediction | None
    time_labels: tuple[tuple[str, ...] | None, ...]
    spans: tuple[tuple[float, float] | None, ...]
    validation: float
    validation_step: int
    baselines: Mapping[str, float]
    metric_name: str
    higher_is_better: bool
    unclipped: bool = True
    confusion: Confusion | None = None
    scores: Mapping[str, Floats] = field(default_factory=lambda: _NO_SCORES)
    input_pictures: tuple[InputPicture | None, ...] = ()
    norms: Norms | None = None
    translations: tuple[Translation, ...] = ()
    before: Before | None = None
    sample: int | None = None
    lengths: NDArray[np.integer[Any]] | None = None
    typed: str = ""
    remembered: dict[Any, Any] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        where = f", module={self.module!r}" if self.module else ""
        return f"{type(self).__name__}(run={self.run}, step={self.step}, loss={self.loss:.6g}{where}, {self.layer!r})"

    @property
    def ends(self) -> NDArray[np.integer[Any]]:
        """Timesteps of each probe sequence before its padding, axis (batch,)."""
        return self.layer.lengths if self.lengths is None else self.lengths

    @property
    def longest(self) -> int:
        """Timesteps of the longest probe sequence: past it there is nothing but padding."""
        return int(self.ends.max(initial=0)) or int(self.layer.hidden.shape[3])

    @property
    def asked(self) -> int:
        """Timesteps of the longest probe sequence that is asked for an answer: what was typed has none, and no loss."""
        ends = self.ends[:-1] if self.typed else self.ends
        return int(ends.max(initial=0)) or self.longest

    @property
    def padded(self) -> bool:
        """Whether a probe sequence is shorter than the pictures are wide."""
        return bool((self.ends < self.layer.hidden.shape[3]).any())

    def parameter(self, name: str) -> Floats:
        """Return a weight of the layer by torch's name, such as ``"weight_hh_l0"``; KeyError if it is not here."""
        before = f"{self.module}." if self.module else ""
        if not isinstance(name, str) or before + name not in self.weights:
            there = listed(one.removeprefix(before) for one in self.weights if one.startswith(before))
            raise KeyError(f"name must be a weight of the layer, got {shown(name)}; there are: {there}.")
        return self.weights[before + name]

    def to_frame(self, sample: int | None = None) -> Any:
        """Return all states, or those of one probe sequence, as a ``pandas.DataFrame``; ImportError without it."""
        return to_frame(self._states(sample))

    def to_csv(self, path: Any = None, sample: int | None = None) -> str | None:
        """Return the table of `to_frame` as CSV, or write it to the file ``path``; it needs no pandas."""
        return to_csv(self._states(sample), path)

    def _states(self, sample: int | None) -> Table:
        return state_table({label: one.layer for label, one in self.models.items()}, sample)

    @property
    def models(self) -> "Mapping[str, Snapshot]":
        """What a picture compares: a snapshot for each model, by label; one run alone is its own only model."""
        return {"": self}

    @property
    def shares(self) -> Mapping[str, float]:
        """Each model's share of the training time, by label."""
        return {"": 1.0}

    @property
    def paces(self) -> Mapping[str, float]:
        """Seconds that a training step of each model takes, by label; NaN where nobody takes the time."""
        return {"": math.nan}

    @cached_property
    def drawable(self) -> bool:
        """Whether loss, states and gradients are finite on every valid timestep; past a sequence's end they are NaN."""
        layer = self.layer
        arrays = [one for one in (layer.hidden, layer.cell, layer.grad_hidden, layer.grad_cell) if one is not None]
        # as a rule all are, and to look into all of an array takes a third of the time
        if not all(np.isfinite(array).all() for array in arrays):
            # past a sequence's end all values are NaN, and mean nothing
            valid = np.arange(layer.hidden.shape[3]) < np.asarray(layer.lengths)[:, None]
            if not all(np.isfinite(array[:, :, valid]).all() for array in arrays):
                return False
        return math.isfinite(self.loss)
