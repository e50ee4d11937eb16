"""Answers to chapter 08's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import torch

import rnnviz as rv
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import Made, by_heart


def _padded(rows, wide=None):
    wide = max(map(len, rows)) if wide is None else wide
    return [row[:wide] + [0] * (wide - len(row)) for row in rows]


def _lab(text, steps=150):
    lab = rv.Lab("surnames", lr=0.01, seed=0, hidden_size=48)
    if steps:
        lab.train(steps)
    return lab.type(text)


def _flipped():
    """A trained lab that reads a text whose last letter turns its verdict."""
    lab = _lab("", 300)
    for name in ("smith", "müller", "carter", "berg", "le roux", "brown", "taylor", "hughes"):
        for end in ("ová", "ć", "á", "ó", "nen", "ö"):
            text = name + end
            said = lab.model(*lab.task.encoded(text).arguments)[0].softmax(-1)[len(text) - 2 : len(text)]
            winner = int(said[1].argmax())
            if said[1, winner] > 0.82 and said[0, winner] < 0.45 and int(said[0].argmax()) != winner:
                return lab.type(text)
    raise AssertionError("no letter turns a verdict")


RIGHT = [
    ("08.encode", lambda text, vocabulary: [vocabulary.get(word, 1) for word in text.lower().split()]),
    ("08.encode", lambda t, v: torch.tensor([v[w] if w in v else v["<UNK>"] for w in t.lower().split()])),
    ("08.collate", _padded),
    (
        "08.collate",
        lambda rows: torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True),
    ),
    ("08.best-epoch", 2),
    ("08.flip", Made(_flipped)),
]

WRONG = [
    ("08.encode", lambda text, vocabulary: [vocabulary.get(word, 1) for word in text.split()], "case"),
    ("08.encode", lambda t, v: [v[word] for word in t.lower().split() if word in v], "dropped"),
    ("08.encode", lambda t, v: [v.get(word, 0) for word in t.lower().split()], "padding"),
    ("08.encode", lambda t, v: [v[word] for word in t.lower().split()], "unknown"),
    ("08.encode", lambda t, v: [v[word] for word in t.split()], "unknown-case"),
    ("08.encode", by_heart("08.encode"), "one-size"),
    ("08.encode", lambda text, vocabulary: [], "other"),
    ("08.encode", lambda text: [], "raised"),
    ("08.encode", [5, 4], "not-a-function"),
    ("08.encode", lambda text, vocabulary: None, "nothing-returned"),
    ("08.collate", lambda rows: [[0] * (4 - len(row)) + row for row in rows], "front"),
    ("08.collate", lambda rows: [row + [1] * (4 - len(row)) for row in rows], "unknown"),
    ("08.collate", lambda rows: _padded(rows, 1), "cut"),
    ("08.collate", lambda rows: torch.tensor(_padded(rows)).T, "time-first"),
    ("08.collate", lambda rows: torch.tensor(rows), "ragged"),
    ("08.collate", lambda rows: _padded(rows, 4), "one-size"),
    ("08.collate", lambda rows: 0, "other"),
    ("08.best-epoch", 8, "train"),
    ("08.best-epoch", 5, "accuracy"),
    ("08.best-epoch", 1, "position"),
    ("08.best-epoch", 3, "other"),
    ("08.flip", Made(lambda: _lab("", 0)), "nothing"),
    ("08.flip", Made(lambda: _lab("ó")), "short"),
    ("08.flip", Made(lambda: _lab("ó murchú")), "same"),
    ("08.flip", Made(lambda: _lab("mä")), "missing"),
]


def test_each_prediction_has_an_answer_among_its_options() -> None:
    assert {id: answer for id, answer in PREDICTIONS.items() if id.startswith("08.")} == {
        "08.first-letter": Number(within=7),
        "08.ngrams": "b",
    }
