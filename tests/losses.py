"""Losses that tests share. Each takes what a model returns: a tensor, an output with states, or packed sequences."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


def output_of(result: Any) -> Tensor:
    """Return the output without its states; of packed sequences, the numbers."""
    output = result[0] if isinstance(result, tuple) and not isinstance(result, PackedSequence) else result
    return output.data if isinstance(output, PackedSequence) else output


def mean_square(result: Any) -> Tensor:
    return output_of(result).square().mean()


def sum_of_squares(result: Any) -> Tensor:
    return output_of(result).square().sum()


def weighed(result: Any) -> Tensor:
    """A sum in which every number weighs differently, so that none can stand for another."""
    output = output_of(result)
    weights = torch.cos(torch.arange(output.numel(), dtype=output.dtype, device=output.device))
    return (weights.reshape(output.shape) * output).sum()


def weighed_squares(result: Any) -> Tensor:
    return weighed(output_of(result).square())


def output_and_states(result: Any) -> Tensor:
    """Read the output, and every last state."""
    states = result[1] if isinstance(result[1], tuple) else (result[1],)
    return sum_of_squares(result) + torch.stack([(one**3).sum() for one in states]).sum()


def broken_loss(result: Any) -> Tensor:
    raise RuntimeError("the loss is broken")
