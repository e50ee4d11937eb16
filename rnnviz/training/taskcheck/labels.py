"""Labels: what a task says of a sequence: its timesteps in words, where they lie, what a picture of it shows."""

import math
import numbers
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from torch import Tensor

from rnnviz.checks import shown, whole
from rnnviz.tasks import InputPicture, Task
from rnnviz.trace.result.arrays import read_only

__all__ = ["picture_of", "span_of", "words_of"]


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


def picture_of(task: Task, sample: int) -> InputPicture | None:
    """Return what a picture of a probe sequence shows, with a read-only copy of its numbers, or None.

    Raises
    ------
    TypeError, ValueError
        If it is no `InputPicture`, or does not fit the sequence.
    """
    picture: Any = task.input_picture(sample)
    name, length = f"input_picture({sample}) of the task", task.seq_len
    if picture is None:
        return None
    if not isinstance(picture, InputPicture):
        raise TypeError(f"{name} must be a rnnviz.tasks.InputPicture or None, got {shown(picture)}.")
    steps = tuple(whole(-math.inf)(f"key_steps of {name}", one) for one in picture.key_steps)
    if any(not 0 <= one < length for one in steps):
        raise ValueError(f"key_steps of {name} must be from 0 to {length - 1}, got {shown(picture.key_steps)}.")
    values = picture.values
    if values is not None:
        values = np.array(values, np.float64)
        if values.shape != (length,):
            raise ValueError(
                f"values of {name} must be one number a timestep, so {length} as seq_len says, "
                f"got shape {values.shape}."
            )
    return replace(picture, values=read_only(values), key_steps=steps)


def _word(label: Any, name: str) -> str:
    if isinstance(label, Tensor | np.ndarray) and label.ndim == 0:
        label = label.item()
    if isinstance(label, str | date | np.datetime64 | bool | np.bool_ | numbers.Integral):
        return str(label)
    if isinstance(label, numbers.Real):
        value = float(label)
        return str(int(value)) if value.is_integer() else f"{value:.6g}"
    raise TypeError(f"{name} must hold words, numbers or dates, got {shown(label)} among them.")
