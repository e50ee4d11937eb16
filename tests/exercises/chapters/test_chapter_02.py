"""Answers to chapter 02's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import numpy as np
import torch
from torch import nn

import rnnviz
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from rnnviz.lab import Lab
from tests.exercises.answered import Made

WHICH, BACKWARD, HEARD, BOTH = "02.which-state", "02.right-to-left", "02.heard-backwards", "02.both-ways"


def tagging(steps, both=True, units=16):
    """Return a lab of Python source after some training."""

    def make():
        lab = Lab("python-tokens", cell="rnn", hidden_size=units, bidirectional=both, lr=0.01, seed=0)
        if steps:
            lab.train(steps)
        return lab

    return Made(make)


def _one_by_one(read, x):
    """Read what is left of x, beginning with the last step, and keep where the reader stands at each step."""
    return torch.stack([read(x[t:].flip(0))[-1] for t in range(len(x))])


RIGHT = [
    (WHICH, 3),
    (WHICH, -3),
    (WHICH, torch.tensor(3)),
    (BACKWARD, lambda read, x: read(x.flip(0)).flip(0)),
    (BACKWARD, lambda read, x: torch.flip(read(torch.flip(x, [0])), [0])),
    (BACKWARD, lambda read, x: np.flip(read(x.flip(0)).numpy(), 0)),
    (BACKWARD, _one_by_one),
    (HEARD, 0),
    (HEARD, torch.tensor(0)),
    (BOTH, tagging(300)),
]

WRONG = [
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
    (HEARD, 79, "forward"),
    (HEARD, 80, "counted-from-one"),
    (HEARD, 40, "middle"),
    (HEARD, 20, "other"),
    (BOTH, tagging(0), "missing"),
    (BOTH, tagging(0, both=False), "one-way"),
    (BOTH, tagging(301, units=2), "too-long"),
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
    assert {id for id in PREDICTIONS if id.startswith("02.")} == {"02.changed-character", "02.how-slow"}


def test_the_backward_state_is_heard_most_at_the_first_step_and_the_forward_one_at_the_last() -> None:
    torch.manual_seed(0)
    rnn = nn.RNN(3, 20, bidirectional=True, batch_first=True)
    x = torch.randn(8, 80, 3)
    heard = rnnviz.trace(rnn, x, loss=lambda output: torch.cat([*output[1]], dim=-1).sum()).layers["rnn"].grad_hidden[0]
    norms = np.linalg.norm(heard, axis=(1, 3))  # axes (direction, step)
    assert norms.argmax(axis=1).tolist() == [79, 0]
