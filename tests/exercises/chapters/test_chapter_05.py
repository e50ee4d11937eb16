"""Answers to chapter 05's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import pytest
import torch
from torch import nn

from rnnviz.exercises import judge
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from rnnviz.models import SequenceTagger
from tests.exercises.answered import by_heart


def _joined(out, units):
    return torch.cat([out[:, -1, :units], out[:, 0, units:]], dim=-1)


def _zeros(x, units):
    return torch.zeros(1, x.size(0), units, device=x.device, dtype=x.dtype)


def _shaped(*axes):
    """Return a function that makes zeros with axes of these sizes, on x's device."""
    return lambda x, units: torch.zeros(*axes, device=x.device, dtype=x.dtype)


def _fails_elsewhere(x, units):
    return _zeros(x, units) + torch.zeros(units) * float(x.sum())


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


def _bits(kind):
    return torch.finfo(kind).bits


def _of_kind(**kind):
    return lambda x, units: torch.zeros(1, x.size(0), units, **{"device": x.device, "dtype": x.dtype, **kind})


RIGHT = [
    ("05.tagger-parameters", 4293),
    ("05.tagger-parameters", sum(weight.numel() for weight in SequenceTagger(100, 8, 16, 5).parameters())),
    ("05.last-states", _joined),
    ("05.last-states", lambda out, units: torch.hstack([out[:, -1, :units], out[:, 0, units:]])),
    ("05.last-states", lambda out, units: _joined(out, units).tolist()),
    ("05.first-state", _zeros),
    ("05.first-state", lambda x, units: x.new_zeros(1, len(x), units)),
    ("05.first-state", lambda x, units: torch.zeros(1, x.shape[0], units).to(x)),
    ("05.in-pieces", _in_pieces),
    ("05.in-pieces", lambda layer, x, length: _in_pieces(layer, x, 1)),
    ("05.in-pieces", lambda layer, x, length: _in_pieces(layer, x, max(1, length - 1))),
    ("05.in-pieces", _in_even_pieces),
]

WRONG = [
    ("05.tagger-parameters", 2629, "one-direction"),
    ("05.tagger-parameters", 4213, "head-one-direction"),
    ("05.tagger-parameters", 3493, "no-embedding"),
    ("05.tagger-parameters", 4128, "no-head"),
    ("05.tagger-parameters", 4165, "one-bias"),
    ("05.tagger-parameters", 1797, "one-block"),
    ("05.tagger-parameters", "4293", "quoted"),
    ("05.tagger-parameters", 7, "other"),
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
    ("05.first-state", lambda x, units: (_zeros(x, units), _zeros(x, units)), "two-states"),
    ("05.first-state", _shaped(4, 1, 7), "batch-first"),
    ("05.first-state", _shaped(4, 7), "no-layer"),
    ("05.first-state", _shaped(7), "no-layer"),
    ("05.first-state", _shaped(1, 4, 3), "feature-size"),
    ("05.first-state", lambda x, units: torch.zeros_like(x), "feature-size"),
    ("05.first-state", _shaped(1, 9, 7), "time-axis"),
    ("05.first-state", lambda x, units: torch.ones_like(_zeros(x, units)), "not-zeros"),
    ("05.first-state", lambda x, units: torch.zeros(1, x.size(0), units), "device"),
    ("05.first-state", lambda x, units: torch.zeros(1, x.size(0), units, dtype=x.dtype), "device"),
    ("05.first-state", lambda x, units: torch.zeros(1, x.size(0), units, device=x.device), "dtype"),
    ("05.first-state", lambda x, units: torch.zeros(1, len(x), units, dtype=x.dtype).to("meta"), "device"),
    ("05.first-state", _of_kind(dtype=torch.float64), "dtype"),
    ("05.first-state", lambda x, units: _zeros(x, units).float(), "dtype"),
    ("05.first-state", lambda x, units: _zeros(x, units).bfloat16(), "dtype"),
    ("05.first-state", lambda x, units: _zeros(x, units).to(max(x.dtype, torch.float32, key=_bits)), "dtype"),
    ("05.first-state", _shaped(1, 4, 7), "one-size"),
    ("05.first-state", lambda x, units: _zeros(x, 7), "one-size"),
    ("05.first-state", lambda x, units: _zeros(x[:1].expand(4, -1, -1), units), "one-size"),
    ("05.first-state", _shaped(2, 4, 7), "other"),
    ("05.first-state", lambda x, units: 0, "other"),
    ("05.first-state", _fails_elsewhere, "raised"),
    ("05.first-state", lambda x: x, "raised"),
    ("05.first-state", lambda x, units: None, "nothing-returned"),
    ("05.first-state", torch.zeros(1, 4, 7), "not-a-function"),
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


@pytest.mark.parametrize("id", ["05.last-states", "05.first-state"])
def test_a_function_that_still_returns_the_dots_is_unanswered_too(id: str) -> None:
    assert judge(id, lambda one, other: ...).hint == "unanswered"


def test_a_bidirectional_layers_last_states_are_those_of_the_answer() -> None:
    out, h_n = nn.GRU(3, 5, batch_first=True, bidirectional=True)(torch.rand(4, 6, 3))
    torch.testing.assert_close(_joined(out, 5), torch.cat([h_n[0], h_n[1]], -1))


def test_reading_in_pieces_is_reading_in_one_go_for_an_lstm_too() -> None:
    layer, x = nn.LSTM(4, 5, batch_first=True), torch.rand(2, 7, 4)
    torch.testing.assert_close(_in_pieces(layer, x, 3), layer(x)[0])


def test_the_predictions_are_the_forward_half_and_strings() -> None:
    assert (PREDICTIONS["05.last-step"], PREDICTIONS["05.from-the-right"]) == ("c", "b")
