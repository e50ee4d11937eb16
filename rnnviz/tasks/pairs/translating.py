"""Translating: what a network writes for each source of a batch, by itself and given the right tokens."""

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.models import Seq2Seq
from rnnviz.tasks.base import Batch
from rnnviz.tasks.pairs.dictionary import Dictionary
from rnnviz.tasks.translation import Translation, Written

__all__ = ["SPARE", "translated"]

SPARE = 5  # tokens that a translation may be longer than the longest target


@torch.no_grad()
def translated(
    model: nn.Module, batch: Batch, words: tuple[Dictionary, Dictionary], longest: int, *, reversed_source: bool
) -> tuple[Translation, ...]:
    """Return a `Translation` for each source; none of a model that is no `Seq2Seq`, which is left as it was.

    Parameters
    ----------
    model : torch.nn.Module
        On the batch's device.
    batch : Batch
        Sources, targets and what the decoder reads.
    words : tuple of Dictionary
        Of the source, and of the target.
    longest : int
        Tokens that are written at most.
    reversed_source : bool
        Whether the batch has sources from their end.
    """
    if not isinstance(model, Seq2Seq):
        return ()
    trains, alignment = model.training, model.alignment
    model.eval()  # neither dropout nor teacher forcing draws a random number
    try:
        forced, looks = model(*batch.arguments).argmax(-1), model.alignment
        source, lengths = batch.arguments[:2]
        alone = model.greedy(source, lengths, longest)
    finally:
        model.train(trains)
        model.alignment = alignment
    read, said = words
    ends = (batch.targets >= 0).sum(1)
    sources, wanted = _rows(source, lengths), _rows(batch.targets, ends)
    own = _written(alone.tokens, alone.lengths, alone.alignment, lengths, said)
    given = _written(forced, ends, looks, lengths, said)
    return tuple(
        Translation(
            tuple(read.symbols[one] for one in there),
            tuple(said.symbols[one] for one in right),
            one,
            other if right else None,
            read.text(there[::-1] if reversed_source else there),
            said.text(right),
        )
        for there, right, one, other in zip(sources, wanted, own, given, strict=True)
    )


def _written(tokens: Tensor, ends: Tensor, weights: Tensor | None, lengths: Tensor, words: Dictionary) -> list[Written]:
    looks = [None] * len(tokens) if weights is None else [one.cpu().numpy() for one in weights]
    found = []
    for row, look, until in zip(_rows(tokens, ends), looks, lengths.tolist(), strict=True):
        kept = None if look is None else np.array(look[: len(row), :until])
        if kept is not None:
            kept.flags.writeable = False
        found.append(Written(tuple(words.symbols[one] for one in row), kept, words.text(row)))
    return found


def _rows(numbers: Tensor, ends: Tensor) -> list[list[int]]:
    """Return each row up to its end."""
    return [row[:end] for row, end in zip(numbers.tolist(), ends.tolist(), strict=True)]
