"""Reviews: say whether a sentence of a film review praises or not."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

from rnnviz import data
from rnnviz.checks import flag
from rnnviz.i18n import t
from rnnviz.tasks.texts.split import held_out
from rnnviz.tasks.texts.texts import Corpus, Texts
from rnnviz.tasks.texts.vocabulary import tokens

__all__ = ["Reviews", "parsed"]

_LUKEWARM = 0.5  # mean ratings from −4 to 4: nearer to 0 people did not agree
_SHARE = 0.2
_PROFANE = ("asshole", "bastard", "bitch", "bullshit", "cunt", "fuck", "shit")  # how a word begins


class Reviews(Texts):
    """Read a sentence of a film review word by word and say whether it praises or not.

    10,605 sentences, each rated from −4 to 4 by twenty people (Hutto & Gilbert 2014, *VADER*; MIT licence, in the
    source archive of vaderSentiment 3.3.2). Lukewarm ones, rated at most 0.5 from 0, and profane ones are left out. A
    fifth is held out. Words that come once among the training sentences are unknown.

    Parameters
    ----------
    seq_len : int
        Words and marks that are read at most; a few sentences have more than 40.
    each_prefix : bool
        Whether an answer is wanted after every word, or only after the last.

    Raises
    ------
    FileNotFoundError
        If the archive has not been fetched.
    """

    options: ClassVar[Mapping[str, Any]] = MappingProxyType({"each_prefix": flag})

    def __init__(self, seq_len: int = 40, *, each_prefix: bool = False) -> None:
        super().__init__(
            _corpus(_path()),
            name="reviews",
            source=t("task.reviews.source"),
            level="word",
            min_count=2,
            each_prefix=each_prefix,
            seq_len=seq_len,
            metric_name=t("task.reviews.metric"),
            reads=t("task.reviews.reads"),
        )


def parsed(lines: str) -> tuple[tuple[str, float], ...]:
    r"""Return each sentence of the archive's file with its mean rating, −4 to 4.

    >>> parsed("3\t-0.6\tEffective but too tepid biopic\r\n")
    (('Effective but too tepid biopic', -0.6),)
    """
    rows = (line.split("\t", 2) for line in lines.split("\n") if line.strip())
    return tuple((text.strip(), float(rating)) for _, rating, text in rows)


@cache
def _corpus(path: Path) -> Corpus:
    rated = parsed(path.read_text(encoding="utf-8-sig"))
    kept = [(text, rating) for text, rating in rated if abs(rating) > _LUKEWARM and not _is_profane(text)]
    texts, labels = tuple(text for text, _ in kept), tuple(int(rating > 0) for _, rating in kept)
    classes = (t("task.reviews.negative"), t("task.reviews.positive"))
    return Corpus(texts, labels, classes, held_out(texts, labels, _SHARE))


def _is_profane(text: str) -> bool:
    return any(word.startswith(_PROFANE) for word in tokens(text, "word"))


def _path() -> Path:
    found = data.path("reviews")
    if found is None:
        raise FileNotFoundError(t("task.reviews.missing"))
    return found
