"""Classification: a task that asks for classes, and one of padded sequences; its loss, the share that is right."""

import abc
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import ClassVar, Self

import torch
from torch import Tensor
from torch.nn import functional

from rnnviz.tasks.base import Task, answered, drawn
from rnnviz.tasks.batch import Batch

__all__ = ["Classification", "Padded", "accuracy", "entropy"]


class Classification(Task):
    """Answers are scores, one a class; they are asked for once a sequence, or at each timestep.

    The metric is that of the answers that `Task.judged` picks.
    """

    higher_is_better = True

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the cross entropy of an answer, in nats, over the places where one is wanted."""
        answered(self, outputs, targets, numbers=False)
        return entropy(outputs.flatten(0, -2), targets.flatten())

    def metric(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the share of right answers among those that are wanted."""
        answered(self, outputs, targets, numbers=False)
        return accuracy(*self.judged(outputs, targets))


class Padded(Classification):
    """Sequences are cut after ``seq_len`` tokens, and padded at their end where they have fewer.

    A subclass says which rows are held out and how many tokens each has, collates rows to a batch, and calls `_collate`
    with its length.

    Attributes
    ----------
    truncated : int
        How many sequences are longer than what is read.
    """

    _most: ClassVar[int]  # tokens that are read at most
    _rows: Mapping[bool, Sequence[int]]  # which are held out, under True, and which are not
    _sizes: Sequence[int]  # tokens of each row

    @cached_property
    def seq_lens(self) -> tuple[int, int]:
        """From 2 tokens, or 1 where no sequence has more, to those of the longest, or to as many as are ever read."""
        longest = max(self._sizes)
        return min(2, longest), min(longest, self._most)

    def _resized(self, seq_len: int) -> Self:
        there = type(self).__new__(type(self))
        vars(there).update({name: value for name, value in vars(self).items() if name != "device"})
        there._collate(seq_len)
        return there.to(self.device)

    def _collate(self, seq_len: int) -> None:
        """Make both batches, on the CPU."""
        self.seq_len = seq_len
        self.truncated = sum(size > seq_len for size in self._sizes)
        self._train, self._held_out = (self._collated(self._rows[held]) for held in (False, True))

    @abc.abstractmethod
    def _collated(self, rows: Sequence[int]) -> Batch:
        """Return rows as one batch."""

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw sequences of the training part: token numbers (batch, time), and what is asked for of each."""
        batch_size = drawn(self, batch_size, generator)
        rows = torch.randint(len(self._train), (batch_size,), generator=generator, device=generator.device)
        return self._train[rows]

    def held_out(self) -> Batch:
        """Return the sequences that are never trained on."""
        return self._held_out


def entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the cross entropy, in nats, of answers (n, class) and the numbers of the right ones (n,).

    Where -100 stands in the place of a right one, no answer is wanted, and none counts.
    """
    try:
        # torch takes int64 alone, and leaves out NO_ANSWER by itself
        return functional.cross_entropy(outputs, targets.long())
    except IndexError as error:  # raised where the device is not waited for
        raise ValueError(f"targets must be classes from 0 to {outputs.shape[1] - 1}, {error}") from None


def accuracy(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the share of right answers (…, class) among those that are wanted (…,): see `entropy`."""
    # no answer is a negative class: it is never the right one
    return (outputs.argmax(-1) == targets).float().sum() / (targets >= 0).sum()
