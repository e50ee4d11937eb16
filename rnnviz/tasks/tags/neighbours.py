"""Neighbours: sentences that are nearly the same go to one side of a split, which no other order of them changes."""

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

__all__ = ["NEAR", "held_out", "neighbours"]

NEAR = 0.8  # share of common words from which two sentences are neighbours
_DIGITS, _MARKS = re.compile(r"\d+"), re.compile(r"[^\w]+")


def neighbours(sentences: Sequence[Sequence[str]]) -> list[int]:
    """Return the number of each sentence's group: neighbours, and neighbours of neighbours, share one.

    Two sentences are neighbours where 4 of 5 of the different words of both are common, whatever their case, their
    punctuation and the numbers in them; so are those without any other word that are the same.

    Parameters
    ----------
    sentences : sequence of sequence of str
        In words.

    Examples
    --------
    >>> neighbours([["12", "Main", "St."], ["7", "main", "st"], ["12", "Elm", "St."]])
    [1, 1, 2]
    """
    bags = [frozenset(_bare(word) for word in words) - {""} or frozenset(words) for words in sentences]
    count = Counter(word for bag in bags for word in bag)
    first = list(range(len(bags)))
    rare: dict[str, list[int]] = defaultdict(list)
    for row, bag in enumerate(bags):
        # neighbours have one of their rarest words in common: of the others there are too few
        words = sorted(bag, key=lambda word: (count[word], word))
        for word in words[: len(words) - math.ceil(NEAR * len(words)) + 1]:
            for other in rare[word]:
                if _root(first, other) != _root(first, row) and _near(bag, bags[other]):
                    first[_root(first, other)] = _root(first, row)
            rare[word].append(row)
    return [_root(first, row) for row in range(len(bags))]


def held_out(sentences: Sequence[Sequence[str]], share: float) -> list[bool]:
    """Return for each sentence whether it is held out: whole groups of `neighbours`, until ``share`` is reached.

    Which ones is drawn by a hash of the sentences themselves, so it is the same in every Python and in any order. At
    least one group is held out, and at least one is not.

    Raises
    ------
    ValueError
        If all sentences are neighbours, so that there is nothing to hold out.
    """
    groups: dict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(neighbours(sentences)):
        groups[group].append(row)
    if len(groups) < 2:
        raise ValueError(
            "sentences must hold two that differ in more than a word in five, to train on one and score on the other; "
            f"got {len(sentences)} that are nearly the same."
        )
    drawn = sorted(groups.values(), key=lambda rows: min(_hash(sentences[row]) for row in rows))
    wanted, taken, chosen = share * len(sentences), 0, [False] * len(sentences)
    for rows in drawn[:-1]:
        if taken and taken + len(rows) / 2 > wanted:
            break
        taken += len(rows)
        for row in rows:
            chosen[row] = True
    return chosen


def _bare(word: str) -> str:
    return _DIGITS.sub("0", _MARKS.sub("", word.casefold()))


def _near(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= NEAR * len(one | other)


def _root(first: list[int], row: int) -> int:
    while first[row] != row:
        first[row] = first[first[row]]
        row = first[row]
    return row


def _hash(words: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "surrogatepass")).hexdigest()
