"""Tags: say of every word or character of a sequence which tag it has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import torch
from torch import nn

from rnnviz.checks import brief, shown, whole
from rnnviz.i18n import t
from rnnviz.models.wordtagger import WordTagger
from rnnviz.tasks.batch import NO_ANSWER, Batch
from rnnviz.tasks.classification import Padded
from rnnviz.tasks.inputpicture import InputPicture
from rnnviz.tasks.tags.wordtokens import Vocabulary

__all__ = ["LONGEST", "Tagged", "Tags"]

LONGEST = 500  # words or characters that are read of a sequence at most
_CHARACTER, _WORD, _SHAPE = 16, 48, 16  # numbers that each is embedded in


@dataclass(frozen=True)
class Tagged:
    """Sentences with a tag for each of their words, and which of them are held out.

    Parameters
    ----------
    sentences : sequence of sequence of str
        In words, or in characters.
    tags : sequence of sequence of str
        One a word.
    held_out : sequence of bool
        For each sentence whether it is kept for scoring.
    """

    sentences: Sequence[Sequence[str]]
    tags: Sequence[Sequence[str]]
    held_out: Sequence[bool]

    __repr__ = brief


class Tags(Padded):
    """Say of every word or character of a sequence which tag it has.

    The vocabulary is that of the training part. Batches are padded at the end
    with token 0, always to the same width, and come with lengths; there targets are -100, which neither loss nor metric
    counts. Words are read by a `WordTagger`, characters by the lab's own network.

    Parameters
    ----------
    data : Tagged
        The sentences.
    name, source : str
        What the learner calls it, and where it comes from.
    level : {"word", "char"}
        What is read at a timestep.
    min_count : int
        How often a word has to come in the training part to be known.
    seq_len : int, optional
        Words that are read at most; by default as many as the longest sentence has, 500 at most.
    metric_name, reads : str
        What the metric is called, and a few words on what is read.

    Attributes
    ----------
    words : Vocabulary
        The known tokens.
    truncated : int
        How many sentences are longer than what is read.

    Examples
    --------
    >>> sentences, tags = [["to", "Bonn"], ["Bonn"], ["to", "Rome", "now"]], [["O", "P"], ["P"], ["O", "P", "O"]]
    >>> data = Tagged(sentences, tags, [False, False, True])
    >>> task = Tags(data, name="mine", source="", level="word", min_count=1)
    >>> task.held_out().targets, task.classes
    (tensor([[0, 1, 0]]), ('O', 'P'))
    """

    _most = LONGEST
    each_step = True
    steps = 600
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {"lr": 5e-3, "cell": "lstm", "hidden_size": 64, "bidirectional": True}
    )

    def __init__(
        self,
        data: Tagged,
        *,
        name: str,
        source: str,
        level: str = "word",
        min_count: int = 2,
        seq_len: int | None = None,
        metric_name: str = "",
        reads: str = "",
    ) -> None:
        self.name, self.source, self.level = name, source, level
        self.metric_name = metric_name or t(f"task.tags.metric.{level}")
        self._reads = reads or t(f"task.tags.reads.{level}")
        self._data = data
        self._rows = {
            held: [row for row, out in enumerate(data.held_out) if bool(out) is held] for held in (False, True)
        }
        # names are no statistic: one that is never trained on is wrong each time it is due
        self.classes = tuple(sorted({tag for tags in data.tags for tag in tags}))
        self.output_size = len(self.classes)
        training = [data.sentences[row] for row in self._rows[False]]
        self.words = Vocabulary(training, min_count=min_count, shapes=level == "word")
        self.symbols, self.vocabulary = self.words.symbols, len(self.words)
        self.input_size = _WORD + _SHAPE if level == "word" else _CHARACTER
        self._sizes = [len(words) for words in data.sentences]
        low, high = self.seq_lens
        self._collate(high if seq_len is None else whole(low, high)("seq_len", seq_len))

    def _collated(self, rows: Sequence[int]) -> Batch:
        return self._batch([(self._data.sentences[row], self._data.tags[row]) for row in rows])

    def _batch(self, pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Batch:
        """Return sentences as one batch, padded at the end; without tags no answer is known."""
        numbers = {tag: number for number, tag in enumerate(self.classes)}
        inputs = torch.zeros(len(pairs), self.seq_len, dtype=torch.int64, device="cpu")
        targets = torch.full_like(inputs, NO_ANSWER)
        lengths = torch.tensor([min(len(words), self.seq_len) for words, _ in pairs], dtype=torch.int64, device="cpu")
        for row, (words, tags) in enumerate(pairs):
            end = int(lengths[row])
            inputs[row, :end] = torch.tensor(self.words.encode(words[:end]), device="cpu")
            if tags:
                targets[row, :end] = torch.tensor([numbers[tag] for tag in tags[:end]], device="cpu")
        return Batch(inputs, targets, lengths)

    def baselines(self) -> dict[str, float]:
        """Return what the most frequent tag reaches, and what each word's own most frequent tag does."""
        tags = Counter(tag for row in self._rows[False] for tag in self._data.tags[row])
        own: dict[str, Counter[str]] = {}
        for words, said in self._pairs(held_out=False):
            for word, tag in zip(words, said, strict=True):
                own.setdefault(word, Counter())[tag] += 1
        most = tags.most_common(1)[0][0]
        truth = [
            (word, tag) for words, said in self._pairs(held_out=True) for word, tag in zip(words, said, strict=True)
        ]
        usual = [own[word].most_common(1)[0][0] if word in own else most for word, _ in truth]
        return {
            t("task.tags.majority"): sum(tag == most for _, tag in truth) / len(truth),
            t(f"task.tags.usual.{self.level}"): sum(a == tag for a, (_, tag) in zip(usual, truth, strict=True))
            / len(truth),
        }

    def network(
        self, *, cell: str, hidden_size: int, num_layers: int, bidirectional: bool, nonlinearity: str
    ) -> nn.Module:
        """Return a `WordTagger`, or for characters the lab's own network."""
        sizes: dict[str, Any] = {
            "cell": cell,
            "hidden_size": hidden_size,
            "num_layers": num_layers,
            "bidirectional": bidirectional,
        }
        if self.level == "char":
            return super().network(**sizes, nonlinearity=nonlinearity)
        return WordTagger(self.words.word_of, self.words.shape_of, self.output_size, nonlinearity=nonlinearity, **sizes)

    def sentences(self, *, held_out: bool) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Return the sentences of one part, each as (words, tags), in the order of the batches.

        Parameters
        ----------
        held_out : bool
            Those that are never trained on, or the others.
        """
        return [(tuple(words), tuple(tags)) for words, tags in self._pairs(held_out=held_out)]

    def numbered_training(self) -> list[tuple[list[int], list[int]]]:
        """Return the training sentences as they are read: the numbers of their tokens and tags, without padding."""
        parts = zip(self._train.inputs.tolist(), self._train.targets.tolist(), self._lengths(), strict=True)
        return [(tokens[:end], tags[:end]) for tokens, tags, end in parts]

    def _lengths(self) -> list[int]:
        return [int(one) for one in self._train.arguments[1]]

    def _pairs(self, *, held_out: bool) -> list[tuple[Sequence[str], Sequence[str]]]:
        return [(self._data.sentences[row], self._data.tags[row]) for row in self._rows[held_out]]

    def split(self, text: str) -> list[str]:
        """Return the words of a text, or its characters.

        Parameters
        ----------
        text : str
            What somebody typed.
        """
        return text.split() if self.level == "word" else list(text)

    def truth(self, words: Sequence[str]) -> Sequence[str]:
        """Return the right tags of words that somebody typed, or none where nobody knows them.

        Parameters
        ----------
        words : sequence of str
            What `split` made of it.
        """
        return ()

    def encoded(self, text: str) -> Batch:
        """Return a text of anybody's as a batch of one; targets are -100 where the right tag is not known.

        Raises
        ------
        TypeError, ValueError
            If it is no text, has nothing to read in it, or more than ``seq_len`` words.
        """
        if not isinstance(text, str):
            raise TypeError(f"text must be words, got {shown(text)}.")
        words = self.split(text)
        if not words:
            raise ValueError("text must hold something to read, got nothing; write at least one character.")
        if len(words) > self.seq_len:
            what = "words" if self.level == "word" else "characters"
            raise ValueError(f"text must have at most {self.seq_len} {what}, got {len(words)}; shorten it.")
        return self._batch([(words, self.truth(words))])

    def time_labels(self, sample: int) -> tuple[str, ...]:
        """Return each timestep's word as it is written, and nothing where there is padding."""
        words, _ = self._pairs(held_out=True)[self.probe_index(sample)]
        kept = tuple(words[: self.seq_len])
        return kept + ("",) * (self.seq_len - len(kept))

    def input_picture(self, sample: int) -> InputPicture:
        """Return in words what is read."""
        return InputPicture(words=self._reads)
