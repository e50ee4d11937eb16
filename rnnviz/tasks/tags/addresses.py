"""Addresses: say of every word of an address in the USA what part of it it is."""

import html
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

from rnnviz import data
from rnnviz.i18n import t
from rnnviz.tasks.tags.neighbours import held_out
from rnnviz.tasks.tags.tags import Tagged, Tags

__all__ = ["Addresses", "parsed"]

_SHARE = 0.25
_ADDRESS = re.compile(r"<AddressString>(.*?)</AddressString>", re.DOTALL)
_WORD = re.compile(r"<(\w+)>([^<]*)</\1>")


class Addresses(Tags):
    """Read an address in the USA word by word and say which part of it each word is: house number, street, town.

    1,431 addresses that people labelled by hand, with 28 parts (MIT licence, © 2014 The Atlanta Journal Constitution,
    in the source archive of usaddress 0.5.16). Those that name a recipient are left out. A quarter is held out, and
    addresses that share 4 of 5 words lie on one side. Words that come once in the training part are unknown; of these
    only the shape is read.

    Parameters
    ----------
    seq_len : int, optional
        Words that are read at most; by default all.

    Raises
    ------
    FileNotFoundError
        If the archive has not been fetched; the sentence says how.
    """

    options: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    def __init__(self, seq_len: int | None = None) -> None:
        super().__init__(
            _tagged(_path()),
            name="addresses",
            source=t("task.addresses.source"),
            seq_len=seq_len,
            reads=t("task.addresses.reads"),
        )


def parsed(text: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the addresses in a file as (words, tags); what is no address is passed over, so any file can be read.

    The file is looked through as text, not as XML: one of its kind is not well-formed, and no entity of a stranger's
    file is followed.

    Examples
    --------
    >>> parsed("<AddressString><AddressNumber>12</AddressNumber> <StreetName>Elm</StreetName></AddressString>")
    [(('12', 'Elm'), ('AddressNumber', 'StreetName'))]
    """
    found = []
    for address in _ADDRESS.findall(text):
        pairs = [(html.unescape(word).strip(), tag) for tag, word in _WORD.findall(address)]
        pairs = [(word, tag) for word, tag in pairs if word]
        if pairs:
            found.append((tuple(word for word, _ in pairs), tuple(tag for _, tag in pairs)))
    return found


@cache
def _tagged(path: Path) -> Tagged:
    rows = [row for row in parsed(path.read_text(encoding="utf-8-sig")) if "Recipient" not in row[1]]
    sentences, tags = zip(*rows, strict=True)
    return Tagged(sentences, tags, tuple(held_out(sentences, _SHARE)))


def _path() -> Path:
    found = data.path("addresses")
    if found is None:
        raise FileNotFoundError(t("task.addresses.missing"))
    return found
