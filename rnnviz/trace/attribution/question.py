"""Question: one number of each answer, the score whose reasons are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnviz.checks import kind_of, shown

__all__ = ["Question", "asked"]

Target = int | Sequence[int] | Tensor | Callable[[Any], Tensor] | None


@dataclass(frozen=True)
class Question:
    """How the score is read from an output.

    Attributes
    ----------
    function : callable or None
        From the output to scores; all else is None then.
    classes : torch.Tensor or None
        Which number of each answer counts, axis (batch,).
    last : torch.Tensor or None
        Of which step, axis (batch,), where there is an answer at each.
    """

    function: Callable[[Any], Any] | None = None
    classes: Tensor | None = None
    last: Tensor | None = None

    def score(self, output: Any, batch: int, copies: int = 1) -> Tensor:
        """Return one number a sequence, axis (copies × batch,), from the output of that many copies of the batch."""
        if self.function is not None:
            return _told(self.function(output), batch)
        found: Tensor = output
        if self.last is not None:
            found = found[torch.arange(len(found), device=found.device), self.last.repeat(copies).to(found.device)]
        if self.classes is None:
            return found
        return found.gather(1, self.classes.repeat(copies).to(found.device)[:, None])[:, 0]


def asked(target: Any, output: Any, batch: int, steps: int, ends: Tensor | None, plain: bool) -> Question:
    """Return the question that ``target`` asks of such an output.

    Parameters
    ----------
    target : int, sequence of int, callable or None
        A class, one a sequence, what finds the scores, or the largest.
    output : object
        What the model gave.
    batch, steps : int
        How many sequences and timesteps its inputs have.
    ends : torch.Tensor or None
        The length of each sequence, where they were given.
    plain : bool
        Whether the model was given its inputs and lengths alone: answers at each step are then those to its steps.

    Raises
    ------
    TypeError, ValueError
        If the target does not fit the output.
    """
    if callable(target) and not isinstance(target, type):
        return Question(target)
    if not isinstance(output, Tensor) or not output.is_floating_point():
        raise TypeError(
            f"target must be a function from the model's output to one number a sequence, as the output is "
            f"{shown(output) if isinstance(output, Tensor) else kind_of(output)}, not a tensor of scores; "
            "for a recurrent layer: target=lambda output: output[0][:, -1].sum(-1)."
        )
    if output.dim() not in (1, 2, 3) or len(output) != batch or output.numel() == 0:
        raise ValueError(f"{_ASK}, as the output has shape {tuple(output.shape)} for {batch} sequences.")
    last = None
    if output.dim() == 3:
        if not plain or output.shape[1] != steps:
            raise ValueError(f"{_ASK}, as the output has shape {tuple(output.shape)}, several answers a sequence.")
        last = (torch.full((batch,), steps) if ends is None else ends) - 1
    scores = Question(last=last).score(output.detach(), batch)
    if scores.dim() == 1:
        if target is not None:
            raise ValueError(f"target must be None, as the output is one number a sequence, got {shown(target)}.")
        return Question(last=last)
    if target is None:
        return Question(classes=scores.argmax(-1), last=last)
    return Question(classes=_classes(target, batch, int(scores.shape[1])), last=last)


_ASK = (
    "target must be a function from the model's output to one number a sequence, such as lambda output: output[:, 3, 1]"
)


def _classes(target: Any, batch: int, classes: int) -> Tensor:
    try:
        found = target if isinstance(target, Tensor) else torch.as_tensor(np.asarray(target))
        fits = found.dtype is not torch.bool and not found.is_floating_point() and not found.is_complex()
    except (TypeError, ValueError, RuntimeError, OverflowError):
        fits = False
    if not fits or tuple(found.shape) not in ((), (batch,)):
        raise TypeError(f"target must be a class, one for each sequence, a function or None, got {shown(target)}.")
    if not bool(((found >= 0) & (found < classes)).all()):
        raise ValueError(f"target must be a class from 0 to {classes - 1}, got {shown(target)}.")
    return found.detach().long().cpu().expand(batch)


def _told(score: Any, batch: int) -> Tensor:
    if not isinstance(score, Tensor):
        raise TypeError(f"target must return a tensor, one number a sequence, got {kind_of(score)}.")
    if score.shape != (batch,):
        raise ValueError(f"target must return one number a sequence, axis ({batch},), got shape {tuple(score.shape)}.")
    if not score.is_floating_point():
        raise TypeError(f"target must return real numbers, got a tensor of {score.dtype}.")
    return score
