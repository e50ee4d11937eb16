"""Surnames: say letter by letter which of twelve languages a family name comes from."""

import importlib
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import Any, ClassVar

from rnnviz.checks import flag
from rnnviz.i18n import t
from rnnviz.tasks.texts.split import bare, held_out
from rnnviz.tasks.texts.texts import Corpus, Texts

__all__ = ["LANGUAGES", "VERSION", "Surnames", "family", "names"]

VERSION = "40.63.0"  # of Faker: the one that every figure about this task was measured with
LANGUAGES = {
    "Croatian": "hr_HR",
    "Dutch": "nl_NL",
    "English": "en_GB",
    "Estonian": "et_EE",
    "Finnish": "fi_FI",
    "French": "fr_FR",
    "German": "de_DE",
    "Irish": "ga_IE",
    "Italian": "it_IT",
    "Slovak": "sk_SK",
    "Spanish": "es_ES",
    "Swedish": "sv_SE",
}
_SHARE = 0.2  # held out
# the same family in Irish: a son, a daughter, a wife; after some of these the first letter is softened by an h
_IRISH = re.compile(r"^(?:(?:ó|o|ní|ni|uí|ui|mac|mag|mic|mhic|nic|nig|de|an|a) )+", re.IGNORECASE)
_SOFT = re.compile(r"^([bcdfgmpst])h")
_SLOVAK = re.compile(r"(?:ov)?[áa]$")  # Novák and Nováková


class Surnames(Texts):
    """Read a family name letter by letter and say which of twelve languages it comes from.

    The names are those of Faker's person providers (MIT licence), one provider a language, in lower case. Names that
    two languages have are left out, so there is neither Schneider nor Garcia. What is left are 10,630, of which a fifth
    of each language is held out. Members of one family, such as Novák and Nováková or Ó Murchú and Ní Mhurchú, lie on
    one side. Every answer counts, that after the first letter as well as that after the last; the score is that of the
    last.

    Parameters
    ----------
    seq_len : int
        Letters that are read at most; two names have more than 24.
    each_prefix : bool
        Whether an answer is wanted after every letter, or only after the last.

    Raises
    ------
    ModuleNotFoundError
        If Faker is not installed.

    Examples
    --------
    >>> task = Surnames()
    >>> len(task.classes), task.symbols[:2], task.each_step
    (12, ('<PAD>', '<UNK>'), True)
    """

    options: ClassVar[Mapping[str, Any]] = MappingProxyType({"each_prefix": flag})

    def __init__(self, seq_len: int = 24, *, each_prefix: bool = True) -> None:
        super().__init__(
            _corpus(),
            name="surnames",
            source=_said_of_the_source(),
            level="char",
            each_prefix=each_prefix,
            seq_len=seq_len,
            metric_name=t("task.surnames.metric"),
            reads=t("task.surnames.reads"),
        )


@cache
def names() -> tuple[tuple[str, str], ...]:
    """Return every name in lower case with its language, in alphabetical order, without those that two languages have.

    Raises
    ------
    ModuleNotFoundError
        If Faker is not installed.
    """
    found = {language: _names_of(place) for language, place in LANGUAGES.items()}
    counts = Counter(name for those in found.values() for name in those)
    kept = ((name, language) for language, those in found.items() for name in those if counts[name] == 1)
    return tuple(sorted(kept))


def _names_of(place: str) -> frozenset[str]:
    try:
        provider = importlib.import_module(f"faker.providers.person.{place}").Provider
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("faker"):
            raise
        raise ModuleNotFoundError(
            f"the names that this task reads come with Faker {VERSION}, which is missing; run: "
            f"pip install faker=={VERSION}",
            name="faker",
        ) from None
    lists = (getattr(provider, one) for one in dir(provider) if one.startswith("last_names"))
    return frozenset(" ".join(name.lower().split()) for those in lists for name in those)


def family(name: str) -> str:
    """Return what is the same in all forms of a family name: names of one family lie on one side of the split.

    >>> family("novák") == family("nováková"), family("ó murchú") == family("ní mhurchú")
    (True, True)
    """
    stem = _SOFT.sub(r"\1", _IRISH.sub("", name))
    return bare(_SLOVAK.sub("", stem)) or bare(name)


@cache
def _corpus() -> Corpus:
    texts, languages = zip(*names(), strict=True)
    classes = tuple(sorted(LANGUAGES))
    labels = tuple(classes.index(one) for one in languages)
    return Corpus(texts, labels, classes, held_out(texts, labels, _SHARE, family))


def _said_of_the_source() -> str:
    try:
        installed = version("faker")
    except PackageNotFoundError:
        installed = "?"
    said = t("task.surnames.source", version=installed)
    return said if installed == VERSION else f"{said} {t('task.surnames.other_version', version=VERSION)}"
