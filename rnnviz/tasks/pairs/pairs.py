"""Pairs: read a source, write its translation; a target is right where all of it is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from rnnviz.checks import flag, one_of, optional, shown
from rnnviz.checks import text as words
from rnnviz.i18n import t
from rnnviz.models import ATTENTIONS, Seq2Seq
from rnnviz.models.search import BOS, EOS, PAD
from rnnviz.tasks.base import answered, drawn
from rnnviz.tasks.batch import NO_ANSWER, Batch
from rnnviz.tasks.classification import Classification
from rnnviz.tasks.inputpicture import InputPicture
from rnnviz.tasks.pairs.dictionary import Dictionary
from rnnviz.tasks.pairs.nearest import nearest
from rnnviz.tasks.pairs.tokens import LEVELS
from rnnviz.tasks.pairs.translating import SPARE, translated
from rnnviz.tasks.translation import Translation

__all__ = ["ASKED", "NO_ANSWER", "PairBatch", "Pairs", "exact_match", "token_accuracy"]

_EMBEDDED = 32
# what a recipe may say of how a translator is built and fed
ASKED: Mapping[str, Any] = MappingProxyType({"attention": optional(one_of(ATTENTIONS)), "reverse_source": flag})

Pair = tuple[str, str]


@dataclass(frozen=True, repr=False)
class PairBatch(Batch):
    """Sources, the targets that are wanted, and what the decoder reads to answer each token of them.

    Parameters
    ----------
    inputs : torch.Tensor
        The sources' token numbers, axes (batch, T_in), 0 behind the end.
    targets : torch.Tensor
        Tokens to answer, axes (batch, T_out): 3 is the last, -100 behind it.
    lengths : torch.Tensor or None
        Tokens of each source.
    target_in : torch.Tensor
        The true token before each one to answer, axes (batch, T_out): 2 is the first, 0 behind the end.
    """

    aligned: ClassVar[bool] = False

    target_in: Tensor = field(kw_only=True)

    def read_by(self, module: str) -> tuple[Tensor, Tensor | None]:
        """Return what the layer at a path reads: the decoder the target, a step late; the encoder the source."""
        if not module.startswith("decoder"):
            return self.inputs, self.lengths
        return self.target_in, (self.target_in != PAD).sum(1).cpu()

    @property
    def arguments(self) -> tuple[Tensor, ...]:
        """What a translator is called with: source, lengths, target_in."""
        lengths = self.lengths
        if lengths is None:
            lengths = torch.full((len(self),), self.inputs.shape[1], dtype=torch.int64, device="cpu")
        return self.inputs, lengths, self.target_in


class Pairs(Classification):
    """Translate one sequence of tokens into another one.

    The metric is the exact match: the share of targets of which every token, the end included, is the one that the
    network scores highest, given the true ones before it. That is the share that `Seq2Seq.greedy` writes without a
    mistake: a greedy decoder reads the true tokens as long as it has made none. The share of *tokens* that are right
    when the true ones before are given is another number, `token_accuracy`, and always a more flattering one.

    Parameters
    ----------
    training, held_out : sequence of (str, str)
        Sources and targets. The vocabularies are those of the training part.
    name, source : str
        What the task is called; where the pairs come from.
    levels : (str, str)
        What a token is on the source's side and on the target's: ``"char"`` or ``"word"``.
    attention : {"dot", "general", "additive", None}
        How the network of `network` looks back; see `rnnviz.models.Seq2Seq`.
    reverse_source : bool
        Hand the source over from its end, as Sutskever, Vinyals & Le (2014) did.
    steps : int
        A sensible length of run.
    defaults : mapping, optional
        Suggested settings beside those of all tasks of pairs.

    Attributes
    ----------
    source_words, target_words : Dictionary
        The tokens of both sides.
    target_symbols : tuple of str
        What each token of the target is called; `symbols` are the source's.
    target_len : int
        Tokens of the longest target, its end among them: the width of ``targets``.
    training, held_out_pairs : tuple of (str, str)
        The pairs as they came.

    Examples
    --------
    >>> task = Pairs([("abc", "xy"), ("ab", "x")], [("bca", "yx")], name="toy", source="made up")
    >>> batch = task.held_out()
    >>> batch.inputs, batch.targets, batch.target_in
    (tensor([[5, 6, 4]]), tensor([[5, 4, 3]]), tensor([[2, 5, 4]]))
    """

    each_step = True
    input_size = _EMBEDDED
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {"lr": 5e-3, "hidden_size": 64, "batch_size": 64, "bidirectional": True}
    )

    def __init__(
        self,
        training: Sequence[Pair],
        held_out: Sequence[Pair],
        *,
        name: str,
        source: str,
        levels: tuple[str, str] = ("char", "char"),
        attention: str | None = "dot",
        reverse_source: bool = False,
        steps: int = 600,
        defaults: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        for level in levels:
            one_of(LEVELS)("level", level)
        self.attention = optional(one_of(ATTENTIONS))("attention", attention)
        self.reverse_source = flag("reverse_source", reverse_source)
        self.name, self.source, self.steps, self.levels = name, source, steps, levels
        self.metric_name = t("task.pairs.metric")
        self.defaults = MappingProxyType({**type(self).defaults, **defaults})  # type: ignore[misc]
        self.training, self.held_out_pairs = tuple(training), tuple(held_out)
        self.source_words = Dictionary((one for one, _ in self.training), levels[0])
        self.target_words = Dictionary((one for _, one in self.training), levels[1])
        self.symbols, self.target_symbols = self.source_words.symbols, self.target_words.symbols
        self.vocabulary, self.output_size = len(self.source_words), len(self.target_words)
        numbered = [self._numbered(pair) for part in (self.training, self.held_out_pairs) for pair in part]
        self.seq_len = max(len(one) for one, _ in numbered)
        self.target_len = max(len(one) for _, one in numbered)
        cut = len(self.training)
        self._training, self._held_out = self._padded(numbered[:cut]), self._padded(numbered[cut:])

    def batch(self, batch_size: int, generator: torch.Generator) -> PairBatch:
        """Draw training pairs, with replacement."""
        batch_size = drawn(self, batch_size, generator)
        rows = torch.randint(len(self._training), (batch_size,), generator=generator, device=self.device)
        return self._training[rows]

    def held_out(self) -> PairBatch:
        """Return the pairs that are never trained on."""
        return self._held_out

    def encoded(self, text: str) -> PairBatch:
        """Return one source to be translated, whose target nobody knows: a token at least, `seq_len` at most."""
        numbers, _ = self._numbered((words("text", text), ""))
        if not numbers:
            raise ValueError(f"text must hold something to translate, got {shown(text)}.")
        if len(numbers) > self.seq_len:
            raise ValueError(f"text must have at most {self.seq_len} tokens, got {len(numbers)}; shorten it.")
        found = self._padded([(numbers, [BOS])])
        return PairBatch(
            found.inputs, torch.full_like(found.targets, NO_ANSWER), found.lengths, target_in=found.target_in
        )

    def written(self, tokens: Tensor) -> list[str]:
        """Return the texts that rows of target tokens stand for, up to their end tokens."""
        return [self.target_words.text(row) for row in tokens.tolist()]

    def network(
        self, *, cell: str, hidden_size: int, num_layers: int, bidirectional: bool, nonlinearity: str
    ) -> nn.Module:
        """Return a `Seq2Seq` with the task's attention; ``bidirectional`` is about its encoder."""
        return Seq2Seq.sized(
            len(self.source_words),
            self.output_size,
            embedding_size=self.input_size,
            hidden_size=hidden_size,
            num_layers=num_layers,
            cell=cell,
            bidirectional=bidirectional,
            nonlinearity=nonlinearity,
            attention=self.attention,
        )

    def metric(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the exact match: the share of targets that a greedy decoder writes without a mistake."""
        answered(self, outputs, targets, numbers=False)
        return exact_match(outputs, targets)

    def baselines(self) -> dict[str, float]:
        """Return the exact match of copying the source, and of the target of the most similar training source."""
        wanted = [target for _, target in self.held_out_pairs]
        found = nearest([one for one, _ in self.held_out_pairs], [one for one, _ in self.training])
        copied = sum(one == target for one, target in self.held_out_pairs)
        looked_up = sum(self.training[row][1] == target for row, target in zip(found, wanted, strict=True))
        return {
            t("task.pairs.copy"): copied / len(wanted),
            t("task.pairs.nearest"): looked_up / len(wanted),
        }

    def translated(self, model: nn.Module, batch: Batch) -> tuple[Translation, ...]:
        """Return what a `Seq2Seq` writes for each source, by itself and given the right tokens."""
        words, longest = (self.source_words, self.target_words), self.target_len + SPARE
        return translated(model, batch, words, longest, reversed_source=self.reverse_source)

    def time_labels(self, sample: int) -> tuple[str, ...]:
        """Return each token of the source, and nothing for padding."""
        numbers = self._held_out.inputs[self.probe_index(sample)].tolist()
        return tuple("" if number == PAD else self.symbols[number] for number in numbers)

    def target_labels(self, sample: int) -> tuple[str, ...]:
        """Return each token that is to be answered in the probe's ``sample``, its end among them."""
        numbers = self._held_out.targets[self.probe_index(sample)].tolist()
        return tuple("" if number < 0 else self.target_symbols[number] for number in numbers)

    def words_read_by(self, module: str, numbers: Sequence[int]) -> tuple[str, ...]:
        """Return what the decoder's tokens are called, and nothing for padding."""
        return tuple("" if number == PAD else self.target_symbols[number] for number in numbers)

    def input_picture(self, sample: int) -> InputPicture:
        """Return in words what is read."""
        return InputPicture(words=t("task.pairs.reads"))

    def _numbered(self, pair: Pair) -> tuple[list[int], list[int]]:
        source, target = self.source_words.numbers(pair[0]), self.target_words.numbers(pair[1])
        return source[::-1] if self.reverse_source else source, [*target, EOS]

    def _padded(self, numbered: Sequence[tuple[list[int], list[int]]]) -> PairBatch:
        size = len(numbered)
        sources = torch.full((size, self.seq_len), PAD, device="cpu")
        targets = torch.full((size, self.target_len), NO_ANSWER, device="cpu")
        target_in = torch.full((size, self.target_len), PAD, device="cpu")
        for row, (source, target) in enumerate(numbered):
            sources[row, : len(source)] = torch.tensor(source, device="cpu")
            targets[row, : len(target)] = torch.tensor(target, device="cpu")
            target_in[row, : len(target)] = torch.tensor([BOS, *target[:-1]], device="cpu")
        lengths = torch.tensor([len(source) for source, _ in numbered], device="cpu")
        return PairBatch(sources, targets, lengths, target_in=target_in)


def exact_match(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the share of targets of which every token is right: (batch, time, token) against (batch, time)."""
    right = (outputs.argmax(-1) == targets) | (targets == NO_ANSWER)
    return right.all(-1).to(outputs.dtype).mean()


def token_accuracy(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the share of single tokens that are right when the true ones before them are given.

    Of a translation it says little: it counts tokens that a decoder on its own would never have come to.
    """
    wanted = targets != NO_ANSWER
    return ((outputs.argmax(-1) == targets) & wanted).sum() / wanted.sum()
