"""Labels: what a task calls its timesteps, as words, and where they lie; numbers and dates are written out."""

import math
import numbers
from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
from torch import Tensor

from rnnviz.checks import shown
from rnnviz.tasks import Task

__all__ = ["span_of", "words_of"]


def words_of(task: Task, sample: int) -> tuple[str, ...] | None:
    """Return the words for the timesteps of a probe sequence, or None where the task has none.

    Parameters
    ----------
    task : Task
        Its `time_labels` may hold words, numbers and dates, in any sequence.
    sample : int
        Which sequence.

    Raises
    ------
    TypeError, ValueError
        If they are something else, or not as many as timesteps.

    Examples
    --------
    >>> from rnnviz.tasks import make
    >>> task = make("adding", seq_len=4)
    >>> task.time_labels = lambda sample: (1, 2.5, np.float32(0.1), "four")
    >>> words_of(task, 0)
    ('1', '2.5', '0.1', 'four')
    """
    labels: Any = task.time_labels(sample)
    if labels is None:
        return None
    name = f"time_labels({sample}) of the task"
    if not isinstance(labels, Iterable) or (isinstance(labels, np.ndarray | Tensor) and not labels.ndim):
        raise TypeError(f"{name} must be a tuple of one word a timestep, or None, got {shown(labels)}.")
    words = tuple(_word(one, name) for one in labels)
    if len(words) != task.seq_len:
        raise ValueError(f"{name} must be one word a timestep, so {task.seq_len} as seq_len says, got {len(words)}.")
    return words


def span_of(task: Task, sample: int) -> tuple[float, float] | None:
    """Return the place of a probe sequence's timestep 0 on the prediction's axis and a timestep's width, or None.

    Raises
    ------
    TypeError
        If the task gives anything but two finite numbers.
    """
    span: Any = task.sample_span(sample)
    if span is None:
        return None
    try:
        start, width = (float(one) for one in span)
        if math.isfinite(start + width):
            return start, width
    except (TypeError, ValueError):
        pass
    raise TypeError(
        f"sample_span({sample}) of the task must be two finite numbers, where timestep 0 is and a timestep's width, "
        f"or None, got {shown(span)}."
    ) from None


def _word(label: Any, name: str) -> str:
    if isinstance(label, Tensor | np.ndarray) and label.ndim == 0:
        label = label.item()
    if isinstance(label, str | date | np.datetime64 | bool | np.bool_ | numbers.Integral):
        return str(label)
    if isinstance(label, numbers.Real):
        value = float(label)
        return str(int(value)) if value.is_integer() else f"{value:.6g}"
    raise TypeError(f"{name} must hold words, numbers or dates, got {shown(label)} among them.")
