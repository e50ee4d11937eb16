"""TrainingRun: one run of a session: its model, optimiser, batches, noise and curves; a step waits for nothing."""

import contextlib
import copy
import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz.models import Seq2Seq
from rnnviz.tasks import Batch, Task
from rnnviz.training.history import History
from rnnviz.training.parameter_norms import ParameterNorms
from rnnviz.training.process.interrupts import INTERRUPTS
from rnnviz.training.schedules import factor
from rnnviz.training.session.batches import Batches
from rnnviz.training.session.building import Builder, optimizer, plain, shape_memory
from rnnviz.training.session.wholestep import SideEffects, WholeStep
from rnnviz.training.settings import Settings
from rnnviz.training.snapshots.snapshot import Snapshot
from rnnviz.training.snapshots.taking import SnapshotTaker
from rnnviz.training.taskcheck.checked import Attribution, CheckedTask, precision_of

__all__ = ["TrainingRun", "clip"]


class TrainingRun:
    """Built whole or not at all, then trained step by step; a structural setting that changes asks for another one.

    Parameters
    ----------
    task : Task
        What is learned; brought to the settings' sequence length and to the device.
    settings : Settings
        How to train, the sequence length among them.
    builder : callable
        Builds the model from the task and the settings.
    device : torch.device
        Where everything happens.
    attribution : Attribution
        Told whenever the task is called.
    probe_size : int
        Held-out sequences that snapshots trace.
    planned : int
        Steps that the schedule of the learning rate is laid over.

    Attributes
    ----------
    task, model, history : Task, torch.nn.Module, History
        See `rnnviz.training.Session`.
    norms : ParameterNorms
        Of each parameter along the run.
    settings : Settings
        Those in force.
    taker : SnapshotTaker
        Takes the snapshots.
    device : torch.device
        Where everything happens.

    Examples
    --------
    >>> from rnnviz import tasks
    >>> from rnnviz.training.session.building import builder_of
    >>> settings = Settings(seq_len=10, hidden_size=4)
    >>> cpu = torch.device("cpu")
    >>> adding, sizes = tasks.make("adding"), {"probe_size": 8, "planned": 300}
    >>> training_run = TrainingRun(adding, settings, builder_of(None), cpu, Attribution(), **sizes)
    >>> training_run.step()
    >>> training_run.history.step
    1
    """

    def __init__(
        self,
        task: Task,
        settings: Settings,
        builder: Builder,
        device: torch.device,
        attribution: Attribution,
        *,
        probe_size: int,
        planned: int,
    ) -> None:
        self._builder, self.device, self._planned = builder, device, planned
        self.settings = settings
        assert settings.seq_len is not None  # `Session.checked` saw to it
        # by blame: a task of somebody's own may fail here, and is named then
        self.task = attribution.task(attribution.task(task.with_seq_len, settings.seq_len).to, device)
        self.model = builder(self.task, settings).to(device).train()  # somebody's own may come in eval mode
        dtype = precision_of(self.model)
        self._checked = CheckedTask(self.task, device, attribution, dtype)
        self.taker = SnapshotTaker(self._checked, probe_size, device)
        _check_called(self.model, self.taker.probe)
        self._batches = Batches(self._checked, settings, device)
        self._parameters = list(self.model.parameters())
        self._beside, self._whole = SideEffects(self.model, device), WholeStep(self.model)
        self._moving: torch.optim.Optimizer | None = None
        if not plain(self._parameters):  # what torch has to say against them is said now
            self._moving = optimizer(settings, self._parameters)
        names = [name for name, _ in self.model.named_parameters()]
        self.history = History(names, device, dtype=dtype or torch.float32)
        self.norms = ParameterNorms(names, self._parameters)

    def to(self, device: torch.device) -> "TrainingRun":
        """Return this run on another device: its step, weights, optimiser and curves; this one stays what it is."""
        there = copy.copy(self)
        blame = self._checked.attribution
        there.device = device
        there.task = blame.task(self.task.to, device)
        there.model = copy.deepcopy(self.model).to(device)
        there._checked = CheckedTask(there.task, device, blame, precision_of(there.model))
        there.taker = self.taker.to(there._checked, device)
        there._batches = self._batches.to(there._checked, device, self.history.step)
        there._parameters = list(there.model.parameters())
        there._beside, there._whole = SideEffects(there.model, device), WholeStep(there.model)
        if self._moving is not None:
            there._moving = optimizer(self.settings, there._parameters)
            there._moving.load_state_dict(copy.deepcopy(self._moving.state_dict()))
        there.history, there.norms = self.history.to(device), self.norms.to(there._parameters)
        return there

    def adjust(self, settings: Settings) -> None:
        """Train with other settings from now on; none of them may be structural."""
        with INTERRUPTS.whole():
            shape_memory(self.model, settings, self.settings)
            if settings.optimizer != self.settings.optimizer:
                self._moving = None
            self.settings = settings

    @property
    def _optimizer(self) -> torch.optim.Optimizer:
        """Made for the first step: for it torch loads its compiler, which takes longer than to draw a whole lab."""
        if self._moving is None:
            self._moving = optimizer(self.settings, self._parameters)
        return self._moving

    def step(self) -> None:
        """Train one step on a new batch, and write its row into the history, or else leave no mark of it."""
        lr = self.settings.lr * factor(self.settings.schedule, self.history.step, self._planned)
        for group in self._optimizer.param_groups:
            group["lr"] = lr
        # left in reverse: interrupts act last, when batches and buffers have been settled
        with contextlib.ExitStack() as until_it_is_told, self._batches.whole_or_not(), self._beside.whole_or_not():
            # before the interrupts are held back: a model of somebody's own may take long, or for ever
            row = self._train()
            until_it_is_told.enter_context(INTERRUPTS.whole())  # from here on weights and curves belong together
            before = self.norms.before(self.history.step)
            self._whole.take(self._optimizer, self.history.step + 1)
            self.history.append(row, lr=lr, clip=self.settings.clip)
            self.norms.note(self.history.step, row[3:], before)

    def drawn(self) -> list[Tensor]:
        """Return where the generators of the process stand that a model of somebody's own draws from."""
        return self._beside.drawn()

    def draw_again(self, states: list[Tensor]) -> None:
        """Put those generators back to where they stood."""
        self._beside.draw_again(states)

    def _train(self) -> Tensor:
        """Work out the gradients of a new batch; return the row for the history."""
        task, settings = self._checked, self.settings
        batch = self._batches.next(settings.batch_size)
        noisy = self._batches.noisy(batch, settings.input_noise)
        with task.attribution.around(), forced(self.model, settings.teacher_forcing, self._batches.coins):
            outputs = task.answered(self.model(*noisy.arguments))
        loss = _trainable(task.loss(outputs, batch.targets))
        metric = task.metric(outputs.detach(), batch.targets)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        return torch.cat([torch.stack([loss.detach(), metric.detach()]), clip(self._parameters, settings.clip)])

    def revived(self, snapshot: Snapshot) -> nn.Module | None:
        """Return another model with the weights of a snapshot; None where weights are not all there is to a model."""
        model: Any = self._builder(self.task, snapshot.settings or self.settings)
        # running means and the like are no weights, and no snapshot has them
        if any(True for _ in model.buffers()):
            return None
        with torch.no_grad():
            for name, weight in model.named_parameters():
                # torch.tensor copies: snapshots are read-only, which from_numpy would warn of
                weight.copy_(torch.tensor(snapshot.weights[name]))
        return model.to(self.device)  # type: ignore[no-any-return]


@contextlib.contextmanager
def forced(model: nn.Module, ratio: float, coins: torch.Generator) -> Iterator[None]:
    """Let a model's translators read the true token so often, as ``coins`` decide; what they had is put back.

    At a ratio of 1 they are left alone: a model of somebody's own may have set another one itself.
    """
    translators = [] if ratio == 1 else [one for one in model.modules() if isinstance(one, Seq2Seq)]
    before = [(one.teacher_forcing, one.coins) for one in translators]
    try:
        for one in translators:
            one.teacher_forcing, one.coins = ratio, coins
        yield
    finally:
        for one, (own, its_coins) in zip(translators, before, strict=True):
            one.teacher_forcing, one.coins = own, its_coins


@torch.no_grad()
def clip(parameters: Sequence[nn.Parameter], threshold: float | None) -> Tensor:
    """Scale the gradients so that their total norm is at most the threshold; return the norms before.

    First the total, then each parameter's, axis (1 + parameters,), on their device; 0 for one without a gradient. A
    threshold of None leaves the gradients alone.

    Raises
    ------
    ValueError
        If one is sparse.

    Examples
    --------
    >>> weight = nn.Parameter(torch.zeros(2))
    >>> weight.grad = torch.tensor([3.0, 4.0])
    >>> clip([weight], 1.0)
    tensor([5., 5.])
    >>> weight.grad
    tensor([0.6000, 0.8000])
    """
    grads = [weight.new_zeros(1) if weight.grad is None else weight.grad for weight in parameters]
    try:
        norms = torch.stack(torch._foreach_norm(grads))
    except NotImplementedError:  # torch's word for what it cannot do with a sparse tensor, over a hundred lines
        raise ValueError(
            "the model must have dense gradients, got a sparse one; build its nn.Embedding with sparse=False."
        ) from None
    total = torch.linalg.vector_norm(norms)
    if threshold is not None:
        torch.nn.utils.clip_grads_with_norm_(parameters, threshold, total)
    return torch.cat([total[None], norms])


def _check_called(model: nn.Module, batch: Batch) -> None:
    """Raise a TypeError where a model of somebody's own cannot be called with lengths, and there are some."""
    if batch.lengths is None:
        return
    try:
        inspect.signature(model.forward).bind(*batch.arguments)
    except TypeError:
        raise TypeError(
            "the model must take the lengths of its sequences, which are padded: "
            "def forward(self, inputs, lengths), with lengths of axis (batch,) on the CPU, as pack_padded_sequence "
            "wants them."
        ) from None
    except ValueError:  # a forward without a signature, such as one that was compiled
        return


def _trainable(loss: Tensor) -> Tensor:
    if not loss.requires_grad:
        raise ValueError(
            "the loss must depend on weights that can be trained; compute it from the model's answer without "
            ".detach() or torch.no_grad(), and leave some weights with requires_grad=True."
        )
    return loss
