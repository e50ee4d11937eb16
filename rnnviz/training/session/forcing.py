"""Forcing: how often the decoders in a model read the true token while a step is worked out."""

import contextlib
from collections.abc import Iterator

import torch
from torch import nn

from rnnviz.models import Seq2Seq

__all__ = ["decodes", "forced"]


def decodes(model: nn.Module) -> bool:
    """Return whether there is a decoder in a model that may read its own words."""
    return any(isinstance(one, Seq2Seq) for one in model.modules())


@contextlib.contextmanager
def forced(model: nn.Module, ratio: float, coins: torch.Generator) -> Iterator[None]:
    """Let a model's translators read the true token so often, as ``coins`` decide; what they had is put back.

    At a ratio of 1 they are left alone: a model of somebody's own may have set another one itself.
    """
    translators = [] if ratio == 1 else [one for one in model.modules() if isinstance(one, Seq2Seq)]
    before = [(one.teacher_forcing, one.coins) for one in translators]
    try:
        for one in translators:
            one.teacher_forcing, one.coins = ratio, coins
        yield
    finally:
        for one, (own, its_coins) in zip(translators, before, strict=True):
            one.teacher_forcing, one.coins = own, its_coins
