"""Answers to chapter 14's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import statistics

import torch

import rnnviz as rv
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from tests.exercises.answered import Made, by_heart


def _timer(before=True, after=True, warm=2, of=statistics.median):
    def seconds(work, clock, wait):
        for _ in range(warm):
            work()
        times = []
        for _ in range(7):
            if before:
                wait()
            start = clock()
            work()
            if after:
                wait()
            times.append(clock() - start)
        return of(times)

    return seconds


def _ranked(weight, share):
    places = weight.abs().flatten().argsort()[: round(share * weight.numel())]
    mask = torch.ones(weight.numel(), dtype=torch.bool)
    mask[places] = False
    return mask.reshape(weight.shape)


def _threshold(weight, share):
    sizes = weight.abs().flatten().sort().values
    return weight.abs() >= sizes[round(share * weight.numel())]


def _sunspots(units, trained=120):
    lab = rv.Lab("sunspots", cell="gru", hidden_size=units, lr=0.01, seed=0)
    if trained:
        lab.train(trained)
    return lab


RIGHT = [
    ("14.bytes", 264),
    ("14.bytes", 12 * 6 + 4 * 12 * 4),
    ("14.timer", _timer()),
    ("14.timer", _timer(of=lambda times: sorted(times)[3])),
    ("14.mask", _ranked),
    ("14.mask", _threshold),
    ("14.mask", lambda weight, share: _ranked(weight, share).float()),
    ("14.small", Made(lambda: _sunspots(8))),
]

WRONG = [
    ("14.bytes", 384, "as-floats"),
    ("14.bytes", 96, "a-quarter"),
    ("14.bytes", 72, "weights-only"),
    ("14.bytes", 120, "as-bytes"),
    ("14.bytes", 168, "no-scales"),
    ("14.bytes", 192, "small-biases"),
    ("14.bytes", 176, "one-scale"),
    ("14.bytes", 22, "one-row"),
    ("14.bytes", 123, "other"),
    ("14.timer", _timer(before=False, after=False), "no-wait"),
    ("14.timer", _timer(after=False), "no-wait"),
    ("14.timer", _timer(before=False), "late-wait"),
    ("14.timer", _timer(warm=0), "no-warm-up"),
    ("14.timer", _timer(of=statistics.mean), "mean"),
    ("14.timer", _timer(of=min), "minimum"),
    ("14.timer", _timer(of=sum), "total"),
    ("14.timer", _timer(of=list), "all-times"),
    ("14.timer", lambda work, clock, wait: 13.0, "one-size"),
    ("14.timer", lambda work, clock, wait: 1.0, "other"),
    ("14.timer", lambda work: 1.0, "raised"),
    ("14.timer", lambda work, clock, wait: None, "nothing-returned"),
    ("14.timer", 13.0, "not-a-function"),
    ("14.mask", by_heart("14.mask"), "one-size"),
    ("14.mask", lambda w, share: ~_ranked(w, share), "upside-down"),
    ("14.mask", lambda w, share: w >= w.flatten().sort().values[round(share * w.numel())], "signed"),
    ("14.mask", lambda w, share: torch.stack([_ranked(row, share) for row in w]), "by-row"),
    ("14.mask", lambda w, share: _ranked(1 / w, share), "largest"),
    ("14.mask", lambda w, share: _ranked(w, 1 - share), "kept-share"),
    ("14.mask", lambda w, share: w * _ranked(w, share), "weights"),
    ("14.mask", lambda w, share: w > 0, "other"),
    ("14.mask", lambda w: w, "raised"),
    ("14.mask", lambda w, share: None, "nothing-returned"),
    ("14.mask", torch.ones(6, 5), "not-a-function"),
    ("14.small", Made(lambda: _sunspots(6, trained=0)), "untrained"),
    ("14.small", Made(lambda: _sunspots(16, trained=0)), "large"),
    ("14.small", Made(lambda: _sunspots(3, trained=60)), "too-small"),
    ("14.small", Made(lambda: _rising()), "missing"),
]


def _rising():
    """Return a small lab that has trained too slowly to have learned: none of the named misconceptions."""
    lab = rv.Lab("sunspots", cell="gru", hidden_size=6, lr=1e-6, seed=0)
    lab.train(50)
    return lab


def test_the_number_of_twice_the_units_is_judged_by_a_factor() -> None:
    assert PREDICTIONS["14.twice"] == Number(factor=1.4)
    assert PREDICTIONS["14.file"] == Number(factor=1.2)
