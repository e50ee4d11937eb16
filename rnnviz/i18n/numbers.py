"""Numbers as they are written on screen, wherever that is: three figures, a true minus sign, raised powers of ten."""

import math

__all__ = ["figure", "raised", "state", "three"]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SMALLEST, _LARGEST = 1e-3, 1e5  # outside, a number is written with its power of ten


def three(value: float) -> str:
    """Return a measured number in three figures, trailing zeros kept; a dash where there is none.

    >>> three(1.4), three(20.61), three(-0.05), three(1234.5), three(1.16e-26), three(0.0), three(float("nan"))
    ('1.40', '20.6', '−0.0500', '1,234', '1.2 × 10⁻²⁶', '0', '–')
    """
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    size = abs(value)
    if size == 0:
        return "0"
    if not _SMALLEST <= float(f"{size:.2e}") < _LARGEST:
        return _signed(value, power_of_ten(size))
    # rounded to three figures first: 9.996 is 10.0
    decimals = max(2 - math.floor(math.log10(float(f"{size:.2e}"))), 0)
    return _signed(value, f"{size:,.{decimals}f}")


def state(value: float) -> str:
    """Return a state or a gate in two decimals.

    >>> state(-0.114), state(0.5), state(-0.001)
    ('−0.11', '0.50', '0.00')
    """
    if not math.isfinite(value):
        return three(value)
    words = f"{abs(value):.2f}"
    return words if words == "0.00" else _signed(value, words)


def figure(value: float) -> str:
    """Return a round number, such as the end of a range, without zeros that say nothing.

    >>> figure(1.0), figure(-0.5), figure(0.0), figure(150.0), figure(2e-05)
    ('1', '−0.5', '0', '150', '2 × 10⁻⁵')
    """
    size = abs(value)
    if size and not _SMALLEST <= size < _LARGEST:
        mantissa, power = f"{size:e}".split("e")
        return _signed(value, f"{float(mantissa):g} × 10{raised(int(power))}")
    return _signed(value, f"{size:g}")


def power_of_ten(size: float) -> str:
    """Return a positive number as two figures times a power of ten.

    >>> power_of_ten(9.97e-27)
    '1.0 × 10⁻²⁶'
    """
    mantissa, power = f"{size:.1e}".split("e")
    return f"{mantissa} × 10{raised(int(power))}"


def raised(power: int) -> str:
    """Return a whole number in raised figures, such as ``"⁻¹⁸"``."""
    return str(power).translate(_SUPERSCRIPTS)


def _signed(value: float, words: str) -> str:
    return f"−{words}" if value < 0 else words
