"""The figures on the toolbar: each in words of its own, with room for the widest number that it may come to."""

import html

from rnnviz.i18n import t
from rnnviz.i18n.numbers import three
from rnnviz.training import RunState

__all__ = ["figure", "loss_words", "speed_figure", "step_figure"]

_HERE = "\x00"  # where the number stands in the words


def loss_words(loss: float) -> str:
    """Return a loss in three figures, such as 1.40 or 2.0 × 10⁻⁵; a dash where there is none yet."""
    return three(loss)


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
