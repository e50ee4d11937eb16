"""Answers to chapter 02's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import numpy as np
import torch
from torch import nn

from rnnviz.exercises.chapters.catalog import PREDICTIONS

COUNT, WHICH, BACKWARD = "02.parameter-count", "02.which-state", "02.right-to-left"


def _parameters(**shape: object) -> int:
    return sum(weight.numel() for weight in nn.RNN(4, 10, **shape).parameters())


def _one_by_one(read, x):
    """Read what is left of x, beginning with the last step, and keep where the reader stands at each step."""
    return torch.stack([read(x[t:].flip(0))[-1] for t in range(len(x))])


RIGHT = [
    (COUNT, _parameters(num_layers=2, bidirectional=True)),
    (COUNT, 960.0),
    (WHICH, 3),
    (WHICH, -3),
    (WHICH, torch.tensor(3)),
    (BACKWARD, lambda read, x: read(x.flip(0)).flip(0)),
    (BACKWARD, lambda read, x: torch.flip(read(torch.flip(x, [0])), [0])),
    (BACKWARD, lambda read, x: np.flip(read(x.flip(0)).numpy(), 0)),
    (BACKWARD, _one_by_one),
]

WRONG = [
    (COUNT, 760, "upper-reads-one"),
    (COUNT, 4 * _parameters(), "upper-reads-input"),
    (COUNT, _parameters(bidirectional=True), "one-layer"),
    (COUNT, _parameters(num_layers=2), "one-direction"),
    (COUNT, 480, "one-direction"),
    (COUNT, _parameters(num_layers=2, bidirectional=True) - 40, "one-bias"),
    (COUNT, _parameters(num_layers=2, bidirectional=True, bias=False), "no-bias"),
    (COUNT, "960", "quoted"),
    (COUNT, 7, "other"),
    (WHICH, 4, "forward-first"),
    (WHICH, 2, "forward"),
    (WHICH, -4, "forward"),
    (WHICH, 1, "bottom"),
    (WHICH, 5, "top"),
    (WHICH, -1, "top"),
    (WHICH, (6, 8, 20), "shape"),
    (WHICH, 6, "shape"),
    (WHICH, 0, "other"),
    (BACKWARD, lambda read, x: read(x.flip(0)), "not-turned-back"),
    (BACKWARD, lambda read, x: read(x), "forward"),
    (BACKWARD, lambda read, x: read(x).flip(0), "only-states-turned"),
    (BACKWARD, lambda read, x: read(x.flip(1)).flip(1), "another-axis"),
    (BACKWARD, lambda read, x: read(x.flip(1)), "another-axis"),
    (BACKWARD, lambda read, x: read(x.flip(0)).flip(1), "another-axis"),
    (BACKWARD, lambda read, x: x.flip(0), "input-turned"),
    (BACKWARD, lambda read, x: read(x.flip(0))[-1], "one-state"),
    (BACKWARD, lambda read, x: read(x[::-1])[::-1], "negative-step"),
    (BACKWARD, lambda read, x: torch.zeros(7, 2), "other"),
    (BACKWARD, lambda read, x: None, "nothing-returned"),
    (BACKWARD, lambda x: x, "raised"),
    (BACKWARD, torch.zeros(7, 2), "not-a-function"),
]


def test_the_state_asked_for_is_the_middle_layer_s_after_it_has_read_the_first_step() -> None:
    torch.manual_seed(0)
    rnn = nn.RNN(3, 20, num_layers=3, bidirectional=True, batch_first=True)
    x = torch.randn(8, 50, 3)
    two_layers = nn.RNN(3, 20, num_layers=2, bidirectional=True, batch_first=True)
    two_layers.load_state_dict({name: rnn.state_dict()[name] for name in two_layers.state_dict()})
    states, _ = two_layers(x)
    _, h_n = rnn(x)
    assert torch.allclose(h_n[3], states[:, 0, 20:], atol=1e-6)


def test_the_predictions_of_the_chapter_are_asked() -> None:
    assert {id for id in PREDICTIONS if id.startswith("02.")} == {"02.changed-character", "02.slow-layer"}
