"""Session: trains a model on a task, one step at a time, and takes snapshots; knows no thread and no widget."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnviz import tasks
from rnnviz.models import SequenceModel, initialise
from rnnviz.tasks import Batch, Prediction, Task
from rnnviz.trace import LayerTrace, trace
from rnnviz.training import scales
from rnnviz.training.devices import pick
from rnnviz.training.history import History
from rnnviz.training.settings import Settings
from rnnviz.training.snapshot import Floats, Scale, Snapshot

__all__ = ["Session"]

_GHOSTS = 5
_CHUNK = 512  # held-out sequences answered at once
_LARGEST_CHECK = 2048  # held-out sequences answered for a snapshot
_CHECK_SHARE = 0.02  # of a playing run's time


@dataclass(frozen=True)
class _Probe:
    """The sequences that snapshots trace, and what does not change about them in a run."""

    batch: Batch
    labels: tuple[tuple[str, ...] | None, ...]
    spans: tuple[tuple[float, float] | None, ...]
    baselines: Mapping[str, float]

    @classmethod
    def of(cls, task: Task, size: int, device: torch.device) -> "_Probe":
        batch = task.probe(size).to(device)
        labels = tuple(task.time_labels(sample) for sample in range(len(batch)))
        spans = tuple(task.sample_span(sample) for sample in range(len(batch)))
        return cls(batch, labels, spans, MappingProxyType(dict(task.baselines())))


@dataclass(frozen=True)
class _Check:
    """What the held-out part said, and what it cost."""

    step: int
    validation: float
    prediction: Prediction | None
    made: float
    seconds: float


class Session:
    """A model in training: iterate over `steps`, change `settings` on the way, look with `snapshot`.

    Parameters
    ----------
    task : Task or str
        A task or the name of one, see `rnnviz.tasks.KNOWN`.
    settings : Settings, optional
        How to train; the task's own suggestions unless given.
    device : str or torch.device
        ``"auto"`` takes cuda, mps or cpu, the first there is.
    probe_size : int
        Held-out sequences that snapshots trace.
    **changes : object
        Single settings, such as ``cell="gru"``.

    Attributes
    ----------
    task : Task
        With the settings' sequence length, on the device.
    model : SequenceModel
        Rebuilt when a structural setting changes.
    history : History
        The curves since the model was built.
    device : torch.device
        Where everything happens.
    run : int
        How many times the model was rebuilt.

    Raises
    ------
    ValueError, TypeError
        For a task, setting, value or device that does not exist; the sentence lists those that do.

    Examples
    --------
    >>> import itertools
    >>> session = Session("adding", seq_len=10, hidden_size=4, device="cpu")
    >>> list(itertools.islice(session.steps(), 3))
    [1, 2, 3]
    >>> session.history["loss"].shape
    (3,)
    """

    def __init__(
        self,
        task: Task | str,
        settings: Settings | None = None,
        *,
        device: str | torch.device = "auto",
        probe_size: int = 8,
        **changes: Any,
    ) -> None:
        if not isinstance(task, Task | str):
            raise TypeError(f"task must be a Task or one of {', '.join(tasks.KNOWN)}, got {type(task).__name__}.")
        self.task = tasks.make(task) if isinstance(task, str) else task
        self.device = pick(device)
        self.probe_size = probe_size
        self.activity = "model"
        self.run = -1
        self.settings = (settings or Settings().replace(**self.task.defaults)).replace(**changes)
        self.rebuild()

    @property
    def settings(self) -> Settings:
        """How to train; assign a whole new `Settings`, it is taken up when the next step begins."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = self.checked(settings)

    def checked(self, settings: Settings) -> Settings:
        """Return the settings with the task's own sequence length where they name none.

        Raises
        ------
        ValueError
            If the task cannot give sequences of that length.
        """
        seq_len = self.task.seq_len if settings.seq_len is None else settings.seq_len
        self.task.check_seq_len(seq_len)
        return settings.replace(seq_len=seq_len)

    @property
    def step(self) -> int:
        """Finished steps since the model was built."""
        return self.history.step

    def rebuild(self) -> None:
        """Build the model, the optimiser and the history anew from the settings: step 0 of the next run.

        If that fails, model and settings stay what they were, and the error goes on.
        """
        settings = self._settings
        try:
            parts = self._prepare(settings)
        except BaseException:
            self._settings = getattr(self, "_built", settings)
            raise
        self.task, self._probe, self.model = parts
        self._parameters = list(self.model.parameters())
        self._optimizer = _optimizer(settings, self._parameters)
        self._batches = torch.Generator(self.device).manual_seed(settings.seed)
        self._noise = torch.Generator(self.device).manual_seed(settings.seed + 1)
        self.history = History([name for name, _ in self.model.named_parameters()], self.device)
        self._ghosts: deque[Floats] = deque(maxlen=_GHOSTS)
        self._scales: Mapping[str, Scale] = {}
        self._check: _Check | None = None
        self._built = settings
        self.run += 1

    def _prepare(self, settings: Settings) -> tuple[Task, "_Probe", SequenceModel]:
        self.activity = "task"
        assert settings.seq_len is not None  # the setter saw to it
        task = self.task.with_seq_len(settings.seq_len).to(self.device)
        probe = _Probe.of(task, self.probe_size, self.device)
        self.activity = "model"
        return task, probe, _build(task, settings).to(self.device)

    @property
    def pending(self) -> bool:
        """Whether settings were assigned that are not taken up yet."""
        return self._settings is not self._built

    def adopt(self) -> None:
        """Take up assigned settings now, as the next step would: rebuild if the structure differs, else adjust."""
        settings = self._settings
        if settings is self._built:
            return
        if self._built.rebuilds(settings):
            self.rebuild()
            return
        if settings.optimizer != self._built.optimizer:
            self._optimizer = _optimizer(settings, self._parameters)
        for group in self._optimizer.param_groups:
            group["lr"] = settings.lr
        self._built = settings

    def steps(self) -> Iterator[int]:
        """Train; yield the number of finished steps after each, without end.

        A step waits for nothing on the device. Settings are read once, when a step begins.

        Yields
        ------
        int
            Finished steps.
        """
        while True:
            self.adopt()
            self._train(self._built)
            yield self.step

    def _train(self, settings: Settings) -> None:
        self.activity = "task"
        batch = self.task.batch(settings.batch_size, self._batches)
        self.activity = "model"
        inputs = batch.inputs
        if settings.input_noise:
            noise = torch.randn(inputs.shape, generator=self._noise, device=self.device, dtype=inputs.dtype)
            inputs = inputs + settings.input_noise * noise
        outputs = self.model(inputs)
        loss = self._task_says(self.task.loss, outputs, batch)
        with torch.no_grad():
            metric = self._task_says(self.task.metric, outputs, batch)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        row = torch.cat([torch.stack([loss.detach(), metric]), self._clip(settings.clip)])
        self._optimizer.step()
        self.history.append(row, lr=settings.lr, clip=settings.clip)

    @torch.no_grad()
    def _clip(self, threshold: float | None) -> Tensor:
        grads = [weight.grad for weight in self._parameters if weight.grad is not None]
        norms = torch.stack(torch._foreach_norm(grads))
        total = torch.linalg.vector_norm(norms)
        if threshold is not None:
            torch.nn.utils.clip_grads_with_norm_(self._parameters, threshold, total)
        return torch.cat([total[None], norms])

    def evaluate(self) -> dict[str, float]:
        """Return the metric on the whole held-out part: ``"model"`` first, then each baseline."""
        held_out = self.task.held_out().to(self.device)
        score = self._task_says(self.task.metric, self._answers(held_out), held_out)
        return {"model": float(score), **self._probe.baselines}

    def _task_says(self, verdict: Callable[[Tensor, Tensor], Tensor], outputs: Tensor, batch: Batch) -> Tensor:
        self.activity = "task"  # stays so when the task raises: the runner names it
        value = verdict(outputs, batch.targets)
        self.activity = "model"
        return value

    @torch.no_grad()
    def _answers(self, batch: Batch) -> Tensor:
        chunks = torch.split(batch.inputs, _CHUNK)
        return torch.cat([self.model(chunk) for chunk in chunks])

    def snapshot(self, *, fresh: bool = True) -> Snapshot:
        """Look at the model as it is now, on the probe batch; training is not disturbed in any bit.

        Parameters
        ----------
        fresh : bool
            False allows an older score of the held-out part, where a new one would cost a playing run more than a
            fiftieth of its time; `Snapshot.validation_step` says how old.

        Returns
        -------
        Snapshot
            Read-only copies.
        """
        probe = self._probe.batch
        self.activity = "model"
        traced = trace(self.model, probe.inputs, loss=lambda outputs: self._task_says(self.task.loss, outputs, probe))
        layer = traced.layers["recurrent"]
        check = self._checked(fresh)
        ghosts = tuple(self._ghosts)
        curves = _gradient_curves(layer)
        relu = self._built.nonlinearity == "relu"
        self._scales = scales.fit(layer, curves, relu=relu, step=self.step, before=self._scales)
        self._ghosts.extend(curves[:1])
        return Snapshot(
            run=self.run,
            step=self.step,
            settings=self._built,
            layer=layer,
            loss=float("nan") if traced.loss is None else traced.loss,
            history=MappingProxyType({name: _frozen(column) for name, column in self.history.columns().items()}),
            ghosts=ghosts,
            scales=self._scales,
            prediction=check.prediction,
            time_labels=self._probe.labels,
            spans=self._probe.spans,
            validation=check.validation,
            validation_step=check.step,
            baselines=self._probe.baselines,
            metric_name=self.task.metric_name,
        )

    def _checked(self, fresh: bool) -> _Check:
        known, now = self._check, time.monotonic()
        due = known is None or known.step != self.step
        affordable = known is None or now - known.made >= known.seconds / _CHECK_SHARE
        if known is None or (due and (fresh or affordable)):
            self._check = self._score(now)
        assert self._check is not None
        return self._check

    def _score(self, now: float) -> _Check:
        held_out = self.task.held_out().to(self.device)
        whole = len(held_out) <= _LARGEST_CHECK
        if not whole:
            held_out = held_out[torch.linspace(0, len(held_out) - 1, _LARGEST_CHECK, device=self.device).long()]
        outputs = self._answers(held_out)
        validation = float(self._task_says(self.task.metric, outputs, held_out))
        self.activity = "task"
        prediction = self.task.prediction(outputs) if whole else None
        self.activity = "model"
        return _Check(self.step, validation, prediction, now, time.monotonic() - now)


def _build(task: Task, settings: Settings) -> SequenceModel:
    with torch.device("meta"):  # building there draws no random number: torch's global generator stays untouched
        model = SequenceModel(
            settings.cell,
            task.input_size,
            settings.hidden_size,
            task.output_size,
            settings.num_layers,
            settings.bidirectional,
            settings.nonlinearity,
        )
    return initialise(model.to_empty(device="cpu"), settings.init, torch.Generator().manual_seed(settings.seed))


def _optimizer(settings: Settings, parameters: list[torch.nn.Parameter]) -> torch.optim.Optimizer:
    # fused: one kernel, and unlike the plain loop it never asks the host for a number
    kinds: dict[str, Callable[..., torch.optim.Optimizer]]
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    return kinds[settings.optimizer](parameters, lr=settings.lr, fused=True)


def _gradient_curves(layer: LayerTrace) -> tuple[Floats, ...]:
    """Norm over batch and unit of the total and the direct gradient, axes (layer, direction, time)."""
    if layer.grad_hidden is None or layer.grad_hidden_direct is None:
        return ()
    return tuple(_frozen(_norm(grad)) for grad in (layer.grad_hidden, layer.grad_hidden_direct))


def _norm(grad: Floats) -> Floats:
    # values past a sequence's end are NaN and count as nothing; float64, as squares of 1e-25 vanish in float32
    squares: Floats = np.nansum(np.square(grad.astype(np.float64)), axis=(2, 4))
    return np.sqrt(squares)


def _frozen(array: Floats) -> Floats:
    array.flags.writeable = False
    return array
