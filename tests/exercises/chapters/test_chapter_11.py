"""Answers to chapter 11's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import math

import torch

import rnnviz as rv
from rnnviz.exercises import judge
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import Made, by_heart


def _scores(s, h, W):
    return ((s @ W)[:, None] * h).sum(2)


def _attend(s, h, W, mask, *, axis=1, fill=-torch.inf, scores=_scores):
    weights = scores(s, h, W).masked_fill(~mask, fill).softmax(axis)
    return (weights[:, :, None] * h).sum(1)


def _with_matrices(s, h, W, mask):
    weights = torch.softmax((h @ W.T @ s[:, :, None])[:, :, 0].masked_fill(~mask, float("-inf")), 1)
    return (weights[:, None] @ h)[:, 0]


def _one_by_one(s, h, W, mask):
    """Each sequence by itself, cut to its length: what the mask stands for."""
    return torch.stack([torch.softmax(a @ W @ b[m].T, 0) @ b[m] for a, b, m in zip(s, h, mask, strict=True)])


def _masked_after(s, h, W, mask):
    return ((_scores(s, h, W).softmax(1) * mask)[:, :, None] * h).sum(1)


def _renormalised(s, h, W, mask):
    weights = _scores(s, h, W).softmax(1) * mask
    return ((weights / weights.sum(1, keepdim=True))[:, :, None] * h).sum(1)


def _lab(trained=50, lr=0.01, **task):
    lab = rv.Lab(rv.tasks.Dates(pairs=400, **task), seed=0, lr=lr, hidden_size=8)
    if trained:
        lab.train(trained)
    return lab


def _solved():
    lab = rv.Lab("dates", seed=0, lr=0.01)
    lab.train(50)
    return lab


RIGHT = [
    ("11.beam-by-hand", 0.36),
    ("11.beam-by-hand", 0.4 * 0.9),
    ("11.attend", _attend),
    ("11.attend", _with_matrices),
    ("11.attend", _one_by_one),
    ("11.attend", _renormalised),
    ("11.sooner", Made(_solved)),
    ("11.sounds", [1, 2, 5]),
    ("11.sounds", torch.tensor([1, 2, 5])),
]

WRONG = [
    ("11.beam-by-hand", 0.24, "greedy"),
    ("11.beam-by-hand", 0.9, "last-factor"),
    ("11.beam-by-hand", 0.4, "first-factor"),
    ("11.beam-by-hand", 1.3, "sum"),
    ("11.beam-by-hand", math.log(0.36), "logarithm"),
    ("11.beam-by-hand", 0.54, "best-of-each"),
    ("11.beam-by-hand", 0.18, "other"),
    ("11.attend", lambda s, h, W, mask: _attend(s, h, W, torch.ones_like(mask)), "no-mask"),
    ("11.attend", _masked_after, "masked-after"),
    ("11.attend", lambda s, h, W, mask: _attend(s, h, W, mask, fill=0.0), "masked-to-zero"),
    ("11.attend", lambda s, h, W, mask: _attend(s, h, W, ~mask), "inverted"),
    ("11.attend", lambda s, h, W, mask: _attend(s, h, W, mask, axis=0, fill=-1e30), "batch-axis"),
    (
        "11.attend",
        lambda s, h, W, mask: _attend(s, h, W, mask, scores=lambda s, h, W: (s[:, None] * h).sum(2)),
        "without-w",
    ),
    ("11.attend", lambda s, h, W, mask: _attend(s, h, W.T, mask), "turned"),
    ("11.attend", lambda s, h, W, mask: _scores(s, h, W).masked_fill(~mask, -torch.inf).softmax(1), "weights"),
    ("11.attend", lambda s, h, W, mask: _attend(s, h, W, mask)[:, None], "one-axis-more"),
    ("11.attend", lambda s, h, W, mask: (h * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True), "mean"),
    ("11.attend", lambda s, h, W, mask: s @ W @ h, "shapes"),
    ("11.attend", lambda s, h, W, mask: _attend(s, h, W, mask)[:4, :3], "one-size"),
    ("11.attend", by_heart("11.attend"), "one-size"),
    ("11.attend", lambda s, h, W, mask: h[:, 0], "other"),
    ("11.attend", lambda s, h: s, "raised"),
    ("11.attend", lambda s, h, W, mask: None, "nothing-returned"),
    ("11.attend", torch.zeros(4, 3), "not-a-function"),
    ("11.sooner", Made(lambda: _lab(trained=0)), "missing"),
    ("11.sooner", Made(lambda: _lab(trained=51)), "too-long"),
    ("11.sooner", Made(lambda: _lab(trained=3, lr=0.005)), "slow"),
    ("11.sounds", [2, 3, 6], "from-one"),
    ("11.sounds", [0, 1, 2], "in-order"),
    ("11.sounds", [0, 0, 1, 1, 1, 2], "columns"),
    ("11.sounds", [1, 2, 5, 5], "end-too"),
    ("11.sounds", [5, 2, 1], "backwards"),
    ("11.sounds", [1, 3, 5], "other"),
]


def test_a_network_without_attention_is_not_what_is_asked_for() -> None:
    lab = _lab(trained=2, attention=None)
    verdict = judge("11.sooner", lab)
    lab.close()
    assert not verdict.right
    assert "Attention is missing" in verdict.words


def test_each_prediction_has_an_answer_among_its_options() -> None:
    assert {id: letter for id, letter in PREDICTIONS.items() if id.startswith("11.")} == {
        "11.exact": Number(factor=3),
        "11.reversed": "b",
    }
