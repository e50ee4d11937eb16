"""Answers to chapter 06's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import numpy as np
import pytest
import torch

from rnnviz.exercises import judge
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import by_heart


def _clip(gradient, max_norm):
    return gradient * min(1.0, max_norm / gradient.norm())


def _torchs_clip(gradient, max_norm):
    weight = torch.nn.Parameter(torch.zeros_like(gradient))
    weight.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_([weight], float(max_norm))
    return weight.grad


def _branching(gradient, max_norm):
    norm = np.sqrt(sum(float(number) ** 2 for number in gradient))
    return [float(number) * float(max_norm) / norm for number in gradient] if norm > max_norm else gradient


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


def _rates(epochs):
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=0.02)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.1)
    for _ in range(epochs):
        optimizer.step()
        scheduler.step()
    return scheduler.get_last_lr()[0]


def _gate():
    lstm = torch.nn.LSTM(2, 3)
    for name, parameter in lstm.named_parameters():
        if "bias" in name:
            parameter.data.zero_()
            parameter.data.chunk(4)[1].fill_(1.0)
    return torch.sigmoid((lstm.bias_ih_l0 + lstm.bias_hh_l0)[3])


def _valid(losses, lengths):
    return torch.arange(losses.size(1)) < lengths[:, None]


def _means(losses, lengths):
    return (losses * _valid(losses, lengths)).sum(1) / lengths


RIGHT = [
    ("06.clip", _clip),
    ("06.clip", _torchs_clip),
    ("06.clip", _branching),
    ("06.step-rate", 0.0002),
    ("06.step-rate", 0.02 * 0.1**2),
    ("06.step-rate", _rates(12)),
    ("06.last-valid", lambda states, lengths: states[torch.arange(len(states)), lengths - 1]),
    ("06.last-valid", _gathered),
    ("06.last-valid", _packed),
    ("06.last-valid", lambda states, lengths: [s[n - 1] for s, n in zip(states.tolist(), lengths, strict=True)]),
    ("06.forget-gate", 0.88),
    ("06.forget-gate", _gate()),
    ("06.valid-mean", lambda losses, lengths: losses[_valid(losses, lengths)].mean()),
    ("06.valid-mean", lambda losses, lengths: (losses * _valid(losses, lengths)).sum() / lengths.sum()),
    (
        "06.valid-mean",
        lambda losses, lengths: torch.cat([row[:n] for row, n in zip(losses, lengths, strict=True)]).mean(),
    ),
]

WRONG = [
    ("06.clip", lambda gradient, max_norm: gradient * max_norm / gradient.norm(), "always"),
    ("06.clip", lambda gradient, max_norm: gradient.clamp(-max_norm, max_norm), "by-value"),
    ("06.clip", lambda gradient, max_norm: gradient * max(1, max_norm / gradient.norm()), "max"),
    ("06.clip", lambda g, max_norm: g / g.norm() if g.norm() > max_norm else g, "length-one"),
    ("06.clip", lambda gradient, max_norm: gradient, "unclipped"),
    ("06.clip", lambda g, max_norm: g * min(1, max_norm / g.abs().max()), "by-largest"),
    ("06.clip", lambda gradient, max_norm: gradient * min(1, 2.0 / gradient.norm()), "one-size"),
    ("06.clip", lambda gradient, max_norm: gradient * min(1, max_norm / gradient[:8].norm()), "one-size"),
    ("06.clip", lambda g, max_norm: g * max_norm / g.norm() if g.norm() > 2.0 else g, "one-size"),
    ("06.clip", lambda g, max_norm: g * min(1, max_norm / (g.view(8).square().sum().sqrt())), "one-size"),
    ("06.clip", lambda gradient, max_norm: gradient / 2, "other"),
    ("06.clip", lambda gradient, max_norm: None, "nothing-returned"),
    ("06.clip", lambda gradient: gradient, "raised"),
    ("06.clip", 2.0, "not-a-function"),
    ("06.step-rate", 0.002, "one-fall"),
    ("06.step-rate", _rates(15), "three-falls"),
    ("06.step-rate", 0.02 * 0.1**12, "each-epoch"),
    ("06.step-rate", 0.02 * 0.1 ** (12 / 5), "no-rounding"),
    ("06.step-rate", 0.01, "factor"),
    ("06.step-rate", 0.02 - 2 * 0.1, "subtracted"),
    ("06.step-rate", 0.02, "other"),
    ("06.step-rate", "0.0002", "quoted"),
    ("06.last-valid", lambda states, lengths: states[:, -1], "last-of-all"),
    ("06.last-valid", lambda states, lengths: states[torch.arange(len(states)), lengths], "one-too-far"),
    ("06.last-valid", lambda states, lengths: states[:, lengths - 1], "every-row"),
    ("06.last-valid", lambda s, n: s.gather(1, (n - 1)[:, None, None].expand(-1, 1, 3)), "time-kept"),
    ("06.last-valid", lambda states, lengths: states.mean(1), "mean"),
    ("06.last-valid", lambda s, n: torch.stack([a[:k].mean(0) for a, k in zip(s, n, strict=True)]), "mean"),
    ("06.last-valid", lambda states, lengths: states[torch.arange(len(states)), -lengths], "minus-length"),
    ("06.last-valid", lambda states, lengths: states[lengths - 1], "sequence-axis"),
    ("06.last-valid", lambda states, lengths: states[torch.arange(4), lengths - 1], "one-size"),
    ("06.last-valid", lambda states, lengths: states[torch.arange(len(states)), lengths - 1, :3], "one-size"),
    ("06.last-valid", lambda states, lengths: states[:, :5][torch.arange(len(states)), lengths - 1], "one-size"),
    ("06.last-valid", lambda s, n: s[torch.arange(len(s)), (n - 1).clamp(max=s.size(1) - 2)], "one-size"),
    ("06.last-valid", lambda s, n: s[torch.arange(len(s)), torch.tensor([2, 5, 1, 4])[: len(s)] - 1], "one-size"),
    ("06.last-valid", by_heart("06.last-valid"), "one-size"),
    ("06.last-valid", lambda states, lengths: states[0], "other"),
    ("06.last-valid", lambda states, lengths: states @ lengths, "raised"),
    ("06.last-valid", torch.zeros(4, 3), "not-a-function"),
    ("06.forget-gate", 0.73, "one-bias"),
    ("06.forget-gate", 2, "bias"),
    ("06.forget-gate", 1.0, "one"),
    ("06.forget-gate", 0.5, "half"),
    ("06.forget-gate", np.tanh(2), "tanh"),
    ("06.forget-gate", 0.3, "other"),
    ("06.forget-gate", "0.88", "quoted"),
    ("06.valid-mean", lambda losses, lengths: losses.mean(), "all-steps"),
    ("06.valid-mean", lambda losses, lengths: (losses * _valid(losses, lengths)).mean(), "padding-counted"),
    ("06.valid-mean", lambda losses, lengths: _means(losses, lengths).mean(), "mean-of-means"),
    ("06.valid-mean", lambda losses, lengths: losses[_valid(losses, lengths)].sum(), "sum"),
    ("06.valid-mean", lambda losses, lengths: losses[_valid(losses, lengths + 1)].mean(), "one-too-many"),
    ("06.valid-mean", lambda losses, lengths: _means(losses, lengths), "one-each"),
    ("06.valid-mean", lambda losses, lengths: losses[torch.arange(losses.size(1)) < lengths].mean(), "mask-axis"),
    ("06.valid-mean", lambda losses, lengths: losses[torch.arange(6) < lengths[:, None]].mean(), "one-size"),
    ("06.valid-mean", lambda losses, lengths: losses[losses < 2].mean(), "one-size"),
    ("06.valid-mean", lambda losses, lengths: (losses * _valid(losses, lengths)).sum() / 12, "one-size"),
    ("06.valid-mean", lambda losses, lengths: losses[:4][_valid(losses, lengths)[:4]].mean(), "one-size"),
    ("06.valid-mean", by_heart("06.valid-mean"), "one-size"),
    ("06.valid-mean", lambda losses, lengths: losses.max(), "other"),
    ("06.valid-mean", lambda losses: losses, "raised"),
    ("06.valid-mean", lambda losses, lengths: None, "nothing-returned"),
    ("06.valid-mean", 1.0, "not-a-function"),
]


def _four_sequences(states, lengths):
    return states[torch.arange(4), lengths - 1]


def _eight_numbers(gradient, max_norm):
    return gradient * min(1, max_norm / gradient.view(8).norm())


@pytest.mark.parametrize(("id", "answer"), [("06.last-valid", _four_sequences), ("06.clip", _eight_numbers)])
def test_where_it_stops_on_another_size_the_learners_line_is_shown(id: str, answer: object) -> None:
    verdict = judge(id, answer)
    assert verdict.hint == "one-size"
    assert f", in {answer.__name__}\n" in verdict.trace


@pytest.mark.parametrize("id", ["06.clip", "06.last-valid"])
def test_a_function_that_gives_the_dots_back_is_no_answer(id: str) -> None:
    assert judge(id, lambda *arguments: ...).hint == "unanswered"


def test_each_prediction_has_an_answer_among_its_options() -> None:
    assert {id: letter for id, letter in PREDICTIONS.items() if id.startswith("06.")} == {
        "06.clipped": "c",
        "06.padded": "c",
    }
