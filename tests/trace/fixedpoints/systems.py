"""Recurrent layers whose fixed points are known."""

import math

import torch
from torch import Tensor, nn

__all__ = ["filled", "fold", "scattered", "turning"]


def filled(layer: nn.Module, **values: object) -> nn.Module:
    """Return the layer with all weights 0 but those that are given."""
    with torch.no_grad():
        for name, weight in layer.named_parameters():
            weight.copy_(torch.as_tensor(values.get(name, 0.0), dtype=weight.dtype).expand(weight.shape))
    return layer


def scattered(*shape: int, reach: float = 2.0) -> Tensor:
    """Return inputs that drive a layer to many states, axes (batch, time, feature)."""
    return reach * (2 * torch.rand(*shape, generator=torch.Generator().manual_seed(0)) - 1)


def turning(angle: float, factor: float) -> Tensor:
    """Return a matrix that turns the plane and stretches it."""
    return factor * torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def fold(w: float) -> float:
    """Return the largest b for which h = tanh(w h + b) has fixed points below 0, w > 1: there two of them meet."""
    h = -math.sqrt(1 - 1 / w)
    return math.atanh(h) - w * h
