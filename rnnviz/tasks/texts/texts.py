"""Texts: read a text token by token and say which class it is of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import torch
from torch import Tensor

from rnnviz.checks import brief, flag, shown, whole
from rnnviz.i18n import t
from rnnviz.tasks.batch import NO_ANSWER, Batch, within
from rnnviz.tasks.classification import Padded
from rnnviz.tasks.inputpicture import InputPicture
from rnnviz.tasks.texts.vocabulary import Vocabulary

__all__ = ["LONGEST", "Corpus", "Texts"]

LONGEST = 1000  # tokens that a text is read to at most
_USUAL = 200  # tokens that are read unless somebody asks for more
_EMBEDDED = 32


@dataclass(frozen=True)
class Corpus:
    """Texts with the numbers of their classes, and which of them are held out.

    Parameters
    ----------
    texts : sequence of str
        As they came.
    labels : sequence of int
        Index into ``classes`` for each.
    classes : tuple of str
        What they are called.
    held_out : sequence of bool
        For each text whether it is kept for scoring.
    """

    texts: Sequence[str]
    labels: Sequence[int]
    classes: tuple[str, ...]
    held_out: Sequence[bool]

    __repr__ = brief


class Texts(Padded):
    """Say which class a text is of, after its last token or after every one.

    Texts are lower-cased and cut into words or characters; the vocabulary is that of the training part. Batches are
    padded at the end with token 0, to the same width always, and come with lengths. Where an answer is wanted after
    every token, the loss is the mean over all of them; the metric judges the last one of each text in both cases.

    Parameters
    ----------
    corpus : Corpus
        The texts.
    name : str
        What the learner calls it.
    source : str
        Where they come from.
    level : {"word", "char"}
        What is read at a timestep.
    min_count : int
        How often a token must come in the training part to be known.
    each_prefix : bool
        Whether an answer is wanted after every token.
    seq_len : int, optional
        Tokens that are read at most; by default as many as the longest text has, 200 at most.
    metric_name, reads : str
        What the metric is called, and a few words on what is read.

    Attributes
    ----------
    words : Vocabulary
        The known tokens.
    truncated : int
        How many texts are longer than what is read.

    Examples
    --------
    >>> corpus = Corpus(["Good!", "so bad", "very good", "bad"], [1, 0, 1, 0], ("bad", "good"), [0, 0, 0, 1])
    >>> task = Texts(corpus, name="mine", source="", level="word", each_prefix=True)
    >>> task.held_out().inputs, task.held_out().targets
    (tensor([[4, 0]]), tensor([[   0, -100]]))
    """

    _most = LONGEST
    input_size = _EMBEDDED
    steps = 2000
    pictures = ("input", "verdict", "hidden", "gradients", "answer", "curves")
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({"lr": 5e-3, "batch_size": 64, "hidden_size": 64})

    def __init__(
        self,
        corpus: Corpus,
        *,
        name: str,
        source: str,
        level: str,
        min_count: int = 1,
        each_prefix: bool = False,
        seq_len: int | None = None,
        metric_name: str = "",
        reads: str = "",
    ) -> None:
        self.name, self.source, self.level = name, source, level
        self.each_step = flag("each_prefix", each_prefix)
        self.metric_name = metric_name or t("task.texts.metric")
        self._reads = reads or t(f"task.texts.reads.{level}")
        self.classes, self.output_size = corpus.classes, len(corpus.classes)
        parts = {held: [row for row, out in enumerate(corpus.held_out) if bool(out) == held] for held in (False, True)}
        self._corpus, self._rows = corpus, parts
        self.words = Vocabulary((corpus.texts[row] for row in parts[False]), level, min_count)
        self.symbols = self.words.symbols
        self.vocabulary = len(self.words)
        self._numbers = [self.words.encode(text) for text in corpus.texts]
        self._sizes = [len(one) for one in self._numbers]
        low, high = self.seq_lens
        self._collate(min(high, _USUAL) if seq_len is None else whole(low, high)("seq_len", seq_len))

    def _collated(self, rows: Sequence[int]) -> Batch:
        """Return texts as one batch: their tokens, padded at the end, and the class of each, or of each prefix."""
        return self._batch([self._numbers[row] for row in rows], [self._corpus.labels[row] for row in rows])

    def _batch(self, numbers: Sequence[list[int]], labels: Sequence[int]) -> Batch:
        inputs = torch.zeros(len(numbers), self.seq_len, dtype=torch.int64, device="cpu")
        lengths = torch.tensor([min(len(one), self.seq_len) for one in numbers], dtype=torch.int64, device="cpu")
        for row, one in enumerate(numbers):
            inputs[row, : lengths[row]] = torch.tensor(one[: self.seq_len], device="cpu")
        targets = torch.tensor(labels, dtype=torch.int64, device="cpu")
        if self.each_step:
            targets = torch.where(within(lengths, self.seq_len, targets.device), targets[:, None], NO_ANSWER)
        return Batch(inputs, targets, lengths)

    @property
    def each_prefix(self) -> bool:
        """Whether an answer is wanted after every token."""
        return self.each_step

    def judged(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return the answers after the last token of each text, (batch, class), and the classes, (batch,)."""
        if not self.each_step:
            return outputs, targets
        ends = (targets >= 0).sum(1).sub(1).clamp(min=0)
        rows = torch.arange(len(ends), device=ends.device)
        return outputs[rows, ends], targets[rows, ends]

    def baselines(self) -> dict[str, float]:
        """Return what always saying the most frequent class of the training part reaches."""
        labels = [self._corpus.labels[row] for row in self._rows[False]]
        most = max(set(labels), key=lambda one: (labels.count(one), -one))
        held = [self._corpus.labels[row] for row in self._rows[True]]
        return {t("task.texts.majority"): held.count(most) / len(held)}

    def texts(self, *, held_out: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the ``held_out`` texts, or those to learn from, as they came, and the class of each, in order."""
        rows = self._rows[held_out]
        return tuple(self._corpus.texts[row] for row in rows), tuple(self.classes[self._corpus.labels[r]] for r in rows)

    def described(self, index: int) -> str:
        """Return the held-out text of that index as it came."""
        return self._corpus.texts[self._rows[True][index]]

    def encoded(self, text: str) -> Batch:
        """Return a text of anybody's as a batch of one, without an answer.

        Parameters
        ----------
        text : str
            What the network is to read.

        Raises
        ------
        TypeError, ValueError
            If it is no text, has nothing to read in it, or more than ``seq_len`` tokens.
        """
        if not isinstance(text, str):
            raise TypeError(f"text must be words, got {shown(text)}.")
        numbers = self.words.encode(text)
        if not numbers:
            raise ValueError("text must hold something to read, got nothing but spaces; write at least one character.")
        if len(numbers) > self.seq_len:
            what = "words" if self.level == "word" else "characters"
            raise ValueError(
                f"text must have at most {self.seq_len} {what}, got {len(numbers)}; shorten it"
                + (f", or set seq_len={len(numbers)}." if len(numbers) <= self.seq_lens[1] else ".")
            )
        return self._batch([numbers], [NO_ANSWER])

    def time_labels(self, sample: int) -> tuple[str, ...] | None:
        """Return each timestep's token, and nothing where there is padding."""
        index = self.probe_index(sample)
        return self.symbols_of(self._held_out[index : index + 1])

    def input_picture(self, sample: int) -> InputPicture:
        """Return in words what is read, and the class."""
        row = self._rows[True][self.probe_index(sample)]
        return InputPicture(words=self._reads, answer=self.classes[self._corpus.labels[row]])
