"""Answers to chapter 04's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import torch
from torch import nn

import rnnviz as rv
from rnnviz.exercises.chapters.catalog import EXERCISES, PREDICTIONS
from tests.exercises.answered import Made


def _parts(x_t, h, W_x, W_h, b):
    """Return r, z, the candidate's share of the input, and its recurrent matrix."""
    (x_r, x_z, x_n), (U_r, U_z, U_n) = (W_x @ x_t + b).chunk(3), W_h.chunk(3)
    return torch.sigmoid(x_r + U_r @ h), torch.sigmoid(x_z + U_z @ h), x_n, U_n


def _right(x_t, h, W_x, W_h, b):
    r, z, x_n, U_n = _parts(x_t, h, W_x, W_h, b)
    return (1 - z) * h + z * torch.tanh(x_n + U_n @ (r * h))


def _torchs_cell(x_t, h, W_x, W_h, b):
    """torch's own cell with these weights: r after the product, and z keeps."""
    cell = nn.GRUCell(len(x_t), len(h)).double()
    for weight, value in zip(cell.parameters(), (W_x, W_h, b, 0 * b), strict=True):
        weight.data = value.clone()
    return cell(x_t[None], h[None])[0]


def _with(step):
    """Return a step that differs from the right one as ``step`` says, from r, z, the candidate's parts and h."""
    return lambda x_t, h, W_x, W_h, b: step(*_parts(x_t, h, W_x, W_h, b), h)


def _mixed(n, z, h):
    return (1 - z) * h + z * n


def _another_order(x_t, h, W_x, W_h, b):
    exchanged = [torch.cat([z, r, n]) for r, z, n in (one.chunk(3) for one in (W_x, W_h, b))]
    return _right(x_t, h, *exchanged)


def _two_blocks(x_t, h, W_x, W_h, b):
    r, z, n = (W_x @ x_t + b).chunk(2)
    return r + z + n


def _five_units(x_t, h, W_x, W_h, b):
    x_r, x_z, x_n = (W_x @ x_t + b).split([5, 5, len(b) - 10])
    U_r, U_z, U_n = W_h.split([5, 5, len(b) - 10])
    r, z = torch.sigmoid(x_r + U_r @ h), torch.sigmoid(x_z + U_z @ h)
    return (1 - z) * h + z * torch.tanh(x_n + U_n @ (r * h))


def _learnt_by_heart():
    """Return a function that gives back the first result it should give, whatever it is asked."""
    return lambda x_t, h, W_x, W_h, b: torch.as_tensor(EXERCISES["04.first-form"].answer)


def _lab(**settings):
    return rv.Lab("temporal-order", **{"cell": "gru", "hidden_size": 8, "seq_len": 100, "seed": 0} | settings)


def _trained():
    lab = _lab(forget_bias=2.0)
    lab.train(steps=1)
    return lab


RIGHT = [
    ("04.backward-half", 1),
    ("04.halfway", 50),
    ("04.halfway", 58),
    ("04.halfway", torch.tensor(44)),
    ("04.open-path", Made(lambda: _lab(forget_bias=5.0))),
    ("04.open-path", Made(lambda: _lab(forget_bias=6.0, hidden_size=16, seed=1))),
    ("04.first-form", _right),
]

WRONG = [
    ("04.backward-half", 50, "all-of-them"),
    ("04.backward-half", 0, "none"),
    ("04.backward-half", 49, "all-but-it"),
    ("04.backward-half", 25, "half"),
    ("04.backward-half", 10, "other"),
    ("04.halfway", 98, "half-the-number"),
    ("04.halfway", 1, "all-the-way"),
    ("04.halfway", -5, "the-powers"),
    ("04.halfway", 30, "other"),
    ("04.open-path", Made(lambda: _lab(cell="lstm", forget_bias=5.0)), "missing"),
    ("04.open-path", Made(lambda: _lab(seq_len=50, forget_bias=2.0)), "shorter"),
    ("04.open-path", Made(_trained), "trained"),
    ("04.open-path", Made(lambda: _lab(forget_bias=-2.0)), "half-open"),
    ("04.first-form", _torchs_cell, "torchs-step"),
    (
        "04.first-form",
        _with(lambda r, z, x, U, h: _mixed(torch.tanh(x + U @ (r * h)), 1 - z, h)),
        "keeps-the-other-way",
    ),
    ("04.first-form", _with(lambda r, z, x, U, h: _mixed(torch.tanh(x + r * (U @ h)), z, h)), "reset-after"),
    ("04.first-form", _with(lambda r, z, x, U, h: _mixed(torch.tanh(x + U @ h), z, h)), "no-reset"),
    ("04.first-form", _with(lambda r, z, x, U, h: _mixed(torch.tanh(r * (x + U @ h)), z, h)), "input-reset"),
    ("04.first-form", _with(lambda r, z, x, U, h: torch.tanh(x + U @ (r * h))), "candidate-only"),
    ("04.first-form", _with(lambda r, z, x, U, h: h + z * torch.tanh(x + U @ (r * h))), "keeps-all"),
    ("04.first-form", _with(lambda r, z, x, U, h: _mixed(torch.sigmoid(x + U @ (r * h)), z, h)), "candidate-sigmoid"),
    ("04.first-form", _five_units, "one-size"),
    ("04.first-form", _learnt_by_heart(), "one-size"),
    ("04.first-form", _another_order, "another-order"),
    ("04.first-form", _two_blocks, "blocks"),
    ("04.first-form", lambda x_t, h, W_x, W_h, b: _right(h, x_t, W_x, W_h, b), "blocks"),
    ("04.first-form", lambda x_t, h, W_x, W_h, b: h, "other"),
    ("04.first-form", lambda x_t, h, W_x, W_h, b: None, "nothing-returned"),
    ("04.first-form", lambda x_t: x_t, "raised"),
    ("04.first-form", torch.zeros(5), "not-a-function"),
]


def test_with_the_reset_gate_open_and_z_turned_the_first_form_is_torchs_cell() -> None:
    inputs = [torch.randn(*shape, dtype=torch.float64) for shape in ((3,), (5,), (15, 3), (15, 5), (15,))]
    inputs[4][:5] = 50.0
    turned = [torch.cat([r, -z, n]) for r, z, n in (one.chunk(3) for one in inputs[2:])]
    assert torch.allclose(_right(*inputs), _torchs_cell(*inputs[:2], *turned))


def test_the_prediction_is_that_both_gradients_are_about_as_small() -> None:
    assert PREDICTIONS["04.gradient"] == "b"
