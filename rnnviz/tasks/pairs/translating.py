"""Translating: what a network writes for each source of a batch, by itself and given the right tokens."""

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.models import Seq2Seq
from rnnviz.tasks.base import Batch
from rnnviz.tasks.translation import Translation, Written

__all__ = ["SPARE", "translated"]

SPARE = 5  # tokens that a translation may be longer than the longest target


@torch.no_grad()
def translated(
    model: nn.Module, batch: Batch, symbols: tuple[tuple[str, ...], tuple[str, ...]], longest: int
) -> tuple[Translation, ...]:
    """Return a `Translation` for each source; none of a model that is no `Seq2Seq`, which is left as it was.

    Parameters
    ----------
    model : torch.nn.Module
        On the batch's device.
    batch : Batch
        Sources, targets and what the decoder reads.
    symbols : tuple of tuple of str
        What each token of the source, and each of the target, is called.
    longest : int
        Tokens that are written at most.
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
    read, said = symbols
    rows = zip(_rows(source, lengths), _rows(batch.targets, (batch.targets >= 0).sum(1)), strict=True)
    texts = [(tuple(read[one] for one in there), tuple(said[one] for one in wanted)) for there, wanted in rows]
    own = _written(alone.tokens, alone.lengths, alone.alignment, lengths, said)
    given = _written(forced, (batch.targets >= 0).sum(1), looks, lengths, said)
    return tuple(
        Translation(there, wanted, one, other if wanted else None)
        for (there, wanted), one, other in zip(texts, own, given, strict=True)
    )


def _written(
    tokens: Tensor, ends: Tensor, weights: Tensor | None, lengths: Tensor, symbols: tuple[str, ...]
) -> list[Written]:
    looks = [None] * len(tokens) if weights is None else [one.cpu().numpy() for one in weights]
    found = []
    for row, look, until in zip(_rows(tokens, ends), looks, lengths.tolist(), strict=True):
        kept = None if look is None else np.array(look[: len(row), :until])
        if kept is not None:
            kept.flags.writeable = False
        found.append(Written(tuple(symbols[one] for one in row), kept))
    return found


def _rows(numbers: Tensor, ends: Tensor) -> list[list[int]]:
    """Return each row up to its end."""
    return [row[:end] for row, end in zip(numbers.tolist(), ends.tolist(), strict=True)]
