"""A hook is told what the backward pass under way is for."""

import torch
from torch import nn

from rnnviz.trace.listening.backward import filled_by, reaches_weights


def test_a_gradient_for_the_inputs_alone_neither_reaches_the_weights_nor_fills_them() -> None:
    layer, x = nn.Linear(1, 1), torch.ones(1, requires_grad=True)
    said: list[tuple[bool, int]] = []
    y = layer(x)
    y.register_hook(lambda gradient: said.append((reaches_weights(layer), len(filled_by(layer)))))
    torch.autograd.grad(y, x, retain_graph=True)
    torch.autograd.grad(y, layer.weight, retain_graph=True)
    y.backward()
    assert said == [(False, 0), (True, 0), (True, 2)]
