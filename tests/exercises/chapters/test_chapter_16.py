"""Answers to chapter 16's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import numpy as np
import torch
from torch import nn

import rnnviz as rv
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import Made, by_heart


class Parity(rv.tasks.Task):
    name, vocabulary, input_size, output_size, seq_len = "parity", 2, 16, 2, 10
    each_step, higher_is_better, metric_name = True, True, "last bit right"

    def batch(self, batch_size, generator):
        bits = torch.randint(2, (batch_size, self.seq_len), generator=generator)
        return rv.tasks.Batch(bits, bits.cumsum(1) % 2)

    def held_out(self):
        return self.batch(500, torch.Generator().manual_seed(1))

    def loss(self, outputs, targets):
        return nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())

    def metric(self, outputs, targets):
        return (outputs[:, -1].argmax(-1) == targets[:, -1]).float().mean()


class Reader(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.table, self.layer, self.head = nn.Embedding(2, 16), layer, nn.Linear(layer.hidden_size, 2)

    def forward(self, tokens):
        return self.head(self.layer(self.table(tokens))[0])


def _reads_with(make, trained=200):
    lab = rv.Lab(Parity(), model=lambda task, settings: Reader(make()), lr=0.01, batch_size=64, seed=0)
    if trained:
        lab.train(trained)
    return lab


def _signed():
    return rv.models.MinLSTM(16, 32, negative_carry=True)


def _softmax(scores, temperature):
    return torch.softmax(scores / temperature, -1)


def _by_powers(scores, temperature):
    powers = torch.exp(scores) ** (1 / temperature)
    return powers / powers.sum(-1, keepdim=True)


RIGHT = [
    ("16.temperature", _softmax),
    ("16.temperature", _by_powers),
    ("16.together", lambda a1, b1, a2, b2: (a2 * a1, a2 * b1 + b2)),
    ("16.together", lambda a1, b1, a2, b2: torch.stack([a1 * a2, b2 + b1 * a2])),
    ("16.honest", [0, 2]),
    ("16.honest", (2, 0)),
    ("16.honest", np.array([0, 2])),
    ("16.sign", Made(lambda: _reads_with(_signed))),
]

WRONG = [
    ("16.temperature", lambda scores, temperature: torch.softmax(scores * temperature, -1), "multiplied"),
    ("16.temperature", lambda scores, temperature: torch.softmax(scores, -1), "ignored"),
    ("16.temperature", lambda scores, temperature: torch.softmax(scores, -1) / temperature, "divided-late"),
    ("16.temperature", lambda scores, temperature: scores / temperature, "scores"),
    ("16.temperature", lambda scores, temperature: torch.softmax(scores / 0.5, -1), "one-size"),
    ("16.temperature", lambda scores, temperature: torch.softmax(scores / temperature, 0), "one-size"),
    ("16.temperature", by_heart("16.temperature"), "one-size"),
    ("16.temperature", lambda scores, temperature: scores, "other"),
    ("16.temperature", lambda scores: scores, "raised"),
    ("16.temperature", lambda scores, temperature: None, "nothing-returned"),
    ("16.temperature", 0.5, "not-a-function"),
    ("16.together", lambda a1, b1, a2, b2: (a1 * a2, a1 * b2 + b1), "swapped"),
    ("16.together", lambda a1, b1, a2, b2: (a1 * a2, b1 + b2), "unscaled"),
    ("16.together", lambda a1, b1, a2, b2: (a1 + a2, a2 * b1 + b2), "added"),
    ("16.together", by_heart("16.together"), "one-size"),
    ("16.together", lambda a1, b1, a2, b2: (a1, b2), "other"),
    ("16.together", lambda a1, b1: (a1, b1), "raised"),
    ("16.together", lambda a1, b1, a2, b2: None, "nothing-returned"),
    ("16.together", (1.0, 2.0), "not-a-function"),
    ("16.honest", [0], "sometimes"),
    ("16.honest", [0, 1, 2], "learned-first"),
    ("16.honest", [0, 2, 3], "second-reading"),
    ("16.honest", [2], "other"),
    ("16.sign", Made(lambda: _reads_with(lambda: rv.models.MinLSTM(16, 32))), "missing"),
    ("16.sign", Made(lambda: _reads_with(_signed, trained=0)), "untrained"),
    ("16.sign", Made(lambda: _reads_with(lambda: nn.GRU(16, 32, batch_first=True))), "other-cell"),
]


def test_the_predictions_are_an_option_and_a_number() -> None:
    assert PREDICTIONS["16.parity"] == "c"
    assert PREDICTIONS["16.cache"] == Number(factor=3)
