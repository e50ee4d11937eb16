"""Shareable: a small JSON text and the form of it that fits into a link, read back from whatever text holds it."""

import abc
import base64
import binascii
import json
import re
from textwrap import indent
from typing import Any, Self
from urllib.parse import unquote

__all__ = ["LARGEST_DATA", "VERSION", "Shareable", "quoted"]

VERSION = 1
LARGEST_DATA = 1_000_000  # characters of a learner's own data; the rest of a recipe has about 500
_LONGEST = 8000  # of all else
_DATA = "options"  # what a task was made with: where it is of a learner's own data, these
_LONGEST_LINK = 64_000  # what browsers and servers take of an address, and more than anybody pastes


class Shareable(abc.ABC):
    """What can be sent as a text. Texts that come from strangers are data: bounded, and checked field by field."""

    def text(self) -> str:
        """Return JSON of a few lines. Numbers are written so that reading them gives the same number again."""
        parts = ((name, value, json.dumps(value, indent=1)) for name, value in self.plain().items())
        # data go in one line: a number a line would be thousands
        lines = (
            f"{json.dumps(name)}: {json.dumps(value) if len(text) > _LONGEST else text}" for name, value, text in parts
        )
        return "{\n" + indent(",\n".join(lines), " ") + "\n}"

    def link(self) -> str:
        """Return the recipe in characters that any address may hold; put it behind a ``?`` or ``#``."""
        packed = json.dumps(self.plain(), separators=(",", ":")).encode()
        if len(packed) > _LONGEST_LINK:
            raise ValueError(
                f"a link holds {_LONGEST_LINK:,} characters at most, and this recipe, with its data, {len(packed):,}; "
                "share the text of recipe()."
            )
        return "recipe=" + base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @abc.abstractmethod
    def plain(self) -> dict[str, Any]:
        """Return what JSON can hold of it."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a recipe, from JSON or from any text that holds one or its link.

        Raises
        ------
        TypeError
            If it is no text.
        ValueError
            If there is no recipe in it, or one that cannot be followed; the sentence says what is wrong.
        """
        if not isinstance(text, str):
            raise TypeError(f"a recipe must be a text, got {type(text).__name__}.")
        try:
            return cls.checked(_opened(text))
        except RecursionError:
            raise ValueError("this recipe cannot be followed: it is nested too deeply.") from None
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"this recipe cannot be followed: {_short(str(error), 300)}") from None

    @classmethod
    @abc.abstractmethod
    def checked(cls, given: dict[str, Any]) -> Self:
        """Return what an object read from JSON describes; TypeError or ValueError if there is no such thing."""


def _opened(text: str) -> dict[str, Any]:
    given = _loaded(text)
    if not isinstance(given, dict):
        raise ValueError(f"it must be an object with a task and settings, got {quoted(given)}.")
    version = given.pop("rnnviz", None)
    # not isinstance: True is an int, and no version
    if type(version) is not int or version != VERSION:
        raise ValueError(f'it must say "rnnviz": {VERSION}, the version that this rnnviz reads, got {quoted(version)}.')
    return given


def _loaded(text: str) -> Any:
    found = re.search(r"\brecipe=([^&#\s\"'<>]*)", text)
    written = text if found is None else _unpacked(found[1])
    # whatever stands around it: people paste whole mails
    start, end = written.find("{"), written.rfind("}")
    if start < 0 or end < start:
        raise ValueError("there is no recipe in this text; copy the whole of what recipe() gave.")
    _refuse_longer(end - start, _LONGEST + LARGEST_DATA)
    try:
        given = json.loads(written[start : end + 1])
    except ValueError:
        raise ValueError("it is not JSON; copy the whole of what recipe() gave.") from None
    _refuse_longer(len(json.dumps({name: value for name, value in given.items() if name != _DATA})), _LONGEST)
    return given


def _refuse_longer(size: int, most: int) -> None:
    if size > most:
        raise ValueError(f"it has {size} characters, and a recipe has {most} at most.")


def _unpacked(packed: str) -> str:
    """Read what stands in a link: JSON with percent signs, or base64."""
    plain = unquote(packed)
    if "{" in plain:
        return plain
    try:
        # links drop the padding; validate, or base64 skips what it does not know and finds something else
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars="-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise ValueError("what follows recipe= is damaged; copy the whole link.") from None


def quoted(value: Any) -> str:
    """Return a value as it is written in Python, shortened."""
    return _short(repr(value), 60)


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"
