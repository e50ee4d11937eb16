"""Limits: how large a number may be, and why; a sentence comes before the memory or the patience is gone."""

import math
from typing import Any

from rnnviz.checks import whole

__all__ = [
    "BATCH",
    "GATE_BIAS",
    "LAYERS",
    "SEED",
    "SIZE",
    "STEPS",
    "TooLargeError",
    "affordable",
    "batch_size",
    "seed",
    "sizes",
    "steps",
]

SIZE = 2**20  # units, features, tokens: beyond, one vector alone takes longer than a reader waits
LAYERS = 64  # each is replayed by itself, and a picture has room for a few
BATCH = 2**20  # sequences; how many fit depends on their length too, see `affordable`
GATE_BIAS = 1e6  # a sigmoid of it is 1 in every precision long before
STEPS = 10**9  # years of training
SEED = 2**63 - 2  # torch's generators take 64 bits; the held-out part is drawn with the next one
_NUMBERS = 2**27  # in all weights, or all states and gates of a step: half a GiB, and training needs four times that


class TooLargeError(ValueError, MemoryError):
    """Values that are right one by one, and together too large: a wrong value, and a lack of memory."""


batch_size = whole(1, BATCH)
seed = whole(0, SEED)
steps = whole(1, STEPS)


def sizes(**given: Any) -> list[int]:
    """Return sizes of a model, given by name, as plain whole numbers from 1 on."""
    return [whole(1, LAYERS if name == "num_layers" else SIZE)(name, value) for name, value in given.items()]


def affordable(what: str, numbers: int, **named: int) -> None:
    """Raise a `TooLargeError` if so many numbers are more than a notebook's kernel has room for.

    Parameters
    ----------
    what : str
        What takes them, the subject of the sentence.
    numbers : int
        How many.
    **named : int
        The arguments that are multiplied to that many.

    Examples
    --------
    >>> affordable("the model", 10**12, hidden_size=2**20)
    Traceback (most recent call last):
    rnnviz.limits.TooLargeError: hidden_size=1048576 needs more memory than there is: the model would hold ...
    """
    if numbers > _NUMBERS:
        names = " with ".join(f"{name}={value}" for name, value in named.items())
        raise TooLargeError(
            f"{names} needs more memory than there is: {what} would hold {_rough(numbers)} numbers, "
            f"and {_rough(_NUMBERS)} are allowed; choose less."
        )


def _rough(numbers: int) -> str:
    return f"{numbers:.1e}".replace(".0e", "e") if math.log10(numbers) < 300 else "far too many"
