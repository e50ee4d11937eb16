"""Task: a named data set with batches, a loss, a metric, baselines and labels for the time axis."""

import abc
import copy
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rnnviz import limits
from rnnviz.checks import brief, kind_of, shown, whole
from rnnviz.models import SequenceModel
from rnnviz.tasks.batch import Batch, on_device
from rnnviz.tasks.halves import Halves, by_content
from rnnviz.tasks.inputpicture import InputPicture
from rnnviz.tasks.paths import Paths
from rnnviz.tasks.translation import Translation

_PROBES = 2**16  # sequences to look at; spreading out as many takes a tenth of a second

__all__ = ["Batch", "Prediction", "Task", "answered", "drawn", "forecasts", "length"]


@dataclass(frozen=True)
class Prediction:
    """A forecast beside the truth and a naive forecast, in real units.

    Parameters
    ----------
    x : numpy.ndarray
        Where each value stands, axis (n,); decimal years for a calendar.
    truth, forecast, baseline : numpy.ndarray
        Values at ``x``, axis (n,), float64.
    x_title, y_title : str
        Words for the axes.
    paths : Paths or None
        All that was forecast, where that is several steps or several features; what stands above is then the first
        feature at the last step.

    Examples
    --------
    >>> years, truth = np.array([1990.0, 1991.0]), np.array([142.0, 146.0])
    >>> Prediction(years, truth, forecast=truth - 3, baseline=truth - 20, x_title="year", y_title="spots").forecast
    array([139., 143.])
    """

    x: NDArray[np.float64]
    truth: NDArray[np.float64]
    forecast: NDArray[np.float64]
    baseline: NDArray[np.float64]
    x_title: str
    y_title: str
    paths: Paths | None = None

    __repr__ = brief


class Task(abc.ABC):
    """What to learn. A subclass gives the sizes, `batch`, `held_out`, `loss` and `metric`; the rest has defaults.

    The built-in ones give float32, whatever torch's default dtype is.

    Attributes
    ----------
    name : str
        What the learner calls it.
    source : str
        Where the data come from and under which licence, one sentence.
    input_size, output_size : int
        Features a timestep, numbers an answer.
    vocabulary : int or None
        How many tokens there are, where the inputs are token numbers (batch, time); ``input_size`` is then the width
        that a token is embedded in.
    each_step : bool
        Whether an answer is wanted at every timestep; outputs are then (batch, time, output).
    answer_steps : int or None
        How many steps an answer has that is itself a sequence, not one along with the input: outputs are then
        (batch, answer_steps, output). None for all other tasks.
    symbols : tuple of str
        What each token, or each number of a one-hot input, is called, where a timestep brings one symbol.
    classes : tuple of str
        What each class is called, where the answer is one of some classes.
    seq_len : int
        Timesteps a sequence.
    seq_lens : tuple of int
        The shortest and longest sequence this task can give.
    metric_name : str
        For example ``"MAE"``.
    higher_is_better : bool
        Whether a larger metric is a better one.
    steps : int
        A sensible length of run.
    defaults : mapping
        Suggested settings, such as ``{"lr": 3e-3}``.
    pictures : tuple of str
        Names of the pictures that a lab of it shows at first, in reading order; empty for the usual ones.
    options : mapping or None
        What the task is made with beside its length, which is what a recipe writes down of it: a check for each by
        name. None where a recipe cannot make it again.

    Examples
    --------
    >>> class Last(Task):
    ...     name, input_size, output_size, seq_len, metric_name = "last", 1, 1, 5, "MSE"
    ...
    ...     def batch(self, batch_size, generator):
    ...         x = torch.rand(batch_size, 5, 1, generator=generator, device=generator.device)
    ...         return Batch(x, x[:, -1])
    ...
    ...     def held_out(self):
    ...         x = torch.linspace(0, 1, 40).reshape(8, 5, 1)
    ...         return Batch(x, x[:, -1])
    ...
    ...     def loss(self, outputs, targets):
    ...         return (outputs - targets).square().mean()
    >>> len(Last().probe(2))
    2

    Sequences of unequal length are padded at the end, and a batch says how long each is:

    >>> class First(Last):
    ...     def batch(self, batch_size, generator):
    ...         lengths = torch.randint(1, 6, (batch_size,), generator=generator)
    ...         x = torch.rand(batch_size, 5, 1, generator=generator)
    ...         x = x * (torch.arange(5) < lengths[:, None])[..., None]  # zeros past each end
    ...         return Batch(x, x[:, 0], lengths)
    ...
    ...     def held_out(self):
    ...         return self.batch(8, torch.Generator().manual_seed(0))
    >>> First().probe(2).lengths.shape
    torch.Size([2])
    """

    name: str
    source: str = ""
    input_size: int
    output_size: int
    vocabulary: int | None = None
    each_step: bool = False
    answer_steps: int | None = None
    symbols: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    seq_len: int
    metric_name: str = "loss"
    higher_is_better: bool = False
    steps: int = 1000
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    pictures: tuple[str, ...] = ()
    options: ClassVar[Mapping[str, Callable[[str, Any], Any]] | None] = None
    device: torch.device = torch.device("cpu")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={getattr(self, 'name', None)!r}, seq_len={getattr(self, 'seq_len', None)})"

    @cached_property
    def seq_lens(self) -> tuple[int, int]:
        """The shortest and the longest sequence; only the present length unless a subclass says more."""
        return self.seq_len, self.seq_len

    def check_seq_len(self, seq_len: int) -> None:
        """Raise a ValueError if the task cannot give ``seq_len`` timesteps; a TypeError if that is no number."""
        low, high = self.seq_lens
        if not low <= whole(-math.inf)("seq_len", seq_len) <= high:
            raise ValueError(f"seq_len must be from {low} to {high} for the task {self.name!r}, got {shown(seq_len)}.")

    def with_seq_len(self, seq_len: int) -> Self:
        """Return the same task with sequences of ``seq_len`` timesteps; itself if it has these.

        Raises
        ------
        ValueError
            If the task cannot give that length.
        """
        self.check_seq_len(seq_len)
        seq_len = int(seq_len)
        if seq_len == self.seq_len:
            return self
        return self._resized(seq_len)

    def _resized(self, seq_len: int) -> Self:
        raise NotImplementedError(f"{type(self).__name__} allows several lengths, so it must define _resized(seq_len).")

    def to(self, device: torch.device | str) -> Self:
        """Return the task on ``device``, with the tensors and batches it keeps; itself if it is there already."""
        there = {
            name: on_device(value, device) for name, value in vars(self).items() if isinstance(value, Tensor | Batch)
        }
        # the same tensors: a subclass may keep some elsewhere than its device says
        if self.device == torch.device(device) and all(value is getattr(self, name) for name, value in there.items()):
            return self
        moved = copy.copy(self)
        vars(moved).update(there, device=torch.device(device))
        return moved

    @abc.abstractmethod
    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw training sequences on the task's device with a generator of that device, never waiting for it.

        Parameters
        ----------
        batch_size : int
            How many, at least 1.
        generator : torch.Generator
            Where every random number comes from: the same state, the same batch.

        Returns
        -------
        Batch
            Inputs (batch, time, feature), or (batch, time) where they are token numbers.
        """

    @abc.abstractmethod
    def held_out(self) -> Batch:
        """Return the sequences that are never trained on, the same each call, at most a few thousand."""

    @abc.abstractmethod
    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return what training makes small: a scalar tensor, left on its device.

        Parameters
        ----------
        outputs : torch.Tensor
            The model's answers, axes (batch, output), or (batch, time, output) where ``each_step``.
        targets : torch.Tensor
            The batch's own.
        """

    def metric(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the score a person reads, a scalar tensor left on its device: the loss unless overridden.

        ``outputs`` and ``targets`` are those of `loss`.
        """
        return self.loss(outputs, targets)

    def judged(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return which answers are counted by class, and the right ones: all, unless the metric looks at fewer.

        Parameters
        ----------
        outputs, targets : torch.Tensor
            Those of `loss`, of a task with classes.

        Returns
        -------
        tuple of torch.Tensor
            Axes (…, class) and (…,); a negative class asks for no answer.
        """
        return outputs, targets

    def described(self, index: int) -> str | None:
        """Return the held-out sequence of that index as a person reads it, in a line, or None."""
        return None

    def probe(self, size: int) -> Batch:
        """Return ``size`` held-out sequences to look at, the same each call."""
        held_out, size = self.held_out(), whole(1, _PROBES)("size", size)
        return held_out[
            torch.tensor([self.probe_index(sample) for sample in range(size)], device=held_out.inputs.device)
        ]

    def probe_index(self, sample: int) -> int:
        """Return which held-out sequence is the probe's ``sample``: spread evenly, whatever the probe's size.

        The spreading is van der Corput's sequence: a half, a quarter, three quarters, an eighth …
        """
        place, digit, rest = 0.0, 0.5, whole(0, _PROBES)("sample", sample) + 1
        while rest:
            place += digit * (rest % 2)
            digit, rest = digit / 2, rest // 2
        return int(place * len(self.held_out()))

    def halves(self) -> Halves:
        """Return two sets of places in the held-out part: what chooses among models, and what grades the chosen one.

        By default they are drawn by a hash of each sequence, so that equal ones are in one half. Where sequences
        overlap, as windows of one series do, a task has to say itself which ones know nothing of each other.

        Returns
        -------
        tuple of numpy.ndarray
            Rising indices, axis (sequence,), of two halves that share none.

        Examples
        --------
        >>> from rnnviz.tasks import make
        >>> [len(half) for half in make("adding").halves()]
        [256, 256]
        """
        return by_content(self.held_out().inputs)

    def baselines(self) -> dict[str, float]:
        """Return the metric that simple rules reach on the held-out part, by the rule's name."""
        return {}

    def prediction(self, outputs: Tensor) -> Prediction | None:
        """Return a forecast to draw from the answers for `held_out`, or None when there is no such picture.

        Parameters
        ----------
        outputs : torch.Tensor
            Axes as for `loss`; one answer a held-out sequence.
        """
        return None

    def network(
        self, *, cell: str, hidden_size: int, num_layers: int, bidirectional: bool, nonlinearity: str
    ) -> nn.Module:
        """Return the network that learns this task, called with `Batch.arguments`: a `SequenceModel` unless overridden.

        Parameters
        ----------
        cell, hidden_size, num_layers, bidirectional, nonlinearity
            The settings of these names. Where a network cannot have one, a ValueError says so.
        """
        return SequenceModel(
            cell,
            self.input_size,
            hidden_size,
            self.output_size,
            num_layers,
            bidirectional,
            nonlinearity,
            self.vocabulary,
            self.each_step,
        )

    def to_recipe(self) -> dict[str, Any] | None:
        """Return what `rnnviz.tasks.from_recipe` makes the same task of, or None if nothing that JSON holds does.

        ``{"task": name, "options": {…}}``: for data of a learner's own the name is that of the function she called, and
        the options are what she called it with.
        """
        if self.options is None:
            return None
        return {"task": self.name, "options": {name: getattr(self, name) for name in self.options}}

    @classmethod
    def from_options(cls, **options: Any) -> Self:
        """Return the task made with ``options``, each of them checked; a TypeError if one is missing."""
        return cls(**options)

    def time_labels(self, sample: int) -> Sequence[object] | None:
        """Return a label a timestep for the probe's ``sample``, such as ``"1989-04"``, 7 or a date, or None."""
        return None

    def encoded(self, text: str) -> Batch | None:
        """Return a text that a learner has typed as a batch of one; None, the default: there is nothing to type.

        Parameters
        ----------
        text : str
            Anything but spaces alone.

        Returns
        -------
        Batch or None
            One sequence of the usual width, with a target of `rnnviz.tasks.batch.NO_ANSWER` wherever one would stand.

        Raises
        ------
        ValueError
            If it cannot be read; the sentence says why.
        """
        return None

    def symbols_of(self, batch: Batch) -> tuple[str, ...] | None:
        """Return what each timestep of a batch of one is called, and nothing past its end; None without symbols."""
        if not self.symbols or self.vocabulary is None:
            return None
        end = batch.inputs.shape[1] if batch.lengths is None else int(batch.lengths[0])
        numbers = batch.inputs[0].tolist()
        return tuple(self.symbols[number] if step < end else "" for step, number in enumerate(numbers))

    def words_read_by(self, module: str, numbers: Sequence[int]) -> tuple[str, ...] | None:
        """Return a word for each token ``numbers`` that the layer at the path ``module`` reads in the inputs' place."""
        return None

    def input_picture(self, sample: int) -> InputPicture | None:
        """Return what a picture of the probe's ``sample`` shows, or None: its inputs as they are."""
        return None

    def translated(self, model: nn.Module, batch: Batch) -> tuple[Translation, ...]:
        """Return what a model writes for each source of a batch, where sources are translated; else nothing.

        Parameters
        ----------
        model : torch.nn.Module
            On the batch's device; left as it is.
        batch : Batch
            Such as the probe.
        """
        return ()

    def sample_span(self, sample: int) -> tuple[float, float] | None:
        """Return, on the prediction's x axis, the place of the probe ``sample``'s timestep 0 and a timestep's width."""
        return None


def length(task: Task, seq_len: Any) -> int:
    """Return a sequence length that the task can give."""
    task.check_seq_len(seq_len)
    return int(seq_len)


def drawn(task: Task, batch_size: Any, generator: Any) -> int:
    """Return how many sequences to draw, if there is room for them, with a generator that can draw them."""
    if not isinstance(generator, torch.Generator):
        raise TypeError(f"generator must be a torch.Generator, got {kind_of(generator)}.")
    count = limits.batch_size("batch_size", batch_size)
    numbers = count * task.seq_len * (1 if task.vocabulary else task.input_size)
    limits.affordable("a batch", numbers, batch_size=count, seq_len=task.seq_len)
    return count


def answered(task: Task, outputs: Any, targets: Any, *, numbers: bool) -> None:
    """Check a model's answers and what they should be: ``numbers`` of the same shape, or the numbers of classes.

    Raises
    ------
    TypeError, ValueError
        If they are something else; of classes only their kind is looked at, for reading them would wait for the device.
    """
    for name, values, kind in (("outputs", outputs, True), ("targets", targets, numbers)):
        if not isinstance(values, Tensor) or values.is_complex() or values.is_floating_point() != kind:
            what = "floating-point numbers" if kind else "numbers of classes"
            raise TypeError(f"{name} must be a torch.Tensor of {what}, got {_came(values)}.")
    steps = task.answer_steps
    axes = ("batch",) if not task.each_step and steps is None else ("batch", "time" if steps is None else str(steps))
    wrong = outputs.dim() != len(axes) + 1 or outputs.shape[-1] != task.output_size
    if wrong or (steps is not None and outputs.shape[1] != steps):
        wanted = ", ".join((*axes, str(task.output_size)))
        raise ValueError(f"outputs must have axes ({wanted}), got shape {tuple(outputs.shape)}.")
    shape = outputs.shape if numbers else outputs.shape[:-1]
    if targets.shape != shape:
        raise ValueError(f"targets must have shape {tuple(shape)}, as outputs say, got {tuple(targets.shape)}.")
    if targets.device != outputs.device:
        raise ValueError(f"targets must be on {outputs.device}, as outputs are, got {targets.device}.")


def forecasts(task: Task, outputs: Any) -> None:
    """Check a model's answers for all held-out sequences."""
    wanted = (len(task.held_out()), task.output_size)
    if not isinstance(outputs, Tensor) or not outputs.is_floating_point():
        raise TypeError(f"outputs must be a torch.Tensor of floating-point numbers, got {_came(outputs)}.")
    if tuple(outputs.shape) != wanted:
        raise ValueError(f"outputs must be one answer a held-out sequence, {wanted}, got {tuple(outputs.shape)}.")


def _came(value: Any) -> str:
    return f"a tensor of {value.dtype}" if isinstance(value, Tensor) else kind_of(value)
