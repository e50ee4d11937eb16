"""Answers to chapter 15's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

from collections import Counter

import pytest
import torch
from rouge_score.rouge_scorer import RougeScorer
from torch import nn

import rnnviz as rv
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import Made, by_heart


def _replaced(word, merges):
    text = f" {' '.join(word)} "
    for one, other in merges:
        while f" {one} {other} " in text:
            text = text.replace(f" {one} {other} ", f" {one}{other} ", 1)
    return text.split()


def _once(word, merges):
    pieces = list(word)
    for pair in merges:
        for place in range(len(pieces) - 1):
            if (pieces[place], pieces[place + 1]) == pair:
                pieces[place : place + 2] = ["".join(pair)]
                break
    return pieces


def _score(candidate, reference):
    shared = (Counter(candidate) & Counter(reference)).total()
    precision, recall = shared / len(candidate), shared / len(reference)
    return 2 * precision * recall / (precision + recall) if shared else 0


def _of(shared, candidate, reference):
    return 2 * shared / (len(candidate) + len(reference))


class Digits(rv.tasks.Task):
    """Which of ten strokes a picture of 8 rows shows: a stand-in for the scanned digits, made in a moment."""

    name, input_size, output_size, seq_len, metric_name = "digits", 8, 10, 8, "accuracy"
    higher_is_better = True

    def batch(self, size, generator):
        digits = torch.randint(10, (size,), generator=generator)
        strokes = torch.rand(10, 8, 8, generator=torch.Generator().manual_seed(0))
        return rv.tasks.Batch(strokes[digits] + 0.1 * torch.randn(size, 8, 8, generator=generator), digits)

    def held_out(self):
        return self.batch(200, torch.Generator().manual_seed(1))

    def loss(self, outputs, targets):
        return nn.functional.cross_entropy(outputs, targets)

    def metric(self, outputs, targets):
        return (outputs.argmax(1) == targets).float().mean()


def _digits(lr=1.0, steps=120, hidden_size=16, optimizer="sgd"):
    lab = rv.Lab(Digits(), cell="gru", hidden_size=hidden_size, optimizer=optimizer, lr=lr, batch_size=8, seed=0)
    if steps:
        lab.train(steps)
    return lab


_CHOSEN = ["plain", "gru", "attention", "bilstm", "lstm"]
_BY_THE_GUIDE = ["gru", "lstm", "attention", "bilstm", "bilstm"]


def _but(place, word):
    return [*_CHOSEN[:place], word, *_CHOSEN[place + 1 :]]


RIGHT = [
    ("15.merges", _replaced),
    ("15.merges", lambda word, merges: tuple(_replaced(word, merges))),
    ("15.rouge", _score),
    ("15.rouge", lambda c, r: 2 * sum(min(c.count(w), r.count(w)) for w in set(c)) / (len(c) + len(r))),
    ("15.choose", _CHOSEN),
    ("15.choose", tuple(word.upper() for word in _CHOSEN)),
    ("15.choose", _but(4, "gru")),
    ("15.lines", "dropout"),
    ("15.lines", " Dropout "),
    ("15.by-rate", Made(lambda: _digits())),
]

WRONG = [
    ("15.merges", lambda word, merges: list(word), "letters"),
    ("15.merges", _once, "first-only"),
    ("15.merges", lambda word, merges: _replaced(word, merges[::-1]), "backwards"),
    ("15.merges", lambda word, merges: [word], "joined"),
    ("15.merges", lambda word, merges: ["ban", "ana"], "one-size"),
    ("15.merges", lambda word, merges: _replaced(word, merges[:3]), "one-size"),
    ("15.merges", lambda word, merges: [word, 3], "other"),
    ("15.merges", lambda word, merges: [], "other"),
    ("15.merges", lambda word: list(word), "raised"),
    ("15.merges", lambda word, merges: None, "nothing-returned"),
    ("15.merges", ["ban", "ana"], "not-a-function"),
    ("15.rouge", lambda c, r: _of(sum(word in r for word in c), c, r), "unclipped"),
    ("15.rouge", lambda c, r: (Counter(c) & Counter(r)).total() / len(c), "precision"),
    ("15.rouge", lambda c, r: (Counter(c) & Counter(r)).total() / len(r), "recall"),
    ("15.rouge", lambda c, r: _of(len(set(c) & set(r)), c, r), "distinct"),
    ("15.rouge", lambda c, r: _of(len(set(c) & set(r)), set(c), set(r)), "distinct"),
    ("15.rouge", lambda c, r: 100 * _score(c, r), "percent"),
    ("15.rouge", lambda c, r: 2 * (Counter(c) & Counter(r)).total() / 14, "one-size"),
    ("15.rouge", by_heart("15.rouge"), "one-size"),
    ("15.rouge", lambda c, r: 1.0, "other"),
    ("15.rouge", lambda c, r: c / r, "raised"),
    ("15.rouge", lambda c, r: None, "nothing-returned"),
    ("15.rouge", 0.57, "not-a-function"),
    ("15.choose", _BY_THE_GUIDE, "guide"),
    ("15.choose", ["rnn", *_BY_THE_GUIDE[1:]], "guide"),
    ("15.choose", _but(0, "lstm"), "surnames"),
    ("15.choose", _but(1, "lstm"), "adding"),
    ("15.choose", _but(2, "gru"), "copy"),
    ("15.choose", _but(3, "lstm"), "addresses"),
    ("15.choose", _but(4, "bilstm"), "typing"),
    ("15.choose", _but(4, "attention"), "typing"),
    ("15.choose", _CHOSEN[:4], "other"),
    ("15.choose", "gru", "other"),
    ("15.choose", [1, 2, 3, 4, 5], "other"),
    ("15.lines", "layers", "layers"),
    ("15.lines", "lr", "lr"),
    ("15.lines", "hidden", "hidden"),
    ("15.lines", "the score", "other"),
    ("15.by-rate", Made(lambda: _digits(lr=0.01)), "slow"),
    ("15.by-rate", Made(lambda: _digits(lr=30.0)), "wild"),
    ("15.by-rate", Made(lambda: _digits(steps=0)), "untrained"),
    ("15.by-rate", Made(lambda: _digits(lr=0.02, optimizer="adam")), "another"),
    ("15.by-rate", Made(lambda: _digits(hidden_size=24, steps=30)), "bigger"),
    ("15.by-rate", Made(lambda: _digits(steps=301)), "longer"),
    ("15.by-rate", Made(lambda: _digits(lr=0.3, steps=20)), "missing"),
]


def test_the_scores_of_the_exercise_are_those_of_the_package_that_papers_use() -> None:
    texts = ("the storm closed the harbour", "the the harbour", "two ferries stayed out", "harbour the closed")
    scorer = RougeScorer(["rouge1"])
    for candidate in texts:
        for reference in texts:
            scored = scorer.score(reference, candidate)["rouge1"].fmeasure
            assert _score(candidate.split(), reference.split()) == pytest.approx(scored)


def test_the_predictions_are_a_number_and_an_option() -> None:
    assert PREDICTIONS["15.range"] == Number(within=12)
    assert PREDICTIONS["15.winner"] == "c"
