"""Dropout in a network of ours: between its stacked layers, and before its head."""

from functools import partial
from typing import Any

from torch import nn
from torch.nn import functional

__all__ = ["drop_out"]


def drop_out(model: nn.Module, share: float) -> None:
    """Have a model in training put so many of the states to 0 that go from one layer to the next, or into its head.

    Parameters
    ----------
    model : torch.nn.Module
        Changed in place; of one without a ``head`` only the layers are.
    share : float
        From 0 to 1, 1 apart; those that stay are scaled up.

    Examples
    --------
    >>> import torch
    >>> model = nn.Sequential()
    >>> model.head = nn.Linear(1000, 1)
    >>> drop_out(model, 0.5)
    >>> _ = model.eval()
    >>> torch.equal(model(x := torch.ones(1, 1000)), functional.linear(x, model.head.weight, model.head.bias))
    True
    """
    if not share:
        return
    for layer in model.modules():
        if isinstance(layer, nn.RNNBase) and layer.num_layers > 1:
            layer.dropout = share
        head = getattr(layer, "head", None)
        if isinstance(head, nn.Module):
            head.register_forward_pre_hook(partial(_dropped, share))


def _dropped(share: float, head: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    states, *others = inputs
    return functional.dropout(states, share, training=head.training), *others
