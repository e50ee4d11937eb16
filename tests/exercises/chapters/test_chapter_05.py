"""Answers to chapter 05's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import torch
from torch import nn

import rnnviz as rv
from rnnviz.exercises import judge
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import Made, by_heart


def _joined(out, units):
    return torch.cat([out[:, -1, :units], out[:, 0, units:]], dim=-1)


def _in_pieces(layer, x, length):
    states, pieces = None, []
    for piece in x.split(length, dim=1):
        out, states = layer(piece, states)
        pieces.append(out)
    return torch.cat(pieces, dim=1)


def _cut(pieces):
    """Return a reader that hands the states over as it should, of the pieces that a function of x and length gives."""

    def read(layer, x, length):
        states, parts = None, []
        for piece in pieces(x, length):
            out, states = layer(piece, states)
            parts.append(out)
        return torch.cat(parts, dim=1)

    return read


_in_even_pieces = _cut(lambda x, length: x.chunk(-(-x.size(1) // length), 1))


def _states_of(batch, units, kind=torch.float64):
    """Return a reader that begins with zeros of its own, for so many sequences and units."""

    def read(layer, x, length):
        states, parts = (torch.zeros(1, batch, units, dtype=kind),) * 2, []
        for piece in x.split(length, dim=1):
            out, states = layer(piece, states)
            parts.append(out)
        return torch.cat(parts, dim=1)

    return read


def _reach(trained=0, **settings):
    lab = rv.Lab("adding", cell="rnn", hidden_size=32, seed=0, **settings)
    if trained:
        lab.train(trained)
    return lab


RIGHT = [
    ("05.which-line", "B"),
    ("05.which-line", " b "),
    ("05.out-of-reach", Made(lambda: _reach(seq_len=60))),
    ("05.last-states", _joined),
    ("05.last-states", lambda out, units: torch.hstack([out[:, -1, :units], out[:, 0, units:]])),
    ("05.last-states", lambda out, units: _joined(out, units).tolist()),
    ("05.in-pieces", _in_pieces),
    ("05.in-pieces", lambda layer, x, length: _in_pieces(layer, x, 1)),
    ("05.in-pieces", lambda layer, x, length: _in_pieces(layer, x, max(1, length - 1))),
    ("05.in-pieces", _in_even_pieces),
]

WRONG = [
    ("05.which-line", "A", "last-only"),
    ("05.which-line", "C", "lower-layer"),
    ("05.which-line", "tagger", "other"),
    ("05.out-of-reach", Made(lambda: _reach(seq_len=40, init="orthogonal")), "missing"),
    ("05.out-of-reach", Made(lambda: _reach(seq_len=60, trained=1)), "trained"),
    ("05.out-of-reach", Made(lambda: _reach(seq_len=10)), "too-short"),
    ("05.last-states", lambda out, units: out[:, -1], "last-step"),
    ("05.last-states", lambda out, units: out[:, 0], "first-step"),
    ("05.last-states", lambda out, units: torch.cat([out[:, 0, :units], out[:, -1, units:]], 1), "ends-exchanged"),
    ("05.last-states", lambda out, units: torch.cat([out[:, 0, units:], out[:, -1, :units]], 1), "swapped"),
    ("05.last-states", lambda out, units: out[:, -1, :units], "one-direction"),
    ("05.last-states", lambda out, units: out[:, 0, units:], "one-direction"),
    ("05.last-states", lambda out, units: (out[:, -1, :units], out[:, 0, units:]), "not-joined"),
    ("05.last-states", lambda out, units: torch.stack([out[:, -1, :units], out[:, 0, units:]], 1), "not-joined"),
    ("05.last-states", lambda out, units: torch.cat([out[:, -1, :units], out[:, 0, units:]]), "joined-along-batch"),
    ("05.last-states", lambda out, units: out[-1], "time-first"),
    ("05.last-states", lambda out, units: torch.cat([out[-1, :, :units], out[0, :, units:]], 1), "time-first"),
    ("05.last-states", lambda out, units: _joined(out, 5), "one-size"),
    ("05.last-states", lambda out, units: torch.cat([out[:, 5, :units], out[:, 0, units:]], 1), "one-size"),
    ("05.last-states", lambda out, units: torch.cat([out[:, -1, :units], out[:, -6, units:]], 1), "one-size"),
    ("05.last-states", lambda out, units: torch.stack([_joined(out, units)[n] for n in range(4)]), "one-size"),
    ("05.last-states", by_heart("05.last-states"), "one-size"),
    ("05.last-states", lambda out, units: out.mean(1), "other"),
    ("05.last-states", lambda out, units: None, "nothing-returned"),
    ("05.last-states", lambda out: out, "raised"),
    ("05.last-states", torch.zeros(4, 10), "not-a-function"),
    ("05.in-pieces", lambda layer, x, length: torch.cat([layer(one)[0] for one in x.split(length, 1)], 1), "afresh"),
    ("05.in-pieces", lambda layer, x, length: layer(x)[0], "whole"),
    ("05.in-pieces", _cut(lambda x, length: x.chunk(length, 1)), "whole"),
    ("05.in-pieces", _cut(lambda x, length: x.chunk(4, 1)), "one-size"),
    ("05.in-pieces", lambda layer, x, length: _in_pieces(layer, x, 3), "one-size"),
    ("05.in-pieces", lambda layer, x, length: _in_pieces(layer, x, 2), "one-size"),
    ("05.in-pieces", _cut(lambda x, length: [*x[:, :9].split(length, 1), x[:, 9:]]), "one-size"),
    ("05.in-pieces", _states_of(2, 5), "one-size"),
    ("05.in-pieces", _states_of(3, 6), "raised"),
    ("05.in-pieces", _states_of(2, 5, torch.float32), "raised"),
    ("05.in-pieces", by_heart("05.in-pieces"), "one-size"),
    ("05.in-pieces", lambda layer, x, length: _in_pieces(layer, x[:, :9], length), "rest-dropped"),
    ("05.in-pieces", lambda layer, x, length: _in_pieces(layer, x, length)[:, -1:], "last-piece"),
    ("05.in-pieces", lambda layer, x, length: [layer(one)[0] for one in x.split(length, 1)], "not-joined"),
    ("05.in-pieces", lambda layer, x, length: torch.cat([layer(one)[0] for one in x.split(length, 1)]), "batch-axis"),
    ("05.in-pieces", lambda layer, x, length: layer(x[:1, :3], layer(x[:1, :3])[1][0])[0], "one-state"),
    ("05.in-pieces", lambda layer, x, length: x.mean(), "other"),
    ("05.in-pieces", lambda layer: layer, "raised"),
    ("05.in-pieces", lambda layer, x, length: None, "nothing-returned"),
    ("05.in-pieces", torch.zeros(2, 7, 4), "not-a-function"),
]


def test_a_function_that_still_returns_the_dots_is_unanswered_too() -> None:
    assert judge("05.last-states", lambda one, other: ...).hint == "unanswered"


def test_a_bidirectional_layers_last_states_are_those_of_the_answer() -> None:
    out, h_n = nn.GRU(3, 5, batch_first=True, bidirectional=True)(torch.rand(4, 6, 3))
    torch.testing.assert_close(_joined(out, 5), torch.cat([h_n[0], h_n[1]], -1))


def test_reading_in_pieces_is_reading_in_one_go_for_an_lstm_too() -> None:
    layer, x = nn.LSTM(4, 5, batch_first=True), torch.rand(2, 7, 4)
    torch.testing.assert_close(_in_pieces(layer, x, 3), layer(x)[0])


def test_the_predictions_are_a_share_and_strings() -> None:
    assert (PREDICTIONS["05.over-forty"], PREDICTIONS["05.from-the-right"]) == (Number(within=0.2), "b")
