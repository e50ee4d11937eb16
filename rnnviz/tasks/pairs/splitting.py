"""Splitting: which pairs are held out, with near-duplicates on one side, the same whatever their order and machine."""

import hashlib
import unicodedata
from collections.abc import Hashable, Iterable, Sequence

__all__ = ["groups", "held_out", "plain", "variants"]


def held_out(rows: Sequence[Hashable], share: float) -> list[int]:
    """Return the indices of the held-out rows, rising: whole groups, about ``share`` of all rows.

    Parameters
    ----------
    rows : sequence
        The group of each row, by a name that tells it wherever it is drawn; its repr counts.
    share : float
        Of the rows, above 0 and below 1.
    """
    members: dict[Hashable, list[int]] = {}
    for index, group in enumerate(rows):
        members.setdefault(group, []).append(index)
    # by the hash of its name, so neither the order of the rows nor Python's version decides
    drawn = sorted(members, key=lambda group: hashlib.sha256(repr(group).encode("utf-8", "replace")).digest())
    wanted, found = share * len(rows), list[int]()
    for group in drawn[:-1]:  # one group at least is left to train on
        if found and len(found) + len(members[group]) / 2 > wanted:
            continue
        found += members[group]
    return sorted(found)


def plain(text: str) -> str:
    """Return a text without case, marks and spaces: what is the same then is a near-duplicate.

    >>> plain("Close  Tab…") == plain("close tab"), plain("?!")
    (True, '?!')
    """
    bare = "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())
    return bare or text


def variants(text: str) -> set[str]:
    """Return a text's `plain` form and, of four words or more, what it is without each of them.

    Two texts that share a variant differ in one word at most.

    >>> sorted(variants("show the big file") & variants("show the small file")), variants("New")
    (['showthe file'], {'new'})
    """
    parts = [plain(word) for word in text.split()]
    whole = {plain(text)}
    if len(parts) < 4:
        return whole
    return whole | {"".join([*parts[:place], " ", *parts[place + 1 :]]) for place in range(len(parts))}


def groups(rows: Sequence[Iterable[Hashable]]) -> list[int]:
    """Return a group for each row: the index of the first row that it is tied to, by names that they share.

    >>> groups([{"a"}, {"b"}, {"b", "c"}, {"c"}, {"d"}])
    [0, 1, 1, 1, 4]
    """
    leader = list(range(len(rows)))

    def head(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    first: dict[Hashable, int] = {}
    for row, names in enumerate(rows):
        for name in names:
            one, other = head(first.setdefault(name, row)), head(row)
            leader[max(one, other)] = min(one, other)
    return [head(row) for row in range(len(rows))]
