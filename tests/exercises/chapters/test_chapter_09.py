"""Answers to chapter 09's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import torch

import rnnviz as rv
from tests.exercises.answered import Made


def _lab(text="", trained=0, **settings):
    lab = rv.Lab("python-lines", cell="gru", hidden_size=32, lr=0.01, batch_size=32, seed=0, **settings)
    if trained:
        lab.train(trained)
    return lab.type(text) if text else lab


def _typed():
    return _lab("for format in x:", trained=300, schedule="cosine", steps=300)


def _wanted(said, targets):
    return (said == targets) | (targets < 0)


RIGHT = [
    ("09.f1", lambda right, said, there: 2 * right / (said + there).clamp(min=1)),
    ("09.f1", lambda right, said, there: torch.nan_to_num(2 * right / (said + there))),
    ("09.whole-right", lambda said, targets: _wanted(said, targets).all(1).float().mean()),
    ("09.whole-right", lambda said, targets: sum(row.all().item() for row in _wanted(said, targets)) / len(said)),
    ("09.twins", Made(_typed)),
    ("09.spans", 2),
]

WRONG = [
    ("09.f1", lambda right, said, there: right, "other"),
    ("09.f1", lambda right, said, there: right / there.clamp(min=1), "recall"),
    ("09.f1", lambda right, said, there: right / there, "recall"),
    ("09.f1", lambda right, said, there: right / said, "precision"),
    ("09.f1", lambda right, said, there: (right / said + right / there) / 2, "mean"),
    ("09.f1", lambda right, said, there: right / (said + there - right), "overlap"),
    ("09.f1", lambda right, said, there: 2 * right / (said + there), "nothing"),
    ("09.f1", lambda right, said, there: torch.tensor([8 / 13, 3 / 8, 1.0, 0.0]), "one-size"),
    ("09.whole-right", lambda said, targets: 0.3, "other"),
    ("09.whole-right", lambda said, targets: (said == targets).all(1).float().mean(), "padding"),
    ("09.whole-right", lambda said, targets: (said == targets)[targets >= 0].float().mean(), "words"),
    ("09.whole-right", lambda said, targets: (said == targets).float().mean(), "all-places"),
    ("09.whole-right", lambda said, targets: _wanted(said, targets).all(1).sum(), "count"),
    ("09.whole-right", lambda said, targets: _wanted(said, targets).all(1).float(), "each"),
    ("09.whole-right", lambda said, targets: _wanted(said, targets).all(1).sum() / 4, "one-size"),
    ("09.twins", Made(_lab), "untyped"),
    ("09.twins", Made(lambda: _lab("for x in y:")), "no-twin"),
    ("09.twins", Made(lambda: _lab("for format in x:", bidirectional=False)), "one-way"),
    ("09.twins", Made(lambda: _lab("for format in x:")), "missing"),
    ("09.spans", 5, "other"),
    ("09.spans", 7, "words"),
    ("09.spans", 3, "touched"),
    ("09.spans", 4, "all"),
]
