"""Saliency on a GPU: in eval mode, where cuDNN refuses to go back, it finds what the CPU finds in double precision."""

import numpy as np
import pytest
import torch

import rnnviz as rv
from tests.trace.attribution.readers import LENGTHS, TOKENS, sequence_model


@pytest.mark.parametrize("training", [True, False], ids=["training", "eval"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_saliency_agrees_with_the_cpu_and_leaves_the_mode_alone(
    device: torch.device, cell: str, training: bool
) -> None:
    model = sequence_model(cell=cell, num_layers=2).train(training)
    model.recurrent.dropout = 0.5
    expected = rv.saliency(model, TOKENS, LENGTHS, target=1)
    found = rv.saliency(model.to(device), TOKENS.to(device), LENGTHS, target=1)
    for name in ("gradient_times_input", "occlusion", "gradient_norm", "score"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-8, atol=1e-10)
    assert [module.training for module in model.modules()] == [training] * len(list(model.modules()))
    assert model.recurrent.dropout == 0.5
