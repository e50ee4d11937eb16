"""Padded timesteps: no cells, a grey ground, and words that say so; the lab draws and trains such a run."""

from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.lab import Lab
from rnnviz.tasks import Batch, Task
from rnnviz.training import Snapshot
from rnnviz.views import VIEWS, Focus, GatesView, GradientsView, HiddenView
from rnnviz.views.style import PADDED
from tests.views.runs import headings, notices

STEPS = 9
OF_ANY_LAYER = ("hidden", "gates", "gradients", "horizon", "theory", "memory", "saturation", "input", "loss", "curves")


class FirstToken(Task):
    """Tokens 1 and 2, then padding, 0; the answer is the first token."""

    name, vocabulary, input_size, output_size, seq_len = "first-token", 3, 4, 1, STEPS

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        tokens = torch.randint(1, 3, (batch_size, STEPS), generator=generator, device=generator.device)
        lengths = torch.randint(2, STEPS + 1, (batch_size, 1), generator=generator, device=generator.device)
        tokens[torch.arange(STEPS, device=generator.device) >= lengths] = 0
        return Batch(tokens, 2.0 * tokens[:, :1] - 3)

    def held_out(self) -> Batch:
        return self.batch(16, torch.Generator().manual_seed(0))

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return (outputs - targets).square().mean()


class Packing(nn.Module):
    """A GRU that reads each sequence up to its own end."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(3, 4, padding_idx=0)
        self.gru = nn.GRU(4, 5, batch_first=True)
        self.decide = nn.Linear(5, 1)

    def forward(self, tokens: Tensor) -> Tensor:
        lengths = (tokens != 0).sum(1).cpu()
        packed = pack_padded_sequence(self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False)
        answer: Tensor = self.decide(self.gru(packed)[1][-1])
        return answer


@cache
def padded() -> Snapshot:
    lab = Lab(FirstToken(), model=Packing(), device="cpu")
    lab.train(3)
    return lab.snapshot()


def sample(*, full: bool) -> tuple[int, int]:
    """Return the number and length of a probe sequence that fills the picture, or of one that does not."""
    lengths = padded().layer.lengths.tolist()
    return next((index, length) for index, length in enumerate(lengths) if (length == STEPS) == full)


@pytest.mark.parametrize("view", [HiddenView(), GatesView()], ids=lambda view: view.name)
def test_past_its_end_a_sequence_has_no_cells_on_a_grey_ground_and_the_words_say_so(view: HiddenView) -> None:
    index, length = sample(full=False)
    figure = view.figure(padded(), Focus(sample=index))
    for panel in figure.data:
        assert np.isfinite(panel.z[:, :length]).all()
        assert np.isnan(panel.z[:, length:]).all()
        assert len(panel.x) == STEPS
    assert figure.layout.plot_bgcolor == PADDED
    assert f" · {length} steps, then padding (grey)" in notices(figure)


@pytest.mark.parametrize("view", [HiddenView(), GatesView()], ids=lambda view: view.name)
def test_a_sequence_without_padding_keeps_the_page_for_its_ground(view: HiddenView) -> None:
    figure = view.figure(padded(), Focus(sample=sample(full=True)[0]))
    assert figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert "padding" not in notices(figure) + "".join(headings(figure))


def test_the_gradient_through_time_counts_padding_as_nothing() -> None:
    layer = padded().layer
    for step, drawn in enumerate(GradientsView().figure(padded()).data[-1].y):
        valid = layer.grad_hidden[0, 0, layer.lengths > step, step].astype(float)
        assert drawn == pytest.approx(np.sqrt((valid**2).sum()), rel=1e-5)


def test_the_keep_gate_s_product_ends_with_each_sequence() -> None:
    snapshot = padded()
    gate, lengths = snapshot.layer.gates["z"][0, 0].astype(np.float64), snapshot.layer.lengths
    expected = [
        np.mean([gate[b, step + 1 : lengths[b]].prod(axis=0) for b in range(len(gate)) if step < lengths[b]])
        for step in range(STEPS)
    ]
    curves = [np.asarray(trace.y, np.float64) for trace in VIEWS["theory"].figure(snapshot).data]
    assert any(curve.shape == (STEPS,) and np.allclose(curve, expected) for curve in curves)


@pytest.mark.parametrize("name", [name for name in VIEWS if name not in ("prediction", "fan")])
def test_every_picture_of_padded_sequences_shows_some_number(name: str) -> None:
    if not VIEWS[name].exists(padded()):
        assert name not in OF_ANY_LAYER  # neither classes, nor labels, nor a translation in this task
        return
    arrays = [trace[key] for trace in VIEWS[name].figure(padded()).data for key in ("y", "z") if key in trace]
    values = [np.asarray(array, np.float64) for array in arrays if array is not None]
    assert any(np.isfinite(value).any() for value in values if value.size)
