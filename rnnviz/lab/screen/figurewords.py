"""The figures on the toolbar: each in words of its own, with room for the widest number that it may come to."""

import html
import math

from rnnviz.i18n import t
from rnnviz.training import RunState

__all__ = ["figure", "loss_words", "speed_figure", "step_figure"]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_HERE = "\x00"  # where the number stands in the words


def loss_words(loss: float) -> str:
    """Return a loss in three figures, a dash where there is none yet.

    >>> loss_words(1.4), loss_words(0.03312), loss_words(2.0e-5), loss_words(-12.345), loss_words(math.nan)
    ('1.40', '0.0331', '2.0 × 10⁻⁵', '−12.3', '–')
    """
    if math.isnan(loss):
        return "–"
    if not math.isfinite(loss):
        return "−∞" if loss < 0 else "∞"
    size = abs(loss)
    if size and (size < 1e-3 or size >= 1e5):
        digits, power = f"{size:.1e}".split("e")
        words = f"{digits} × 10{str(int(power)).translate(_SUPERSCRIPTS)}"
    else:
        # three figures, trailing zeros kept: what "#" is for, which leaves a point behind 123
        words = f"{size:#.3g}".removesuffix(".") if size < 1e3 else f"{size:.0f}"
    return f"−{words}" if loss < 0 else words


def figure(name: str, value: str, room: float = 3.9) -> str:
    """Return a figure's words with its number in bold, as HTML; ``room`` is the width kept for it, in em."""
    before, after = html.escape(t(f"lab.figures.{name}", value=_HERE)).split(_HERE)
    number = f'<b style="min-width:{room:g}em">{html.escape(value)}</b>'
    return f'<span class="rv-figure-{name}">{before}{number}{after}</span>'


def step_figure(state: RunState) -> str:
    """Return the step, with room for the goal's."""
    longest = f"{max(state.goal, state.step):,}"
    return figure("step", f"{state.step:,}", 0.65 * len(longest))


def speed_figure(state: RunState) -> str:
    """Return the steps a second."""
    return figure("speed", f"{state.steps_per_second:,.0f}", 2.0)
