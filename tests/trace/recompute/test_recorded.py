"""Whole recomputes from a recording are what they are without one, whatever is stacked and whatever reaches it."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.trace import trace
from rnnviz.trace.recompute.flat import flat, unflat
from tests.devices.layers import arrays
from tests.losses import output_and_states
from tests.trace.recorded import recording_on_the_cpu

LAYERS = [
    ("RNN", {}),
    ("LSTM", {"num_layers": 2, "bidirectional": True, "dropout": 0.5}),
    ("LSTM", {"proj_size": 2, "bias": False}),
    ("GRU", {"num_layers": 2, "bidirectional": True}),
]


class Looped(nn.Module):
    """A layer that is called three times, each call with the state of the one before."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        state, outputs = None, []
        for part in x.chunk(3, 1):
            output, state = self.layer(part, state)
            outputs.append(output)
        return torch.cat(outputs, 1), state


def found(model, given):
    torch.manual_seed(1)
    return [arrays(one) for one in trace(model, given, loss=output_and_states).layers.values()]


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize(("kind", "options"), LAYERS, ids=str)
@pytest.mark.parametrize("how", ["one call", "three calls", "packed"])
def test_every_trace_is_the_one_without_a_recording(kind, options, how):
    torch.manual_seed(0)
    layer = getattr(nn, kind)(3, 4, batch_first=True, **options)
    x = torch.randn(4, 12, 3)
    model = Looped(layer) if how == "three calls" and not options.get("bidirectional") else layer
    given = pack_padded_sequence(x, [12, 9, 9, 2], batch_first=True) if how == "packed" else x
    plain = found(model, given)
    with recording_on_the_cpu() as made:
        recorded = [found(model, given) for _ in range(4)]
    assert made
    assert sum(one.replays for one in made) >= 3
    for one in recorded:
        for mine, truth in zip(one, plain, strict=True):
            assert mine.keys() == truth.keys()
            for name, value in truth.items():
                np.testing.assert_allclose(mine[name], value, rtol=1e-5, atol=1e-7, err_msg=name)


def test_a_stack_that_is_taken_apart_is_put_together_again(monkeypatch):
    seen = []

    def kept(stack, layout, weights):
        row, form = flat(stack, layout, weights)
        again, weights_again = unflat(row, form)
        seen.append((stack, again, weights, weights_again))
        return ordinary(stack, layout, weights)

    from rnnviz.trace.recompute import assemble

    ordinary = assemble.replay
    monkeypatch.setattr(assemble, "replay", kept)
    trace(nn.LSTM(3, 4, num_layers=2, bidirectional=True), torch.randn(5, 2, 3), loss=output_and_states)
    ((stack, again, weights, weights_again),) = seen
    assert weights == weights_again
    for name in ("initial", "lengths", "valid", "has_loss", "grad_output", "grad_final"):
        assert getattr(stack, name) is getattr(again, name) or list(getattr(stack, name)) == list(getattr(again, name))
    assert tuple(stack.grad_links or ()) == again.grad_links
    assert stack.levels == again.levels
