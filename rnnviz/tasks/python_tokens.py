"""Python tokens: say of every character of Python source what kind of token it belongs to."""

import importlib.util
import io
import tokenize
from collections.abc import Mapping
from functools import cache
from keyword import iskeyword
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.i18n import t
from rnnviz.tasks.asked import answered, drawn, entropy, length
from rnnviz.tasks.base import Batch, Task

__all__ = ["KINDS", "MODULES", "PythonTokens", "tagged"]

KINDS = ("space", "name", "keyword", "number", "string", "comment", "operator")
MODULES = ("argparse", "ast", "calendar", "collections", "configparser", "csv", "dataclasses", "difflib", "mailbox")
_HELD_OUT_MODULES = ("queue", "selectors", "shelve", "smtplib", "socketserver", "tempfile", "uuid", "weakref")
_CHARACTERS = "\n" + "".join(map(chr, range(32, 127)))
_OTHER = len(_CHARACTERS)  # the number of every character that is not among these
_SEQUENCES = 256


def tagged(source: str) -> NDArray[np.int64]:
    """Return the kind of each character of Python source, as an index into `KINDS`, axis (character,).

    Raises
    ------
    tokenize.TokenError, SyntaxError
        If it is not Python.

    Examples
    --------
    >>> [KINDS[kind] for kind in tagged("if x: 1")]
    ['keyword', 'keyword', 'space', 'name', 'operator', 'space', 'number']
    """
    starts = np.cumsum([0, *(len(line) for line in source.splitlines(keepends=True))])
    kinds = np.zeros(len(source), np.int64)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = _kind(token)
        if kind is not None:
            (row, column), (last, end) = token.start, token.end
            kinds[starts[row - 1] + column : starts[last - 1] + end] = KINDS.index(kind)
    return kinds


def _kind(token: tokenize.TokenInfo) -> str | None:
    name = tokenize.tok_name[token.type]
    if name == "NAME":
        return "keyword" if iskeyword(token.string) else "name"
    if name.startswith(("STRING", "FSTRING")):
        return "string"
    return {"NUMBER": "number", "COMMENT": "comment", "OP": "operator"}.get(name)


class PythonTokens(Task):
    """Read characters of Python's standard library and tag each of them, as an editor colours them.

    Some modules are for training, others for scoring. The source is that of the Python that runs, so scores differ a
    little from version to version. Whether a quotation mark opens or closes a string, and what is inside, is seen
    from the left; that ``for`` is a keyword and ``fort`` a name, only from the right.

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
    higher_is_better = True
    steps = 1000
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({"lr": 5e-3, "bidirectional": True})

    def __init__(self, seq_len: int = 80) -> None:
        self.source, self.metric_name = t("task.python_tokens.source"), t("task.python_tokens.metric")
        self.seq_len = seq_len = length(self, seq_len)
        self._characters, self._kinds = (torch.from_numpy(part.copy()) for part in _read(MODULES))
        characters, kinds = (torch.from_numpy(part.copy()) for part in _read(_HELD_OUT_MODULES))
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

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the cross entropy a character, in nats."""
        answered(self, outputs, targets, numbers=False)
        return entropy(outputs.flatten(0, 1), targets.flatten())

    def metric(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the share of characters whose kind is right."""
        answered(self, outputs, targets, numbers=False)
        return (outputs.argmax(-1) == targets).float().mean()

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


@cache
def _read(modules: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the characters of some modules as numbers, and their kinds, one module after the other."""
    known = {character: number for number, character in enumerate(_CHARACTERS)}
    sources = [_source(module) for module in modules]
    characters = np.array([known.get(one, _OTHER) for source in sources for one in source], np.int64)
    return characters, np.concatenate([tagged(source) for source in sources])


def _source(module: str) -> str:
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None or not found.origin.endswith(".py"):
        raise ModuleNotFoundError(
            f"the source of the standard library's module {module!r} is missing; use a Python installed with it.",
            name=module,
        )
    return Path(found.origin).read_text(encoding="utf-8")
