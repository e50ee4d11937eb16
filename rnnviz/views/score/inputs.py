"""What a sequence brings, found out from its inputs and from what the task says of them: symbols, numbers, features."""

from dataclasses import dataclass

import numpy as np

from rnnviz.tasks import InputPicture
from rnnviz.training import Snapshot
from rnnviz.views.style import visible

__all__ = ["Inputs"]

_PLAIN = InputPicture()


@dataclass(frozen=True, eq=False)
class Inputs:
    """One probe sequence, ready to be drawn.

    Parameters
    ----------
    picture : InputPicture
        What the task says of it.
    symbols : tuple of str
        A symbol a timestep, blank past the sequence's end; empty where it brings numbers.
    values : numpy.ndarray
        Axes (time, feature), in the data's own units where the task has them, NaN past the sequence's end; (time, 0)
        for symbols.
    end : int
        Timesteps before its padding.
    """

    picture: InputPicture
    symbols: tuple[str, ...]
    values: np.ndarray
    end: int

    @classmethod
    def of(cls, snapshot: Snapshot, sample: int) -> "Inputs":
        """Return a probe sequence of a snapshot, which has inputs."""
        inputs = np.asarray(snapshot.inputs)[sample]
        end = int(snapshot.ends[sample]) if len(inputs) == snapshot.layer.hidden.shape[3] else len(inputs)
        found = snapshot.input_pictures[sample] if snapshot.input_pictures else None
        picture = found or _PLAIN
        if picture.values is not None:
            return cls(picture, (), _until(end, picture.values[:, None]), end)
        numbers = _tokens(inputs[:end])
        if numbers is None:
            return cls(picture, (), _until(end, inputs.reshape(len(inputs), -1)), end)
        labels = snapshot.time_labels[sample]
        said = labels if labels is not None and snapshot.spans[sample] is None else [str(one) for one in numbers]
        symbols = (*(visible(one) for one in said[:end]), *[""] * (len(inputs) - end))
        return cls(picture, symbols, np.empty((len(inputs), 0)), end)


def _until(end: int, values: np.ndarray) -> np.ndarray:
    if end >= len(values):
        return values
    shown = np.array(values, np.result_type(values, np.float32))
    shown[end:] = np.nan
    return shown


def _tokens(inputs: np.ndarray) -> np.ndarray | None:
    """Return the number of each timestep's symbol, or None where a timestep brings numbers."""
    if inputs.ndim == 1 and not np.issubdtype(inputs.dtype, np.floating):
        return inputs
    one_hot = inputs.ndim == 2 and inputs.shape[1] > 1 and bool(np.isin(inputs, (0, 1)).all())
    if not one_hot or not (inputs.sum(1) == 1).all():
        return None
    return np.asarray(inputs.argmax(1))
