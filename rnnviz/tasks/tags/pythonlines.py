"""Python lines: say of every character of a line of Python what kind of token it belongs to, while it is typed."""

import hashlib
import random
import re
import tokenize
from collections.abc import Mapping, Sequence
from functools import cache
from keyword import iskeyword
from types import MappingProxyType
from typing import Any, ClassVar

from rnnviz.checks import text
from rnnviz.i18n import t
from rnnviz.tasks.python_tokens import (
    HELD_OUT_MODULES,
    KINDS,
    MODULES,
    installed_modules,
    module_text,
    said_of_the_source,
    tagged,
)
from rnnviz.tasks.tags.neighbours import held_out
from rnnviz.tasks.tags.tags import Tagged, Tags

__all__ = ["PythonLines", "kinds_of", "letters_left"]

_SHARE, _SEQ_LEN = 0.2, 48
_WORD, _PIECE = re.compile(r"[^\W\d]\w*"), re.compile(r"\w+|[^\w\s]")
_LETTERS = "abcdefghijklmnopqrstuvwxyz_"
_KEYWORDS = (  # those that come often
    "and",
    "as",
    "class",
    "def",
    "for",
    "from",
    "if",
    "import",
    "in",
    "is",
    "not",
    "or",
    "return",
    "while",
    "with",
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_KEPT_FOR_READERS = ("fo", "form", "format", "iffy", "imports", "inn", "island", "notes", "returned")


class PythonLines(Tags):
    """Read a line of Python character by character and say what kind each is, as an editor colours what is typed.

    The lines are those of ipywidgets' source (BSD-3-Clause licence), without indentation and without what lies in
    strings of several lines. Of each there is another one, in which a name was replaced by one that begins like a
    keyword, such as ``formx``. To train on there is also the beginning of both, cut anywhere, since a line that is
    being typed has just begun; what is right of it is what Python would say of just that: ``for`` is a keyword, ``fo``
    a name. A fifth is held out; lines that share 4 of 5 words lie on one side.

    Parameters
    ----------
    seq_len : int
        Characters that are read at most.

    Examples
    --------
    >>> task = PythonLines()
    >>> [task.classes[kind] for kind in task.encoded("for x").targets[0, :5].tolist()]
    ['keyword', 'keyword', 'keyword', 'space', 'name']
    """

    options: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    steps = 600
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {"lr": 1e-2, "cell": "gru", "hidden_size": 32, "bidirectional": True}
    )

    def __init__(self, seq_len: int = _SEQ_LEN) -> None:
        super().__init__(
            _tagged(),
            name="python-lines",
            source=said_of_the_source(),
            level="char",
            seq_len=seq_len,
            reads=t("task.python_tokens.reads"),
        )

    def truth(self, words: Sequence[str]) -> Sequence[str]:
        """Return what Python itself says of each character, or nothing where it cannot tell."""
        return kinds_of("".join(words)) or ()


def kinds_of(line: str) -> list[str] | None:
    """Return the kind of each character of a line, brackets that are still open included, or None if it is not Python.

    Examples
    --------
    >>> kinds_of("f(1")
    ['name', 'operator', 'number']
    >>> kinds_of("'open") is None
    True
    """
    try:
        kinds = [KINDS[kind] for kind in tagged(line + _closed(line))[: len(line)]]
    except (tokenize.TokenError, SyntaxError):
        return None
    # what older tokenizers cannot make sense of, they pass over
    return None if any(kind == "space" and not one.isspace() for one, kind in zip(line, kinds, strict=True)) else kinds


def letters_left(line: str) -> list[int]:
    """Return for each character of a word how many letters of it are still to come; -1 outside of words.

    >>> letters_left("if x:")
    [1, 0, -1, 0, -1]
    """
    left = [-1] * len(text("line", line))
    for word in _WORD.finditer(line):
        for place in range(*word.span()):
            left[place] = word.end() - 1 - place
    return left


def _closed(line: str) -> str:
    """What closes the brackets that a line leaves open, the innermost first, as far as its strings let one see that."""
    open_ones: list[str] = []
    for one in re.sub(r"(['\"])(?:\\.|(?!\1).)*\1", "", line).partition("#")[0]:
        if one in _CLOSING:
            open_ones.append(_CLOSING[one])
        elif open_ones and one == open_ones[-1]:
            open_ones.pop()
    # after a comment only a new line can close anything
    return ("\n" if open_ones else "") + "".join(reversed(open_ones))


@cache
def _tagged() -> Tagged:
    lines = list(_lines().items())
    out = held_out([_PIECE.findall(line) for line, _ in lines], _SHARE)
    found: list[tuple[str, list[str], bool]] = []
    for (line, kinds), held in zip(lines, out, strict=True):
        drawn = random.Random(int(hashlib.sha256(line.encode()).hexdigest(), 16))
        for whole in ((line, kinds), _renamed(line, kinds, drawn)):
            found.append((*whole, held))
            if not held:
                found.append((*_begun(*whole, drawn), held))
    scored = {line for line, _, held in found if held}
    # a short line may be the beginning of another one
    kept = [(line, kinds, held) for line, kinds, held in found if held or line not in scored]
    return Tagged([tuple(line) for line, _, _ in kept], [kinds for _, kinds, _ in kept], [one[2] for one in kept])


def _lines() -> dict[str, list[str]]:
    """Return each different line once, with its kinds, of all modules."""
    found: dict[str, list[str]] = {}
    for module in installed_modules((*MODULES, *HELD_OUT_MODULES)):
        text, at = module_text(module), 0
        kinds = [KINDS[kind] for kind in tagged(text)]
        for line in text.split("\n"):
            around = [kinds[place] for place in (at - 1, at + len(line)) if 0 <= place < len(text)]
            bare = line.strip()
            start = at + len(line) - len(line.lstrip())
            if bare and "string" not in around:  # else the break itself would be in a string
                found.setdefault(bare, kinds[start : start + len(bare)])
            at += len(line) + 1
    return found


def _renamed(line: str, kinds: list[str], drawn: random.Random) -> tuple[str, list[str]]:
    """Return a line with one of its names replaced by one that begins like a keyword; itself if it has none."""
    names = [word for word in _WORD.finditer(line) if kinds[word.start()] == "name"]
    if not names:
        return line, kinds
    # by random() alone: what choice() draws is nobody's promise
    old, new = names[0 if drawn.random() < 0.5 else int(drawn.random() * len(names))], "fo"
    while iskeyword(new) or new in _KEPT_FOR_READERS:
        ending = (_LETTERS[int(drawn.random() * len(_LETTERS))] for _ in range(1 + int(drawn.random() * 3)))
        new = _KEYWORDS[int(drawn.random() * len(_KEYWORDS))] + "".join(ending)
    start, end = old.span()
    return line[:start] + new + line[end:], kinds[:start] + ["name"] * len(new) + kinds[end:]


def _begun(line: str, kinds: list[str], drawn: random.Random) -> tuple[str, list[str]]:
    """Return the beginning of a line, cut in or behind a word, with the kind that its last word has as it stands there.

    A keyword, or a name that begins like one, is cut where the line has any, half of the time where it ends.
    """
    words = [word for word in _WORD.finditer(line) if kinds[word.start()] in ("name", "keyword")]
    words = [word for word in words if word[0].startswith(_KEYWORDS)] or words
    if not words:
        return line, kinds
    word = words[int(drawn.random() * len(words))]
    length = len(word[0])
    kept = length if drawn.random() < 0.5 else 1 + int(drawn.random() * (length + 1))  # maybe with what follows
    end = word.start() + kept
    kind = "keyword" if iskeyword(word[0][:kept]) else "name"
    return line[:end], [*kinds[: word.start()], *[kind] * min(kept, length), *kinds[word.end() : end]]
