"""A hook is told what the backward pass under way is for."""

import torch
from torch import nn

from rnnviz.trace.listening.backward import filled_by, purpose_of


def test_gradients_for_inputs_for_weights_and_to_train_with_are_told_apart() -> None:
    layer, x = nn.Linear(1, 1), torch.ones(1, requires_grad=True)
    said: list[tuple[str, int]] = []
    y = layer(x)
    y.register_hook(lambda gradient: said.append((purpose_of(layer).name, len(filled_by(layer)))))
    torch.autograd.grad(y, x, retain_graph=True)
    torch.autograd.grad(y, layer.weight, retain_graph=True)
    y.backward()
    assert said == [("OTHER", 0), ("WEIGHTS", 0), ("TRAINING", 2)]
