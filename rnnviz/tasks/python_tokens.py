"""Python tokens: say of every character of Python source what kind of token it belongs to."""

import importlib.util
import io
import re
import tokenize
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from keyword import iskeyword
from pathlib import Path
from token import EXACT_TOKEN_TYPES
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.tasks.base import Batch, drawn, length
from rnnviz.tasks.classification import Classification
from rnnviz.tasks.inputpicture import InputPicture

__all__ = [
    "HELD_OUT_MODULES",
    "KINDS",
    "MODULES",
    "VERSION",
    "PythonTokens",
    "installed_modules",
    "module_text",
    "said_of_the_source",
    "tagged",
    "training_modules",
]

KINDS = ("space", "name", "keyword", "number", "string", "comment", "operator")
VERSION = "8.1.9"  # of ipywidgets: the one that every figure about this task was measured with
# Modules of its folder `widgets`, without f-strings, which Python's tokenizer takes apart since 3.12 only. What is
# held out has no near twin among the others, as `widget_float` has in `widget_int`.
MODULES = (
    "widget",
    "widget_bool",
    "widget_box",
    "widget_button",
    "widget_controller",
    "widget_date",
    "widget_datetime",
    "widget_float",
    "widget_int",
    "widget_link",
    "widget_media",
    "widget_selectioncontainer",
    "widget_string",
    "widget_tagsinput",
    "widget_templates",
    "widget_time",
    "widget_upload",
)
HELD_OUT_MODULES = ("interaction", "widget_output", "widget_selection")
_CHARACTERS = "\n" + "".join(map(chr, range(32, 127)))
_OTHER = len(_CHARACTERS)  # the number of every character that is not among these
_SEQUENCES = 256


def tagged(source: str) -> NDArray[np.int64]:
    """Return the kind of each character of Python source, as an index into `KINDS`, axis (character,).

    All of an f-string is a string, whichever Python runs (since 3.12 its tokenizer takes f-strings apart).

    Raises
    ------
    tokenize.TokenError, SyntaxError
        If it is not Python.

    Examples
    --------
    >>> [KINDS[kind] for kind in tagged("if x: 1")]
    ['keyword', 'keyword', 'space', 'name', 'operator', 'space', 'number']
    """
    # StringIO splits lines as the tokenizer does; str.splitlines would also at form feeds
    starts = np.cumsum([0, *(len(line) for line in io.StringIO(source))])
    kinds = np.zeros(len(source), np.int64)
    opened = []  # where the f-strings began that are still open
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind, (row, column), (last, end) = _kind(token), token.start, token.end
        if tokenize.tok_name[token.type].endswith("STRING_START"):
            opened.append(token.start)
        if tokenize.tok_name[token.type].endswith("STRING_END"):
            row, column = opened.pop()
        if kind is not None:
            kinds[starts[row - 1] + column : starts[last - 1] + end] = KINDS.index(kind)
    return kinds


def _kind(token: tokenize.TokenInfo) -> str | None:
    name = tokenize.tok_name[token.type]
    if name == "NAME":
        return "keyword" if iskeyword(token.string) else "name"
    if "STRING" in name:
        return "string"
    # since 3.12 a tokenizer calls an operator what is none: "$", "?", and "!", which only f-strings know
    if name == "OP" and (token.string == "!" or token.string not in EXACT_TOKEN_TYPES):
        return None
    return {"NUMBER": "number", "COMMENT": "comment", "OP": "operator"}.get(name)


class PythonTokens(Classification):
    """Read characters of Python source and tag each of them, as an editor colours them.

    The source is that of ipywidgets (BSD-3-Clause licence), which comes with rnnviz: 17 modules of 131,059 characters
    are for training, 3 others of 53,207 for scoring. It is the same whichever Python runs, but not for another version
    of ipywidgets than 8.1.9; then `source` says so. Without a network, always saying "string" is right for 0.38 of the
    characters, and the usual kind of each character for 0.52. Whether a quotation mark opens or closes a string, and
    what is inside, is seen from the left; that ``for`` is a keyword and ``fort`` a name, only from the right.

    Parameters
    ----------
    seq_len : int
        Characters a sequence, 10 to 500.

    Examples
    --------
    >>> batch = PythonTokens(seq_len=30).batch(4, torch.Generator().manual_seed(0))
    >>> batch.inputs.shape, batch.targets.shape
    (torch.Size([4, 30]), torch.Size([4, 30]))
    """

    name = "python-tokens"
    input_size = 16
    output_size = len(KINDS)
    symbols = (*_CHARACTERS, "�")
    vocabulary = len(symbols)
    each_step = True
    classes = KINDS
    seq_lens = (10, 500)
    steps = 1000
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({"lr": 5e-3, "bidirectional": True})
    options: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    def __init__(self, seq_len: int = 80) -> None:
        self.seq_len = seq_len = length(self, seq_len)
        self._characters, self._kinds = (torch.from_numpy(part.copy()) for part in _read(training_modules()))
        characters, kinds = (torch.from_numpy(part.copy()) for part in _read(installed_modules(HELD_OUT_MODULES)))
        self.source, self.metric_name = said_of_the_source(), t("task.python_tokens.metric")
        # float32 by name, and evenly: the same sequences whatever torch's default dtype is
        starts = torch.linspace(0, len(kinds) - seq_len, _SEQUENCES, dtype=torch.float32, device="cpu").long()
        places = starts[:, None] + torch.arange(seq_len, device="cpu")
        self._held_out = Batch(characters[places], kinds[places])

    def _resized(self, seq_len: int) -> Self:
        return type(self)(seq_len)

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw stretches of the training modules: character numbers and kinds, both (batch, time)."""
        batch_size = drawn(self, batch_size, generator)
        last = len(self._kinds) - self.seq_len + 1
        starts = torch.randint(last, (batch_size, 1), generator=generator, device=self.device)
        places = starts + torch.arange(self.seq_len, device=self.device)
        return Batch(self._characters[places], self._kinds[places])

    def held_out(self) -> Batch:
        """Return 256 stretches of modules that are not trained on."""
        return self._held_out

    def baselines(self) -> dict[str, float]:
        """Return what always saying the most frequent kind reaches, and what the character's own usual kind does."""
        counts = torch.zeros(self.vocabulary, self.output_size, dtype=torch.int64, device="cpu")
        one = torch.ones((), dtype=torch.int64, device="cpu")
        counts.index_put_((self._characters.cpu(), self._kinds.cpu()), one, accumulate=True)
        kinds = self._held_out.targets.cpu()
        usual = counts.argmax(1)[self._held_out.inputs.cpu()]
        return {
            t("task.python_tokens.majority"): float((kinds == counts.sum(0).argmax()).float().mean()),
            t("task.python_tokens.character"): float((kinds == usual).float().mean()),
        }

    def time_labels(self, sample: int) -> tuple[str, ...]:
        """Return each timestep's character."""
        numbers = self._held_out.inputs[self.probe_index(sample)].tolist()
        return tuple(self.symbols[number] for number in numbers)

    def input_picture(self, sample: int) -> InputPicture:
        """Return in words what is read."""
        return InputPicture(words=t("task.python_tokens.reads"))


@cache
def _read(modules: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the characters of some modules as numbers, and their kinds, one module after the other."""
    known = {character: number for number, character in enumerate(_CHARACTERS)}
    sources = [module_text(module) for module in modules]
    characters = np.array([known.get(one, _OTHER) for source in sources for one in source], np.int64)
    return characters, np.concatenate([tagged(source) for source in sources])


def training_modules() -> tuple[str, ...]:
    """Return those of `MODULES` that the installed ipywidgets has; ModuleNotFoundError if it has none of them."""
    return installed_modules(MODULES)


def installed_modules(modules: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of some modules that the installed ipywidgets has; ModuleNotFoundError if it has none of them."""
    found = tuple(module for module in modules if _path(module).is_file())
    if not found:
        raise ModuleNotFoundError(
            f"the source of ipywidgets {VERSION}, which this task reads, is missing; run: "
            f"pip install ipywidgets=={VERSION}",
            name="ipywidgets",
        )
    return found


def _path(module: str) -> Path:
    package = importlib.util.find_spec("ipywidgets")  # finds it without importing it
    folders = package.submodule_search_locations if package else None
    return Path(folders[0] if folders else "", "widgets", f"{module}.py")


def module_text(module: str) -> str:
    """Return a module's text without the licence's name that stands on top of each: it would be held out and known."""
    return re.sub(r"^\s*(#.*\n)+", "", _path(module).read_text(encoding="utf-8"))


def said_of_the_source() -> str:
    """Return where the text comes from, and whether the figures of the chapters are of another version."""
    installed = version("ipywidgets")
    said = t("task.python_tokens.source", version=installed)
    return said if installed == VERSION else f"{said} {t('task.python_tokens.other_version', version=VERSION)}"
