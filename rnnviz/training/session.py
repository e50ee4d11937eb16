"""Session: trains a model on a task, one step at a time, and takes snapshots; knows no thread and no widget."""

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz import tasks
from rnnviz.tasks import Batch, Task
from rnnviz.training.blame import Blame
from rnnviz.training.building import Builder, builder_of, complete, optimizer, shape_memory
from rnnviz.training.clipping import clip
from rnnviz.training.contract import answered, measured, sequences, trainable
from rnnviz.training.devices import pick
from rnnviz.training.failures import NonFiniteLoss
from rnnviz.training.history import History
from rnnviz.training.looks import Look
from rnnviz.training.schedules import factor
from rnnviz.training.settings import Settings
from rnnviz.training.snapshot import Snapshot

__all__ = ["Parts", "Session"]

Parts = tuple[Settings, Task, Look, nn.Module]


class Session:
    """A model in training: iterate over `steps`, change `settings` on the way, look with `snapshot`.

    Parameters
    ----------
    task : Task or str
        A task or the name of one, see `rnnviz.tasks.KNOWN`.
    settings : Settings, optional
        How to train; the task's own suggestions unless given.
    model : torch.nn.Module or callable, optional
        A model of your own: a module, which every run starts from a copy of, or a function of the task and the settings
        that builds one. It answers to the task's inputs; the first recurrent layer in it is the one that is drawn. By
        default a `rnnviz.models.SequenceModel`.
    device : str or torch.device
        ``"auto"`` takes cuda, mps or cpu, the first there is.
    probe_size : int
        Held-out sequences that snapshots trace.
    planned : int, optional
        Steps of a whole run, which the schedule of the learning rate is laid over; the task's suggestion unless given.
    **changes : object
        Single settings, such as ``cell="gru"``.

    Attributes
    ----------
    task : Task
        With the settings' sequence length, on the device.
    model : torch.nn.Module
        Rebuilt when a structural setting changes.
    history : History
        The curves since the model was built.
    device : torch.device
        Where everything happens.
    run : int
        How many times the model was rebuilt.
    own_model : bool
        Whether the model is not one of ours.
    blame : Blame
        Whose code is running: the task's or the model's.

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
        model: nn.Module | Builder | None = None,
        device: str | torch.device = "auto",
        probe_size: int = 8,
        planned: int | None = None,
        **changes: Any,
    ) -> None:
        if probe_size < 1:
            raise ValueError(f"probe_size must be at least 1, got {probe_size}.")
        self.task = tasks.make(task) if isinstance(task, str) else complete(task)
        self._builder, self.own_model = builder_of(model), model is not None
        self.device = pick(device)
        self.probe_size = probe_size
        self.planned = self.task.steps if planned is None else planned
        self.blame = Blame()
        self.run = -1
        self.settings = (settings or Settings().replace(**self.task.defaults)).replace(**changes)
        self.rebuild()

    @property
    def settings(self) -> Settings:
        """How to train; assign a whole new `Settings`, it is taken up when the next step begins."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        settings = self.checked(settings)
        if settings != getattr(self, "_settings", None):  # the same again is no change
            self._settings = settings

    def checked(self, settings: Settings) -> Settings:
        """Return the settings with the present sequence length where they name none.

        Raises
        ------
        ValueError
            If the task cannot give sequences of that length.
        """
        seq_len = self.task.seq_len if settings.seq_len is None else settings.seq_len
        self.task.check_seq_len(seq_len)
        return settings.replace(seq_len=seq_len)

    @property
    def pending(self) -> bool:
        """Whether settings were assigned that are not taken up yet."""
        return self._settings is not self._built

    @property
    def probe(self) -> Batch:
        """The sequences that snapshots trace, on the device."""
        return self._look.probe

    @property
    def rebuilding(self) -> tuple[str, ...]:
        """The structural settings among those not taken up yet: they will rebuild the model."""
        return self._built.rebuilds(self._settings)

    @property
    def step(self) -> int:
        """Finished steps since the model was built."""
        return self.history.step

    def rebuild(self) -> None:
        """Build the model, the optimiser and the history anew from the settings: step 0 of the next run.

        If that fails, model and settings stay what they were, and the error goes on.
        """
        try:
            parts = self.prepare()
        except BaseException:
            self.revert()
            raise
        self.begin(parts)

    def revert(self) -> None:
        """Forget settings that were assigned and are not taken up yet."""
        self._settings = getattr(self, "_built", self._settings)

    def begin(self, parts: Parts) -> None:
        """Start the next run with what `prepare` has built."""
        settings, self.task, self._look, self.model = parts
        model = self.model
        self._parameters = list(model.parameters())
        self._optimizer = optimizer(settings, self._parameters)
        self._batches = torch.Generator(self.device).manual_seed(settings.seed)
        self._noise = torch.Generator(self.device).manual_seed(settings.seed + 1)
        self.history = History([name for name, _ in model.named_parameters()], self.device)
        self._built = settings
        self.run += 1

    def prepare(self) -> Parts:
        """Build what the next run needs from the settings, and change nothing yet: only here can a rebuild fail."""
        settings = self._settings
        assert settings.seq_len is not None  # `checked` saw to it
        task = self.blame.task(self.task.with_seq_len, settings.seq_len)
        task = self.blame.task(task.to, self.device)
        look = Look(task, self.probe_size, self.device, self.blame)
        return settings, task, look, self._builder(task, settings).to(self.device)

    def adopt(self) -> None:
        """Take up assigned settings now, as the next step would: rebuild if the structure differs, else adjust."""
        settings = self._settings
        if settings is self._built:
            return
        if self.rebuilding:
            self.rebuild()
            return
        try:
            shape_memory(self.model, settings, self._built)
        except BaseException:
            self.revert()  # else the refused settings would be taken up again and again
            raise
        if settings.optimizer != self._built.optimizer:
            self._optimizer = optimizer(settings, self._parameters)
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
        task, blame = self.task, self.blame
        lr = settings.lr * factor(settings.schedule, self.step, self.planned)
        for group in self._optimizer.param_groups:
            group["lr"] = lr
        batch = blame.task(sequences, "batch()", task, task.batch, settings.batch_size, self._batches)
        outputs = answered(task, self.model(self._noisy(batch.inputs, settings.input_noise)))
        loss = trainable(blame.task(measured, "loss", task.loss, outputs, batch.targets))
        metric = blame.task(measured, "metric", task.metric, outputs.detach(), batch.targets)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        row = torch.cat([torch.stack([loss.detach(), metric.detach()]), clip(self._parameters, settings.clip)])
        self._optimizer.step()
        self.history.append(row, lr=lr, clip=settings.clip)

    def _noisy(self, inputs: Tensor, deviation: float) -> Tensor:
        if not deviation or not inputs.is_floating_point():
            return inputs
        noise = torch.randn(inputs.shape, generator=self._noise, device=inputs.device, dtype=inputs.dtype)
        return inputs + deviation * noise

    def evaluate(self) -> dict[str, float]:
        """Return the metric on the whole held-out part: ``"model"`` first, then each baseline."""
        return {"model": self._look.evaluate(self.model), **self._look.baselines}

    def snapshot(self, *, fresh: bool = True) -> Snapshot:
        """Look at the model as it is now, on the probe sequences; training is not disturbed in any bit.

        Parameters
        ----------
        fresh : bool
            False allows an older score of the held-out part, where a new one would cost a playing run more than a
            hundredth of its time; `Snapshot.validation_step` says how old.

        Returns
        -------
        Snapshot
            Read-only copies.
        """
        return self.frame(score=fresh or self.score_due)

    def rescored(self, snapshot: Snapshot) -> Snapshot:
        """Return a snapshot of this run with the held-out score of its own step, where it has an older one.

        Its weights are asked, in a model built for that; the one in training is not touched. A model whose state is
        not its weights alone keeps the older score.

        Parameters
        ----------
        snapshot : Snapshot
            An earlier moment.
        """
        if snapshot.validation_step == snapshot.step or snapshot.run != self.run:
            return snapshot
        model = self._builder(self.task, snapshot.settings or self._built)
        if any(True for _ in model.buffers()):
            return snapshot
        with torch.no_grad():
            for name, weight in model.named_parameters():
                weight.copy_(torch.tensor(snapshot.weights[name]))
        return self._look.rescored(model.to(self.device), snapshot)

    @property
    def score_due(self) -> bool:
        """Whether a new score of the held-out part costs a playing run less than a hundredth of its time."""
        return self._look.score_due

    def frame(self, *, score: bool) -> Snapshot:
        """Return a `snapshot` whose score of the held-out part is new if ``score``, else the last one there is."""
        return self._look.snapshot(self.model, self._built, self.history, self.run, score)

    def latest_loss(self) -> float:
        """Return the training loss of the last step, NaN before the first."""
        return self.history.latest_loss()

    def check(self, snapshot: Snapshot | None = None) -> None:
        """Raise a `NonFiniteLoss` if the loss or the gradient of a step is not finite, or what ``snapshot`` saw."""
        bad = self.history.first_bad()
        if bad is not None:
            raise NonFiniteLoss(*bad, self.blame.who)
        if snapshot is not None and not snapshot.drawable:  # the last update broke the weights before a loss could tell
            norms = self.history["grad_norm"]
            raise NonFiniteLoss(self.step, float(norms[-1]) if len(norms) else math.nan, self.blame.who)
