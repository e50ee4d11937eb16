"""A probe that cannot be shown to the model is answered with what a probe is."""

import pytest
import torch
from torch import nn

from rnnviz.watching.watcher import Watcher
from tests.watching.loops import batches, made, weights


def shown(probe):
    model = made()
    before = weights(model)
    try:
        with Watcher(model, every=1, probe=probe) as watcher:
            watcher.step()
    finally:
        assert all(map(torch.equal, before, weights(model)))


X = batches(1)[0]


@pytest.mark.parametrize(
    "probe",
    [(X, nn.MSELoss()), (X, X), X.float(), X[..., :2], X.to("meta"), X.numpy(), "text", {"x": X}],
    ids=["loss of two", "two inputs", "precision", "features", "device", "numpy", "text", "mapping"],
)
def test_an_error_says_that_it_is_the_probes_and_how_one_is_given(probe):
    with pytest.raises((TypeError, ValueError, RuntimeError, AttributeError)) as caught:
        shown(probe)
    assert any("probe=(inputs, loss)" in note for note in caught.value.__notes__)


@pytest.mark.parametrize("probe", [(), []])
def test_a_probe_without_inputs_is_refused_at_once(probe):
    with pytest.raises(ValueError, match="probe must hold what the model is called with, got"):
        Watcher(made(), probe=probe)


@pytest.mark.parametrize("probe", [X[:0], (X[:0], torch.sum)])
def test_a_probe_without_sequences_is_refused(probe):
    with pytest.raises(ValueError, match="probe must hold at least one sequence"):
        shown(probe)
