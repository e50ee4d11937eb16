"""A learner's own pairs: checked row by row, and split so that near-duplicates lie on one side."""

from collections.abc import Iterable, Mapping, Sequence, Set
from types import MappingProxyType
from typing import Any, ClassVar

from rnnviz.checks import iterable, kind_of, number, one_of, shown, visible
from rnnviz.i18n import t
from rnnviz.tasks.owndata import OwnData
from rnnviz.tasks.pairs.pairs import ASKED, Pair, Pairs
from rnnviz.tasks.pairs.splitting import held_out, plain
from rnnviz.tasks.pairs.tokens import LEVELS, tokens

__all__ = ["OwnPairs", "from_pairs"]

_LONGEST = 500  # tokens of a side: a decoder writes them one after the other
_MOST = 200_000  # pairs
_SIDES = ("source", "target")


class OwnPairs(OwnData, Pairs):
    """Pairs of somebody's own; see `from_pairs`."""

    made_by = "from_pairs"
    options: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {
            "pairs": lambda _, pairs: [list(_checked(place, row, "word")) for place, row in enumerate(_rows(pairs))],
            "level": one_of(LEVELS),
            "test_share": number(0, 1, open_end=True),
            **ASKED,
        }
    )


def from_pairs(
    pairs: Iterable[Sequence[str]] | Mapping[str, str],
    *,
    level: str = "char",
    test_share: float = 0.2,
    attention: str | None = "dot",
    reverse_source: bool = False,
) -> OwnPairs:
    """Make a task of your own pairs: a source, and what it is to be translated into.

    Which pairs are held out depends on the sources alone, not on their order: sources that differ in case, marks or
    spaces lie on one side. A pair that comes twice counts once.

    Parameters
    ----------
    pairs : iterable of (str, str), or a mapping
        Sources and targets in any script; rows of a table with two columns, or a dict from source to target, will do.
    level : {"char", "word"}
        What a token is, on both sides.
    test_share : float
        How much is held out, above 0 and below 1.
    attention : {"dot", "general", "additive", None}
        How the decoder looks back at the source.
    reverse_source : bool
        Hand sources over from their end.

    Raises
    ------
    TypeError, ValueError
        If a row is no pair of words, or one side of it is empty or too long; the sentence names the row, from 0 on.

    Examples
    --------
    >>> task = from_pairs([("one", "1"), ("two", "2"), ("three", "3"), ("four", "4"), ("five", "5")])
    >>> len(task.training), len(task.held_out())
    (4, 1)
    """
    one_of(LEVELS)("level", level)
    share = number(0, 1, open_end=True)("test_share", test_share)
    if share == 1:
        raise ValueError("test_share must be below 1, so that something is left to train on, got 1.")
    rows = list(dict.fromkeys(_checked(place, row, level) for place, row in enumerate(_rows(pairs))))
    sources = [plain(source) for source, _ in rows]
    if (different := len(set(sources))) < 2:
        raise ValueError(
            f"pairs must have two different sources at least, one to train on and one to hold out, got {different}."
        )
    out = set(held_out(sources, share))
    made = OwnPairs(
        [pair for place, pair in enumerate(rows) if place not in out],
        [pair for place, pair in enumerate(rows) if place in out],
        name="your pairs",
        source=t("task.pairs.own", training=len(rows) - len(out), held_out=len(out)),
        levels=(level, level),
        attention=attention,
        reverse_source=reverse_source,
    )
    made.given = {
        "pairs": [list(pair) for pair in rows],
        "level": level,
        "test_share": share,
        "attention": attention,
        "reverse_source": reverse_source,
    }
    return made


def _rows(pairs: Any) -> list[Any]:
    if isinstance(pairs, Mapping):
        pairs = pairs.items()
    elif hasattr(pairs, "itertuples"):  # a table of pandas, which gives its columns' names when it is gone through
        pairs = pairs.itertuples(index=False, name=None)
    if isinstance(pairs, str | bytes) or not iterable(pairs):
        raise TypeError(f"pairs must be a list of (source, target), such as [('one', '1')], got {shown(pairs)}.")
    rows = list(pairs)
    if not rows:
        raise ValueError("pairs must hold some pairs, got none.")
    if len(rows) > _MOST:
        raise ValueError(f"pairs must be {_MOST:,} at most, got {len(rows):,}; take a part of them.")
    return rows


def _checked(place: int, row: Any, level: str) -> Pair:
    if isinstance(row, str | bytes | Mapping | Set) or not iterable(row):
        raise TypeError(f"row {place} of pairs must be a source and a target, got {shown(row)}.")
    parts = list(row)
    if len(parts) != 2:
        raise ValueError(
            f"row {place} of pairs must be a source and a target, got {len(parts)} values: {shown(parts)}."
        )
    for side, one in zip(_SIDES, parts, strict=True):
        if not isinstance(one, str):
            kind = "" if one is None else f", of type {kind_of(one)}"
            raise TypeError(
                f"the {side} in row {place} of pairs must be words, got {shown(one)}{kind}; leave the row out."
            )
        count = len(tokens(one, level))
        if not count or not visible(one):
            raise ValueError(
                f"the {side} in row {place} of pairs must not be empty, got {shown(one)}; leave the row out."
            )
        if count > _LONGEST:
            raise ValueError(
                f"the {side} in row {place} of pairs must have {_LONGEST} tokens at most, got {count:,}; "
                "cut it into several pairs, or leave the row out."
            )
    # halves of what is written with two units stand alone in no file and on no screen
    source, target = (str(one).encode("utf-8", "replace").decode() for one in parts)
    return source, target
