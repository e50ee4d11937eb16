"""A learner's own texts: checked row by row, and split before anything is counted."""

import math
import numbers
from collections.abc import Iterable, Mapping, Set
from itertools import islice
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from rnnviz.checks import flag, iterable, number, one_of, shown, visible, whole
from rnnviz.i18n import t
from rnnviz.tasks.owndata import OwnData
from rnnviz.tasks.texts.split import bare, held_out
from rnnviz.tasks.texts.texts import Corpus, Texts
from rnnviz.tasks.texts.vocabulary import LEVELS, tokens

__all__ = ["OwnTexts", "from_texts"]

_MOST = 1_000_000  # rows
_CLASSES = 1000


class OwnTexts(OwnData, Texts):
    """Texts that a learner brought, see `from_texts`."""

    made_by = "from_texts"
    options: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {
            "texts": lambda name, values: [_text(row, one, "char") for row, one in enumerate(_rows(name, values))],
            "labels": lambda name, values: [_label(row, one) for row, one in enumerate(_rows(name, values))],
            "level": one_of(LEVELS),
            "min_count": whole(1),
            "test_share": number(0, 1, open_end=True),
            "each_prefix": flag,
        }
    )


def from_texts(
    texts: Iterable[str],
    labels: Iterable[Any],
    *,
    level: str = "word",
    min_count: int = 1,
    test_share: float = 0.2,
    each_prefix: bool = False,
) -> OwnTexts:
    """Return a task made of your own texts: say which class a text is of.

    They may come as lists, numpy arrays or pandas columns, in any script. Case is ignored. Texts whose letters and
    digits are the same, and so all copies of one text, lie on the same side of the split, which is the same each time
    and has every class in both parts where there are two different texts of it.

    Parameters
    ----------
    texts : iterable of str
        At least two, each with something to read in it; of a very long one the first 200 tokens count.
    labels : iterable
        The class of each text: words or whole numbers.
    level : {"word", "char"}
        What the network reads at a timestep.
    min_count : int
        How often a word or character must come among the training texts to be known; others are read as <UNK>.
    test_share : float
        How much of each class is held out, above 0 and below 1.
    each_prefix : bool
        Whether an answer is wanted after every token, so that the verdict can be watched as it forms; else after the
        last.

    Raises
    ------
    TypeError, ValueError
        If a row cannot be used: the sentence names it, counted from 0, and says what to do.

    Examples
    --------
    >>> texts = ["What a day!", "so good", "never again", "a waste", "good fun", "bad, bad"]
    >>> task = from_texts(texts, ["pos", "pos", "neg", "neg", "pos", "neg"])
    >>> task.classes, len(task.held_out())
    (('neg', 'pos'), 2)
    """
    one_of(LEVELS)("level", level)
    min_count, test_share = whole(1)("min_count", min_count), number(0, open_end=True)("test_share", test_share)
    if test_share >= 1:
        raise ValueError(f"test_share must be below 1, got {test_share:g}; 0.2 holds a fifth out.")
    rows, wanted = _rows("texts", texts), _rows("labels", labels)
    if len(rows) != len(wanted):
        raise ValueError(
            f"labels must be as many as texts, got {len(wanted)} labels for {len(rows)} texts; give one for each text."
        )
    words = [_text(row, one, level) for row, one in enumerate(rows)]
    names = [_label(row, one) for row, one in enumerate(wanted)]
    classes = _classes(names)
    places = {name: index for index, name in enumerate(classes)}
    numbered = [places[name] for name in names]
    held = held_out(words, numbered, test_share, bare)
    if not any(held):
        raise ValueError(
            "texts must hold two different ones of some class, one to learn from and one to score on, "
            f"got {len(words)} texts of {len(classes)} classes without; give more texts of each class."
        )
    task = OwnTexts(
        Corpus(tuple(words), tuple(numbered), classes, held),
        name="texts",
        source=t("task.texts.own", texts=len(words), classes=len(classes)),
        level=level,
        min_count=min_count,
        each_prefix=flag("each_prefix", each_prefix),
    )
    if task.truncated:
        task.source += " " + t("task.texts.truncated", texts=task.truncated, tokens=task.seq_len)
    given = {"texts": words, "labels": names, "level": level, "min_count": min_count}
    task.given = {**given, "test_share": test_share, "each_prefix": each_prefix}
    return task


def _rows(name: str, values: Any) -> list[Any]:
    if isinstance(values, str | bytes | Mapping) or not iterable(values) or hasattr(values, "columns"):
        hint = "pick one of its columns" if hasattr(values, "columns") else f"write {name}=[…]"
        raise TypeError(f"{name} must be a list with one row a text, got {shown(values)}; {hint}.")
    if isinstance(values, Set):
        raise TypeError(f"{name} must be in order, row by row, got a set, which has none; write {name}=[…].")
    shape = getattr(values, "shape", None)
    if isinstance(shape, tuple) and len(shape) != 1:
        raise TypeError(f"{name} must have one axis, got shape {shape}; pick one column.")
    rows = list(islice(values, _MOST + 1))
    if len(rows) > _MOST:
        raise ValueError(f"{name} must be at most {_MOST:,} rows, got more; take a part of them.")
    if len(rows) < 2:
        raise ValueError(f"{name} must be at least two rows, got {len(rows)}.")
    return rows


def _text(row: int, value: Any, level: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"texts must be words, got {shown(value)} in row {row}; leave that row out, or convert it.")
    if not tokens(value, level) or not visible(value):
        raise ValueError(
            f"texts must have something to read in every row, got {shown(value)} in row {row}; leave it out."
        )
    # half a surrogate pair is no character, and no file could keep it
    return value.strip().encode("utf-8", "replace").decode()


def _label(row: int, value: Any) -> str:
    if isinstance(value, np.generic) or (hasattr(value, "item") and getattr(value, "shape", None) == ()):
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a column with gaps comes as 1.0 for 1
    if isinstance(value, str) and value.strip():
        return value.strip().encode("utf-8", "replace").decode()
    if isinstance(value, bool | numbers.Integral):
        return str(value)
    missing = value is None or isinstance(value, str) or (isinstance(value, float) and math.isnan(value))
    what = "have a class in every row" if missing else "be words or whole numbers"
    kind: type[Exception] = ValueError if missing else TypeError
    raise kind(f"labels must {what}, got {shown(value)} in row {row}; name its class, or leave that row out.")


def _classes(names: list[str]) -> tuple[str, ...]:
    known = set(names)
    if len(known) == 1:
        raise ValueError(
            f"labels must name at least two classes, got {shown(names[0])} in all {len(names)} rows; "
            "there is nothing to tell apart."
        )
    if len(known) > _CLASSES:
        raise ValueError(
            f"labels must name at most {_CLASSES} classes, got {len(known)}; did texts and labels change places?"
        )
    try:
        return tuple(sorted(known, key=int))
    except ValueError:
        return tuple(sorted(known))
