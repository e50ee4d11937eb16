"""InputPicture: what a picture of one sequence shows, in the data's own units and words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import brief

__all__ = ["InputPicture"]


@dataclass(frozen=True, eq=False)
class InputPicture:
    """What a sequence brings, for people: numbers before they were scaled, which timesteps matter, what is asked.

    Parameters
    ----------
    values : numpy.ndarray or None
        A number a timestep in the data's own units, axis (time,); None: the inputs themselves, as the model gets them.
    unit : str
        What the numbers count, after a number: ``"sunspots"``.
    digits : int or None
        Decimals that a number is read with; None for three figures.
    words : str
        About five plain words on what is read: ``"sunspots a month"``.
    key_steps : tuple of int
        The timesteps that decide the answer, where the task knows them.
    answer : str
        The right answer, where it is short.

    Examples
    --------
    >>> InputPicture(np.array([58.0, 62.6]), unit="sunspots").unit
    'sunspots'
    """

    values: NDArray[np.floating] | None = None
    unit: str = ""
    digits: int | None = None
    words: str = ""
    key_steps: tuple[int, ...] = ()
    answer: str = ""

    __repr__ = brief
