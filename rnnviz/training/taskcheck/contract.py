"""Contract: what a task and a model owe each other, looked at as the values pass; no number is read from a device."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz.checks import shown
from rnnviz.tasks import Batch, Prediction, Task

__all__ = ["answered", "forecast", "handed", "measured", "numbers", "precision_of", "sequences", "trainable"]


def sequences(verb: str, task: Task, work: Callable[..., Any], *arguments: Any) -> Batch:
    """Return ``work(*arguments)``, which must be a batch of at least one sequence.

    Parameters
    ----------
    verb : str
        What is called, for the sentence: ``"held_out()"``.
    task : Task
        Whose.
    work : callable
        The method.
    *arguments : object
        What it is called with.

    Raises
    ------
    TypeError, ValueError
        If it returns something else; the sentence says what.
    """
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


def precision_of(model: nn.Module) -> torch.dtype | None:
    """Return the dtype in which a model is handed numbers: that of its weights, None where they have half precision.

    >>> precision_of(nn.Linear(2, 1).double())
    torch.float64
    """
    kinds = {weight.dtype for weight in model.parameters() if weight.is_floating_point()}
    return kinds.pop() if kinds in ({torch.float32}, {torch.float64}) else None


def handed(batch: Batch, dtype: torch.dtype | None) -> Batch:
    """Return the batch as a model can take it: of its precision, and with tensors that autograd may keep."""
    inputs, targets = _handed(batch.inputs, dtype), _handed(batch.targets, dtype)
    return batch if inputs is batch.inputs and targets is batch.targets else Batch(inputs, targets)


def _handed(values: Tensor, dtype: torch.dtype | None) -> Tensor:
    if dtype is not None and values.is_floating_point():
        values = values.to(dtype)
    return values.clone() if values.is_inference() else values


def answered(task: Task, outputs: Any) -> Tensor:
    """Return what a model has answered, which must be one tensor of the size that the task asks for.

    Raises
    ------
    TypeError, ValueError
        If it is something else.
    """
    axes = f"(batch, {'time, ' * task.each_step}{task.output_size})"
    if not isinstance(outputs, Tensor):
        raise TypeError(f"the model must answer with one tensor of axes {axes}, got {_kind(outputs)}; return it alone.")
    if outputs.dim() != (3 if task.each_step else 2) or outputs.shape[-1] != task.output_size:
        raise ValueError(f"the model must answer with axes {axes}, as the task asks, got shape {tuple(outputs.shape)}.")
    return outputs


def measured(name: str, work: Callable[[Tensor, Tensor], Any], outputs: Tensor, targets: Tensor) -> Tensor:
    """Return a task's loss or metric, which must be a scalar tensor; as a number of no axis.

    Raises
    ------
    TypeError, ValueError
        If it is something else.
    """
    value = work(outputs, targets)
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must return a scalar tensor, got {_kind(value)}; leave out float() and .item().")
    if value.numel() != 1:
        raise ValueError(f"{name} must return a scalar, got a tensor of shape {tuple(value.shape)}; add .mean().")
    return value.reshape(())


def numbers(baselines: Any) -> Mapping[str, float]:
    """Return baselines, which must be numbers by name.

    Raises
    ------
    TypeError
        If they are something else.
    """
    try:
        return {str(name): float(value) for name, value in baselines.items()}
    except (AttributeError, TypeError, ValueError):
        raise TypeError(
            "baselines() must return a dict of numbers by the rule's name, such as {'mean': 0.3}, "
            f"got {shown(baselines)}."
        ) from None


def forecast(prediction: Any) -> Prediction | None:
    """Return a prediction or None, and refuse anything else with a TypeError."""
    if prediction is None or isinstance(prediction, Prediction):
        return prediction
    raise TypeError(f"prediction() must return a rnnviz.tasks.Prediction or None, got {_kind(prediction)}.")


def trainable(loss: Tensor) -> Tensor:
    """Return the loss, and refuse with a ValueError one that no weight has a part in."""
    if not loss.requires_grad:
        raise ValueError(
            "the loss must depend on weights that can be trained; compute it from the model's answer without "
            ".detach() or torch.no_grad(), and leave some weights with requires_grad=True."
        )
    return loss


def _kind(value: Any) -> str:
    return type(value).__name__ + (f" of {len(value)}" if isinstance(value, tuple | list) else "")
