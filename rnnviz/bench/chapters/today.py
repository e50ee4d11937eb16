"""The networks of chapter 16: characters foretold, and parity by one layer that is linear in its state."""

import lzma
import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnviz import models
from rnnviz.bench.chapters.network import Network
from rnnviz.tasks import Batch, Task
from rnnviz.training import Settings

__all__ = ["TODAY", "Documentation", "Parity"]


class Documentation(Task):
    """Which character comes next in Python's language reference; pieces of 64, its last tenth held out.

    Baselines read the held-out part whole, so they know more than a network that begins each piece afresh.
    """

    name, input_size, seq_len, each_step, steps, metric_name = "documentation", 64, 64, True, 2000, "bits a character"

    def __init__(self) -> None:
        from pydoc_data.topics import topics

        text = "\n\n".join(topics[name] for name in sorted(topics))
        cut = len(text) * 9 // 10
        self._known, self._held, self._symbols = text[:cut], text[cut:], sorted(set(text))
        self.vocabulary = self.output_size = len(self._symbols)

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw pieces from anywhere in the first nine tenths."""
        starts = torch.randint(len(self._known) - self.seq_len - 1, (batch_size, 1), generator=generator)
        return self._pieces(self._numbers[starts + torch.arange(self.seq_len + 1)])

    def held_out(self) -> Batch:
        """Return the pieces of the last tenth, in order."""
        held = self._numbers[len(self._known) :]
        starts = torch.arange(0, len(held) - self.seq_len, self.seq_len)[:, None]
        return self._pieces(held[starts + torch.arange(self.seq_len + 1)])

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the cross entropy a character, in nats."""
        return functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())

    def metric(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the cross entropy a character, in bits."""
        return self.loss(outputs, targets) / math.log(2)

    def baselines(self) -> dict[str, float]:
        """Return what counting reaches (Witten & Bell 1991), and what compressors add for the held-out part."""
        found = {f"{order}-gram": _counted(self._known, self._held, order) for order in (1, 3, 5)}
        for name, pack in (("zlib", zlib.compress), ("xz", lzma.compress)):
            alone, both = (len(pack(text.encode())) for text in (self._known, self._known + self._held))
            found[name] = 8 * (both - alone) / len(self._held)
        return found

    @cached_property
    def _numbers(self) -> Tensor:
        places = {symbol: place for place, symbol in enumerate(self._symbols)}
        return torch.tensor([places[one] for one in self._known + self._held])

    @staticmethod
    def _pieces(rows: Tensor) -> Batch:
        return Batch(rows[:, :-1], rows[:, 1:])


class Parity(Task):
    """Whether the ones among ten bits are even or odd in number; answered after each, scored after the last."""

    name, vocabulary, input_size, output_size, seq_len, each_step = "parity", 2, 16, 2, 10, True
    steps, higher_is_better, metric_name = 300, True, "last bit right"

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw bits."""
        bits = torch.randint(2, (batch_size, self.seq_len), generator=generator)
        return Batch(bits, bits.cumsum(1) % 2)

    def held_out(self) -> Batch:
        """Return 500 rows of bits."""
        return self.batch(500, torch.Generator().manual_seed(1))

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the cross entropy of all ten answers."""
        return functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())

    def metric(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the share of last answers that are right."""
        return (outputs[:, -1].argmax(-1) == targets[:, -1]).float().mean()

    def baselines(self) -> dict[str, float]:
        """Return what guessing reaches."""
        return {"guessing": 0.5}


class Reader(nn.Module):
    """Tokens to vectors, one layer, an answer at each step."""

    def __init__(self, layer: Any, tokens: int, answers: int) -> None:
        super().__init__()
        self.table, self.layer = nn.Embedding(tokens, layer.input_size), layer
        self.head = nn.Linear(layer.hidden_size, answers)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return answers (batch, time, answer) to tokens (batch, time)."""
        answers: Tensor = self.head(self.layer(self.table(tokens))[0])
        return answers


def _counted(known: str, held: str, order: int) -> float:
    """Return bits a character of held-out text by n-grams, each length of context correcting the shorter one."""
    followers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for size in range(order):
        for place in range(size, len(known)):
            followers[known[place - size : place]][known[place]] += 1
    totals = {context: seen.total() for context, seen in followers.items()}
    alike, bits = 1 / len(set(known + held)), 0.0
    for place in range(order - 1, len(held)):
        share = alike
        for size in range(order):
            context = held[place - size : place]
            if context not in totals:
                break
            seen = followers[context]
            share = (seen[held[place]] + len(seen) * share) / (totals[context] + len(seen))
        bits -= math.log2(share)
    return bits / (len(held) - order + 1)


def _minimal(negative: bool) -> Any:
    def build(task: Task, settings: Settings) -> nn.Module:
        layer = models.MinGRU(task.input_size, settings.hidden_size, negative_carry=negative)
        return Reader(layer, task.vocabulary or 0, task.output_size)

    return build


_BITS = {"hidden_size": 32, "lr": 0.01, "batch_size": 64, "schedule": "cosine"}
_TEXT = {"cell": "gru", "hidden_size": 192, "lr": 0.005, "batch_size": 16, "schedule": "cosine"}
TODAY: Mapping[str, Sequence[Network]] = {
    "16": (
        Network("documentation", "GRU of 192", _TEXT, made=Documentation),
        Network("parity", "GRU", {**_BITS, "cell": "gru"}, made=Parity),
        Network("parity", "minGRU", _BITS, made=Parity, model=_minimal(negative=False)),
        Network("parity", "minGRU, carry 1 − 2z", _BITS, made=Parity, model=_minimal(negative=True)),
    ),
}
