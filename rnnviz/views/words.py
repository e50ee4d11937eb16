"""Small sentences as every picture writes them, and how it writes numbers."""

from rnnviz.i18n import t
from rnnviz.i18n.numbers import figure, raised, state, three

__all__ = ["figure", "raised", "said", "state", "thinned", "three"]


def said(*words: str) -> str:
    """Return those of the words that are not empty, in one line."""
    return " · ".join(word for word in words if word)


def thinned(steps: slice, units: slice) -> str:
    """Return the words for timesteps and units that were left out, if any."""
    if steps.step > 1 and units.step > 1:
        return t("view.thinned", steps=steps.step, units=units.step)
    if steps.step > 1:
        return t("view.thinned.steps", steps=steps.step)
    return t("view.thinned.units", units=units.step) if units.step > 1 else ""
