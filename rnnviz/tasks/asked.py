"""Asked: what a built-in task is called with, checked, because people call tasks without a lab too."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from rnnviz import limits
from rnnviz.checks import kind_of
from rnnviz.tasks.base import Task

__all__ = ["accuracy", "answered", "drawn", "entropy", "forecasts", "length"]


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


def entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the cross entropy, in nats, of answers (n, class) and the numbers of the right ones (n,).

    Where -100 stands in the place of a right one, no answer is wanted, and none counts.
    """
    try:
        # torch takes int64 alone, and leaves out NO_ANSWER by itself
        return functional.cross_entropy(outputs, targets.long())
    except IndexError as error:  # raised where the device is not waited for
        raise ValueError(f"targets must be classes from 0 to {outputs.shape[1] - 1}, {error}") from None


def accuracy(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the share of right answers (…, class) among those that are wanted (…,): see `entropy`."""
    # no answer is a negative class: it is never the right one
    return (outputs.argmax(-1) == targets).float().sum() / (targets >= 0).sum()


def forecasts(task: Task, outputs: Any) -> None:
    """Check a model's answers for all held-out sequences."""
    wanted = (len(task.held_out()), task.output_size)
    if not isinstance(outputs, Tensor) or not outputs.is_floating_point():
        raise TypeError(f"outputs must be a torch.Tensor of floating-point numbers, got {_came(outputs)}.")
    if tuple(outputs.shape) != wanted:
        raise ValueError(f"outputs must be one answer a held-out sequence, {wanted}, got {tuple(outputs.shape)}.")


def _came(value: Any) -> str:
    return f"a tensor of {value.dtype}" if isinstance(value, Tensor) else kind_of(value)
