"""Fixed points of a model on a GPU are those of the same model on the CPU."""

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz as rv


@pytest.mark.parametrize("training", [True, False], ids=["training", "eval"])
@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_fixed_points_agree_with_the_cpu_and_leave_the_mode_alone(
    device: torch.device, kind: type[nn.RNNBase], training: bool
) -> None:
    torch.manual_seed(0)
    model = kind(2, 6, num_layers=2, dropout=0.5, batch_first=True).train(training)
    x = torch.randn(8, 12, 2)
    name = f"{kind.__name__.lower()}.l1"
    expected = rv.fixed_points(model, x, layer=name, constant_input=0.5)
    found = rv.fixed_points(model.to(device), x.to(device), layer=name, constant_input=0.5)
    np.testing.assert_allclose(found.points, expected.points, atol=1e-6)
    np.testing.assert_allclose(np.abs(found.eigenvalues), np.abs(expected.eigenvalues), atol=1e-6)
    assert model.training == training
    assert model.dropout == 0.5
