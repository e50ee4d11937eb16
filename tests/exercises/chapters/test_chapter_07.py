"""Answers to chapter 07's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import torch

import rnnviz as rv
from rnnviz.exercises import judge
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import Made, by_heart


def _gathered(states, lengths):
    return states.gather(1, (lengths - 1)[:, None, None].expand(-1, 1, states.shape[2]))[:, 0]


def _packed(states, lengths):
    """torch's own h_n of a layer that copies its input."""
    units = states.size(2)
    layer = torch.nn.RNN(units, units, batch_first=True, nonlinearity="relu").double()
    with torch.no_grad():
        for weight in layer.parameters():
            weight.zero_()
        layer.weight_ih_l0.copy_(torch.eye(units))
    pack = torch.nn.utils.rnn.pack_padded_sequence
    ends = [layer(pack(sign * states, lengths, True, enforce_sorted=False))[1][0] for sign in (1, -1)]
    return ends[0] - ends[1]


def _packed_sizes():
    ones = [torch.ones(length, 1) for length in (3, 5, 2, 6)]
    return torch.nn.utils.rnn.pack_sequence(ones, enforce_sorted=False).batch_sizes


def _start(trained=0, **settings):
    settings = {"init": "orthogonal", "seq_len": 50, **settings}
    lab = rv.Lab("temporal-order", cell="rnn", hidden_size=32, seed=0, **settings)
    if trained:
        lab.train(trained)
    return lab


def _valid(losses, lengths):
    return torch.arange(losses.size(1)) < lengths[:, None]


def _means(losses, lengths):
    return (losses * _valid(losses, lengths)).sum(1) / lengths


RIGHT = [
    ("07.last-valid", lambda states, lengths: states[torch.arange(len(states)), lengths - 1]),
    ("07.last-valid", _gathered),
    ("07.last-valid", _packed),
    ("07.last-valid", lambda states, lengths: [s[n - 1] for s, n in zip(states.tolist(), lengths, strict=True)]),
    ("07.arrives", Made(lambda: _start(rho=1.3))),
    ("07.batch-sizes", [4, 4, 3, 2, 2, 1]),
    ("07.batch-sizes", torch.tensor([4, 4, 3, 2, 2, 1])),
    ("07.batch-sizes", _packed_sizes()),
    ("07.valid-mean", lambda losses, lengths: losses[_valid(losses, lengths)].mean()),
    ("07.valid-mean", lambda losses, lengths: (losses * _valid(losses, lengths)).sum() / lengths.sum()),
    (
        "07.valid-mean",
        lambda losses, lengths: torch.cat([row[:n] for row, n in zip(losses, lengths, strict=True)]).mean(),
    ),
]

WRONG = [
    ("07.last-valid", lambda states, lengths: states[:, -1], "last-of-all"),
    ("07.last-valid", lambda states, lengths: states[torch.arange(len(states)), lengths], "one-too-far"),
    ("07.last-valid", lambda states, lengths: states[:, lengths - 1], "every-row"),
    ("07.last-valid", lambda s, n: s.gather(1, (n - 1)[:, None, None].expand(-1, 1, 3)), "time-kept"),
    ("07.last-valid", lambda states, lengths: states.mean(1), "mean"),
    ("07.last-valid", lambda s, n: torch.stack([a[:k].mean(0) for a, k in zip(s, n, strict=True)]), "mean"),
    ("07.last-valid", lambda states, lengths: states[torch.arange(len(states)), -lengths], "minus-length"),
    ("07.last-valid", lambda states, lengths: states[lengths - 1], "sequence-axis"),
    ("07.last-valid", lambda states, lengths: states[torch.arange(4), lengths - 1], "one-size"),
    ("07.last-valid", lambda states, lengths: states[torch.arange(len(states)), lengths - 1, :3], "one-size"),
    ("07.last-valid", lambda states, lengths: states[:, :5][torch.arange(len(states)), lengths - 1], "one-size"),
    ("07.last-valid", lambda s, n: s[torch.arange(len(s)), (n - 1).clamp(max=s.size(1) - 2)], "one-size"),
    ("07.last-valid", lambda s, n: s[torch.arange(len(s)), torch.tensor([2, 5, 1, 4])[: len(s)] - 1], "one-size"),
    ("07.last-valid", by_heart("07.last-valid"), "one-size"),
    ("07.last-valid", lambda states, lengths: states[0], "other"),
    ("07.last-valid", lambda states, lengths: states @ lengths, "raised"),
    ("07.last-valid", torch.zeros(4, 3), "not-a-function"),
    ("07.arrives", Made(lambda: _start(rho=1.3, init="identity")), "missing"),
    ("07.arrives", Made(lambda: _start(seq_len=20, rho=1.3)), "shortened"),
    ("07.arrives", Made(lambda: _start(trained=1)), "trained"),
    ("07.arrives", Made(lambda: _start()), "too-small"),
    ("07.batch-sizes", [3, 5, 2, 6], "lengths"),
    ("07.batch-sizes", [0, 0, 1, 2, 2, 3], "padding"),
    ("07.batch-sizes", [0, 1, 1, 0, 1, 1], "endings"),
    ("07.batch-sizes", [4] * 6, "rectangle"),
    ("07.batch-sizes", [1, 2, 2, 3, 4, 4], "backwards"),
    ("07.batch-sizes", [4, 4, 3, 2, 2], "count"),
    ("07.batch-sizes", [4, 4, 3, 3, 2, 1], "other"),
    ("07.valid-mean", lambda losses, lengths: losses.mean(), "all-steps"),
    ("07.valid-mean", lambda losses, lengths: (losses * _valid(losses, lengths)).mean(), "padding-counted"),
    ("07.valid-mean", lambda losses, lengths: _means(losses, lengths).mean(), "mean-of-means"),
    ("07.valid-mean", lambda losses, lengths: losses[_valid(losses, lengths)].sum(), "sum"),
    ("07.valid-mean", lambda losses, lengths: losses[_valid(losses, lengths + 1)].mean(), "one-too-many"),
    ("07.valid-mean", lambda losses, lengths: _means(losses, lengths), "one-each"),
    ("07.valid-mean", lambda losses, lengths: losses[torch.arange(losses.size(1)) < lengths].mean(), "mask-axis"),
    ("07.valid-mean", lambda losses, lengths: losses[torch.arange(6) < lengths[:, None]].mean(), "one-size"),
    ("07.valid-mean", lambda losses, lengths: losses[losses < 2].mean(), "one-size"),
    ("07.valid-mean", lambda losses, lengths: (losses * _valid(losses, lengths)).sum() / 12, "one-size"),
    ("07.valid-mean", lambda losses, lengths: losses[:4][_valid(losses, lengths)[:4]].mean(), "one-size"),
    ("07.valid-mean", by_heart("07.valid-mean"), "one-size"),
    ("07.valid-mean", lambda losses, lengths: losses.max(), "other"),
    ("07.valid-mean", lambda losses: losses, "raised"),
    ("07.valid-mean", lambda losses, lengths: None, "nothing-returned"),
    ("07.valid-mean", 1.0, "not-a-function"),
]


def _four_sequences(states, lengths):
    return states[torch.arange(4), lengths - 1]


def test_where_it_stops_on_another_size_the_learners_line_is_shown() -> None:
    verdict = judge("07.last-valid", _four_sequences)
    assert verdict.hint == "one-size"
    assert ", in _four_sequences\n" in verdict.trace


def test_a_function_that_gives_the_dots_back_is_no_answer() -> None:
    assert judge("07.last-valid", lambda *arguments: ...).hint == "unanswered"


def test_each_prediction_has_an_answer_among_its_options() -> None:
    assert {id: letter for id, letter in PREDICTIONS.items() if id.startswith("07.")} == {
        "07.rho-one": Number(factor=10),
        "07.padded": "c",
    }
