"""By how much a loss is scaled in somebody else's loop, as the owner's scaler tells it."""

import math
from collections.abc import Callable
from typing import Any

from rnnviz.checks import shown
from rnnviz.watching.readings import check_scalar, number

__all__ = ["scale_of"]


def scale_of(scaler: Any) -> Callable[[], float]:
    """Return what tells by how much losses are scaled; asked once at the door, where a sentence is of use.

    Parameters
    ----------
    scaler : torch.amp.GradScaler or None
        Anything whose ``get_scale()`` returns a positive number; None scales by 1.

    Raises
    ------
    TypeError, ValueError
        If it is none.

    Examples
    --------
    >>> import torch
    >>> scale_of(torch.amp.GradScaler("cpu", init_scale=8.0))()
    8.0
    """
    if scaler is None:
        return lambda: 1.0
    if not callable(getattr(scaler, "get_scale", None)):
        raise TypeError(f"scaler must be a torch.amp.GradScaler, got {shown(scaler)}.")

    def scale() -> float:
        told = scaler.get_scale()
        check_scalar("scaler.get_scale()", told)
        return number("scaler.get_scale()", told)

    now = scale()
    if not (math.isfinite(now) and now > 0):
        raise ValueError(f"scaler.get_scale() must be greater than 0, got {now}; pass a torch.amp.GradScaler.")
    return scale
