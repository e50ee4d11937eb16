"""CheckedTask: a task whose every call is checked, and whose errors are told from the model's; reads no number."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ParamSpec, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rnnviz.checks import shown
from rnnviz.tasks import Batch, InputPicture, Prediction, Task
from rnnviz.tasks.translation import Translation
from rnnviz.training.taskcheck.labels import picture_of, span_of, words_of
from rnnviz.training.taskcheck.sequences import checked_sequences

__all__ = ["Attribution", "CheckedTask", "precision_of"]

P = ParamSpec("P")
T = TypeVar("T")


class Attribution:
    """Remembers who is at work: the model, except while the task is called.

    Attributes
    ----------
    where : {"model", "task"}
        Who is at work, or who was when an error came.
    who : str
        Which of several models this is about; empty where there is one.
    around : callable
        Returns what each call of somebody's own code runs in: another cell may change torch's default dtype at any
        moment, and so within a step.

    Examples
    --------
    >>> attribution = Attribution()
    >>> attribution.task(abs, -3), attribution.where
    (3, 'model')
    """

    where = "model"
    who = ""

    def __init__(self) -> None:
        self.around: Callable[[], AbstractContextManager[None]] = nullcontext

    def task(self, work: Callable[P, T], *args: P.args, **keywords: P.kwargs) -> T:
        """Return ``work(...)``, which is the task's; when it raises, ``where`` stays ``"task"``."""
        self.where = "task"
        with self.around():
            value = work(*args, **keywords)
        self.where = "model"
        return value


class CheckedTask:
    """What a task gives, if it is what a task owes; else a TypeError or ValueError says in a sentence what it is.

    Parameters
    ----------
    task : Task
        On ``device``.
    device : torch.device
        Where sequences are brought.
    attribution : Attribution, optional
        Told whenever the task is called.
    dtype : torch.dtype, optional
        Of the numbers that the model is handed; the task's own unless given.

    Examples
    --------
    >>> from rnnviz.tasks import make
    >>> task = CheckedTask(make("adding", seq_len=10), torch.device("cpu"))
    >>> len(task.held_out(closely=True))
    512
    >>> task.answered(torch.zeros(4, 3))
    Traceback (most recent call last):
    ValueError: the model must answer with axes (batch, 1), as the task asks, got shape (4, 3).
    """

    def __init__(
        self, task: Task, device: torch.device, attribution: Attribution | None = None, dtype: torch.dtype | None = None
    ) -> None:
        self.task, self.attribution = task, Attribution() if attribution is None else attribution
        self._device, self._dtype = device, dtype

    def batch(self, size: int, generator: torch.Generator, *, closely: bool = False) -> Batch:
        """Return a batch to train on; ``closely`` looks at every number in it, which waits for the device."""
        return self._given("batch()", self._drawn, size, generator, closely=closely)

    def held_out(self, *, closely: bool = False) -> Batch:
        """Return the held-out part; see `batch`."""
        return self._given("held_out()", self.task.held_out, closely=closely)

    def halves(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the places of two halves of the held-out part; see `Task.halves`."""
        return self.attribution.task(_halves, self.task)

    def probe(self, size: int, *, closely: bool = False) -> Batch:
        """Return the sequences that snapshots trace; see `batch`."""
        return self._given("probe()", self.task.probe, size, closely=closely)

    def typed(self, text: str) -> Batch:
        """Return what a learner has typed as a batch of one; ValueError if the task reads no text, or not this."""
        found = self.attribution.task(self.task.encoded, text)
        if found is None:
            raise ValueError(f"the task {self.task.name!r} reads no text of yours; there is nothing to type.")
        return self._given("encoded()", lambda: found, closely=True)

    def typed_words(self, batch: Batch) -> tuple[str, ...] | None:
        """Return the words for the timesteps of what was typed; see `Task.symbols_of`."""
        return self.attribution.task(self.task.symbols_of, batch)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss as a number of no axis."""
        return self.attribution.task(_measured, "loss", self.task.loss, outputs, targets)

    def metric(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the metric as a number of no axis."""
        return self.attribution.task(_measured, "metric", self.task.metric, outputs, targets)

    def judged(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return which answers are counted by class, and the right ones; see `Task.judged`."""
        return self.attribution.task(_judged, self.task.judged, outputs, targets)

    def described(self, index: int) -> str | None:
        """Return a held-out sequence as a person reads it; see `Task.described`."""
        found = self.attribution.task(self.task.described, index)
        return None if found is None else str(found)

    def prediction(self, outputs: Tensor) -> Prediction | None:
        """Return what there is to draw of the held-out part's answers."""
        return self.attribution.task(_forecast, self.task.prediction, outputs)

    def baselines(self) -> Mapping[str, float]:
        """Return what simple rules reach, by the rule's name."""
        return self.attribution.task(_numbers, self.task.baselines)

    def words(self, sample: int) -> tuple[str, ...] | None:
        """Return the words for the timesteps of a probe sequence; see `words_of`."""
        return self.attribution.task(words_of, self.task, sample)

    def picture(self, sample: int) -> InputPicture | None:
        """Return what a picture of a probe sequence shows; see `picture_of`."""
        return self.attribution.task(picture_of, self.task, sample)

    def span(self, sample: int) -> tuple[float, float] | None:
        """Return where a probe sequence's timesteps lie; see `span_of`."""
        return self.attribution.task(span_of, self.task, sample)

    def translated(self, model: nn.Module, batch: Batch) -> tuple[Translation, ...]:
        """Return what a model writes for each source of a batch; nothing where the task is no translation."""
        return tuple(self.task.translated(model, batch))

    def answered(self, outputs: Any) -> Tensor:
        """Return what a model has answered, which must be one tensor of the size that the task asks for."""
        task, size = self.task, self.task.output_size
        steps = task.answer_steps
        between = "time, " * task.each_step if steps is None else f"{steps}, "
        axes = f"(batch, {between}{size})"
        if not isinstance(outputs, Tensor):
            raise TypeError(
                f"the model must answer with one tensor of axes {axes}, got {_kind(outputs)}; return it alone."
            )
        wrong = outputs.dim() != (3 if between else 2) or outputs.shape[-1] != size
        if wrong or (steps is not None and outputs.shape[1] != steps):
            raise ValueError(
                f"the model must answer with axes {axes}, as the task asks, got shape {tuple(outputs.shape)}."
            )
        return outputs

    def _given(self, verb: str, work: Callable[..., Any], *arguments: Any, closely: bool) -> Batch:
        drawn = self.attribution.task(_sequences, verb, self.task, work, *arguments).to(self._device)
        batch = drawn.each(self._handed)
        return self.attribution.task(checked_sequences, verb, self.task, batch) if closely else batch

    def _handed(self, values: Tensor) -> Tensor:
        """Return the numbers as a model can take them: of its precision, and such that autograd may keep them."""
        if self._dtype is not None and values.is_floating_point():
            values = values.to(self._dtype)
        return values.clone() if values.is_inference() else values

    def _drawn(self, size: int, generator: torch.Generator) -> Batch:
        try:
            return self.task.batch(size, generator)
        except RuntimeError as error:
            if "device type for generator" not in str(error):
                raise
            raise ValueError(
                f"batch() of the task must draw where the generator is, on {str(self._device)!r}: "
                "pass device=generator.device to what draws."
            ) from error


def precision_of(model: nn.Module) -> torch.dtype | None:
    """Return the dtype in which a model is handed numbers: that of its weights, None where they have half precision.

    >>> precision_of(nn.Linear(2, 1).double())
    torch.float64
    """
    kinds = {weight.dtype for weight in model.parameters() if weight.is_floating_point()}
    return kinds.pop() if kinds in ({torch.float32}, {torch.float64}) else None


def _sequences(verb: str, task: Task, work: Callable[..., Any], *arguments: Any) -> Batch:
    """Return ``work(*arguments)``, which must be a batch of at least one sequence of the axes that the task says."""
    batch = work(*arguments)
    if not isinstance(batch, Batch):
        raise TypeError(f"{verb} must return a rnnviz.tasks.Batch, such as Batch(inputs, targets), got {_kind(batch)}.")
    for name in ("inputs", "targets"):
        if not isinstance(value := getattr(batch, name), Tensor):
            raise TypeError(f"{name} of {verb} must be a torch.Tensor, got {_kind(value)}; labels are numbers from 0.")
    axes = "(batch, time)" if task.vocabulary else f"(batch, time, {task.input_size})"
    shape = tuple(batch.inputs.shape)
    if len(shape) != (2 if task.vocabulary else 3) or (not task.vocabulary and shape[2] != task.input_size):
        raise ValueError(
            f"inputs of {verb} must have axes {axes}, as input_size and vocabulary say, got shape {shape}."
        )
    if not len(batch) or batch.targets.shape[:1] != shape[:1]:
        raise ValueError(
            f"{verb} must return as many targets as sequences, at least 1, "
            f"got inputs of shape {shape} and targets of shape {tuple(batch.targets.shape)}."
        )
    return batch


def _halves(task: Task) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first, second = (np.asarray(half) for half in task.halves())
    count = len(task.held_out())
    places = [*first.tolist(), *second.tolist()]
    if not first.size or not second.size or len({*places}) < len(places) or not {*places} <= {*range(count)}:
        raise ValueError(
            f"halves() of the task must give two sets of places among its {count} held-out sequences that share none, "
            f"got {first.size} and {second.size}."
        )
    return first.astype(np.int64), second.astype(np.int64)


def _measured(name: str, work: Callable[[Tensor, Tensor], Any], outputs: Tensor, targets: Tensor) -> Tensor:
    value = work(outputs, targets)
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must return a scalar tensor, got {_kind(value)}; leave out float() and .item().")
    if value.numel() != 1:
        raise ValueError(f"{name} must return a scalar, got a tensor of shape {tuple(value.shape)}; add .mean().")
    return value.reshape(())


def _judged(work: Callable[[Tensor, Tensor], Any], outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    found = work(outputs, targets)
    if not isinstance(found, tuple) or len(found) != 2 or not all(isinstance(one, Tensor) for one in found):
        raise TypeError(f"judged() must return two tensors, the answers and the right ones, got {_kind(found)}.")
    said, right = found
    if said.shape[:-1] != right.shape:
        raise ValueError(
            "judged() must return a right answer for each of the answers, "
            f"got shapes {tuple(said.shape)} and {tuple(right.shape)}."
        )
    return said, right


def _forecast(work: Callable[[Tensor], Any], outputs: Tensor) -> Prediction | None:
    prediction = work(outputs)
    if prediction is None or isinstance(prediction, Prediction):
        return prediction
    raise TypeError(f"prediction() must return a rnnviz.tasks.Prediction or None, got {_kind(prediction)}.")


def _numbers(work: Callable[[], Any]) -> Mapping[str, float]:
    baselines = work()
    try:
        return {str(name): float(value) for name, value in baselines.items()}
    except (AttributeError, TypeError, ValueError):
        raise TypeError(
            "baselines() must return a dict of numbers by the rule's name, such as {'mean': 0.3}, "
            f"got {shown(baselines)}."
        ) from None


def _kind(value: Any) -> str:
    return type(value).__name__ + (f" of {len(value)}" if isinstance(value, tuple | list) else "")
