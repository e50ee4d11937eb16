"""Ranges of what mathematics does not bound: round, and such that a few large values do not take all the colour."""

import math

import numpy as np

__all__ = ["below", "coloured"]

_SHARE = 97.0  # per cent of the values within the colours; at 99 three units of 32 would take them all
_ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def coloured(values: np.ndarray) -> tuple[float, float]:
    """Return the range around 0 that the colours of ``values`` cover.

    Parameters
    ----------
    values : numpy.ndarray
        Any shape; NaN counts as nothing.

    Returns
    -------
    tuple of float
        Minus and plus the 97th percentile of their sizes, rounded up to 1, 1.5, 2, 3, 4, 5, 6, 8 × 10ⁿ; ±1 where all
        are 0.

    Examples
    --------
    >>> coloured(np.array([0.2, -0.41])), coloured(np.zeros(3))
    ((-0.5, 0.5), (-1.0, 1.0))
    """
    sizes = np.abs(values[np.isfinite(values)])
    most = float(np.percentile(sizes, _SHARE)) if sizes.size else 0.0
    if most <= 0:
        return -1.0, 1.0
    power = 10.0 ** math.floor(math.log10(most))
    # 1e-9: a value that is round itself, but for the last bit, is its own next round number
    end = next(round(step * power, 12) or step * power for step in _ROUND if step * power >= most * (1 - 1e-9))
    return -end, end


def below(value: float) -> float:
    """Return the largest of 1, 1.5, 2, 3, 4, 5, 6, 8 × 10ⁿ that is no larger than a positive number.

    >>> below(231.0), below(1.0)
    (200.0, 1.0)
    """
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in _ROUND if step * power <= value * (1 + 1e-9))
