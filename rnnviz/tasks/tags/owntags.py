"""A learner's own tagged sentences: checked one by one, and split before anything is counted."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any, ClassVar

from rnnviz.checks import iterable, number, one_of, shown, text, whole
from rnnviz.i18n import t
from rnnviz.tasks.owndata import OwnData
from rnnviz.tasks.tags.neighbours import held_out
from rnnviz.tasks.tags.tags import Tagged, Tags

__all__ = ["OwnTags", "from_tags"]

_MOST, _CLASSES = 200_000, 500
_LEVELS = ("word", "char")


class OwnTags(OwnData, Tags):
    """Tagged sentences that a learner brought, see `from_tags`."""

    made_by = "from_tags"
    options: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {
            "sentences": lambda _, rows: [
                list(_row("sentences", *one, "word")) for one in enumerate(_listed("sentences", rows))
            ],
            "tags": lambda _, rows: [list(_row("tags", *one, "word")) for one in enumerate(_listed("tags", rows))],
            "level": one_of(_LEVELS),
            "min_count": whole(1, 1000),
            "test_share": number(0, 0.9, open_end=True),
            "name": text,
        }
    )


def from_tags(
    sentences: Iterable[Any],
    tags: Iterable[Any],
    *,
    level: str = "word",
    min_count: int = 1,
    test_share: float = 0.2,
    name: str | None = None,
) -> OwnTags:
    """Return a task made of your own sentences: say of every word which tag it has.

    Sentences that share 4 of 5 words lie on the same side of the split, which is the same each time.

    Parameters
    ----------
    sentences : iterable
        Each a sequence of words, or a text, which is cut at its spaces (into characters where ``level="char"``).
    tags : iterable
        For each sentence a sequence of tags, one a word; or a text, cut at its spaces.
    level : {"word", "char"}
        What the network reads at a timestep.
    min_count : int
        How often a word has to come among the training sentences to be known; of others only the shape is read.
    test_share : float
        Of the sentences that are held out for scoring, above 0 and below 1.
    name : str, optional
        What the pictures call it.

    Raises
    ------
    TypeError, ValueError
        If a sentence has no words or not as many tags; the sentence says which, counted from 0.

    Examples
    --------
    >>> task = from_tags(["to Bonn", "Bonn", "by the sea"], ["O P", "P", "O O O"])
    >>> task.classes, len(task.held_out())
    (('O', 'P'), 1)
    """
    level = one_of(_LEVELS)("level", level)
    min_count = whole(1, 1000)("min_count", min_count)
    share = number(0, 0.9, open_end=True)("test_share", test_share)
    name = t("task.tags.name") if name is None else text("name", name)
    rows = [_row("sentences", row, one, level) for row, one in enumerate(_listed("sentences", sentences))]
    said = [_row("tags", row, one, "word") for row, one in enumerate(_listed("tags", tags))]
    _check_alike(rows, said, level)
    grouped = rows if level == "word" else [tuple("".join(words).split()) or words for words in rows]
    out = held_out(grouped, share)
    source = t("task.tags.own", training=out.count(False), held_out=out.count(True))
    made = OwnTags(Tagged(rows, said, out), name=name, source=source, level=level, min_count=min_count)
    asked = {"level": level, "min_count": min_count, "test_share": share, "name": name}
    made.given = {"sentences": [*map(list, rows)], "tags": [*map(list, said)], **asked}
    return made


def _check_alike(rows: Sequence[Sequence[str]], said: Sequence[Sequence[str]], level: str) -> None:
    if len(rows) != len(said):
        raise ValueError(f"tags must be as many as sentences, {len(rows)}, got {len(said)}.")
    if len(rows) < 2:
        raise ValueError(f"sentences must be at least two, to train on one and score on the other, got {len(rows)}.")
    for row, (words, marks) in enumerate(zip(rows, said, strict=True)):
        if len(words) != len(marks):
            what = "word" if level == "word" else "character"
            raise ValueError(f"tags[{row}] must be one a {what}, so {len(words)} for {shown(words)}, got {len(marks)}.")
    classes = {tag for marks in said for tag in marks}
    if not 2 <= len(classes) <= _CLASSES:
        raise ValueError(f"tags must be from 2 to {_CLASSES} different ones, got {len(classes)}.")


def _listed(name: str, values: Any) -> list[Any]:
    if isinstance(values, str | bytes | Mapping) or not iterable(values):
        raise TypeError(f"{name} must be a list with one entry a sentence, got {shown(values)}.")
    found = list(islice(values, _MOST + 1))
    if len(found) > _MOST:
        raise ValueError(f"{name} must be {_MOST:,} at most, got more.")
    return found


def _row(name: str, row: int, one: Any, level: str) -> tuple[str, ...]:
    if isinstance(one, str):
        one = one.split() if level == "word" else list(one)
    if isinstance(one, bytes | Mapping) or not iterable(one):
        raise TypeError(f"{name}[{row}] must be a list of words, or a text, got {shown(one)}.")
    words = tuple(one)
    for word in words:
        if not isinstance(word, str) or not word:
            raise TypeError(f"{name}[{row}] must hold words only, got {shown(word)} among them.")
    if not words:
        raise ValueError(f"{name}[{row}] must hold at least one word, got none.")
    return words
