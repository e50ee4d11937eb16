"""ComparedModel: what pictures of several models share — a colour for each, and ranges that cover all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle
from typing import NamedTuple

from rnnviz.training import Scale, Snapshot
from rnnviz.training.comparison.names import model_name, model_short
from rnnviz.views.style import SERIES, plain, with_mark

__all__ = ["COLORS", "GLYPHS", "ComparedModel", "compared_models", "longest", "shared"]

COLORS = SERIES
GLYPHS = {"circle": "●", "diamond": "◆", "square": "■", "triangle-up": "▲"}  # plotly's name and the letter, in words


class ComparedModel(NamedTuple):
    """One of the models that a picture compares; its symbol tells it from the others where colours do not."""

    label: str
    color: str
    symbol: str
    snapshot: Snapshot

    @property
    def glyph(self) -> str:
        """The symbol as a letter."""
        return GLYPHS[self.symbol]

    @property
    def tone(self) -> str:
        """The page's word for the colour: m1 to m4."""
        return f"m{1 + COLORS.index(self.color)}"

    @property
    def name(self) -> str:
        """What it is called on screen: a cell by its name, another model by what sets it apart."""
        return model_name(self.label)

    @property
    def short(self) -> str:
        """The name where there is little room: the symbol says the rest."""
        return model_short(self.label)

    def with_mark(self, text: str) -> str:
        """Return the text behind this model's symbol, as `with_mark` does."""
        return with_mark(text, self.color, self.glyph)


def compared_models(snapshot: Snapshot) -> list[ComparedModel]:
    """Return the models in reading order, each with the ranges that cover all.

    Parameters
    ----------
    snapshot : Snapshot
        The state of a comparison; of a single run, which is its only model.
    """
    compared = snapshot.models
    scales = _scales(list(compared.values()))
    return [
        ComparedModel(plain(label), color, symbol, replace(one, scales=scales))
        for color, symbol, (label, one) in zip(cycle(COLORS), cycle(GLYPHS), compared.items(), strict=False)
    ]


def longest(snapshot: Snapshot) -> Snapshot:
    """Return the model with the longest sequences: the time axis is as long as that."""
    return max(snapshot.models.values(), key=lambda one: one.layer.hidden.shape[3])


def shared(scales: Sequence[Scale]) -> Scale:
    """Return the range that covers all of these, and when it last changed.

    Parameters
    ----------
    scales : sequence of Scale
        One a model.

    Examples
    --------
    >>> shared([Scale(-1.0, 1.0), Scale(-3.0, 3.0, since=7, previous=(-0.5, 0.5))])
    Scale(low=-3.0, high=3.0, since=7, natural=False, previous=(-1.0, 1.0))
    """
    now = _union([(one.low, one.high) for one in scales])
    natural = all(one.natural for one in scales)
    # the latest change that widened the range of all: one that another model's range covered already shows nowhere
    for since in sorted({one.since for one in scales if one.previous is not None}, reverse=True):
        before = _union([(one.low, one.high) if one.since < since else one.previous or now for one in scales])
        if before != now:
            return Scale(*now, since, natural, before)
    return Scale(*now, min(one.since for one in scales), natural)


def _scales(compared: Sequence[Snapshot]) -> Mapping[str, Scale]:
    names = {name for one in compared for name in one.scales}
    return {name: shared([one.scales[name] for one in compared if name in one.scales]) for name in names}


def _union(ranges: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return min(low for low, _ in ranges), max(high for _, high in ranges)
