"""Answers to chapter 13's exercises: the right ones are confirmed, each typical wrong one gets its own hint."""

import itertools

import numpy as np
import torch

import rnnviz as rv
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import EXERCISES, PREDICTIONS
from tests.exercises.answered import Made, by_heart


def _mask(periods):
    return periods[:, None] <= periods[None]


def _looped(periods):
    return [[1.0 if other >= own else 0.0 for other in periods] for own in periods]


def _adding(trained=0, seq_len=100, **settings):
    """Return a lab of few units and a large step, which learns the short task in no time."""
    lab = rv.Lab("adding", **{"cell": "gru", "hidden_size": 16, "lr": 0.01, "seed": 0} | settings, seq_len=seq_len)
    if trained:
        lab.train(trained)
    return lab


def _opened():
    """Return a GRU of 100 steps whose gradient arrives and whose error has not moved: its update gates keep."""
    lab = _adding()
    update = slice(16, 32)  # torch's order is r, z, n
    with torch.no_grad():
        lab.model.recurrent.bias_ih_l0[update] = 6.0
    lab.train(1)
    return lab


RIGHT = [
    ("13.shortest-road", 11),
    ("13.shortest-road", 11.0),
    ("13.read-the-clocks", [7, 3, 12]),
    ("13.read-the-clocks", np.array([7, 3, 12])),
    ("13.clock-mask", _mask),
    ("13.clock-mask", lambda periods: _mask(periods).float()),
    ("13.clock-mask", _looped),
    ("13.before-the-score", Made(_opened)),
]

WRONG = [
    ("13.shortest-road", 12, "greedy"),
    ("13.shortest-road", 98, "one-by-one"),
    ("13.shortest-road", 99, "from-zero"),
    ("13.shortest-road", 17, "only-tens"),
    ("13.shortest-road", 10, "overshoots"),
    ("13.shortest-road", 9.8, "overshoots"),
    ("13.shortest-road", 15, "other"),
    ("13.read-the-clocks", 7, "three-numbers"),
    ("13.read-the-clocks", [7, 1, 3, 12], "three-numbers"),
    ("13.read-the-clocks", "seven", "three-numbers"),
    ("13.read-the-clocks", [7, 12, 3], "order"),
    ("13.read-the-clocks", [3, 12, 7], "order"),
    ("13.read-the-clocks", [7, 1, 12], "fastest-too"),
    ("13.read-the-clocks", [7, 3, 5], "counted-teeth"),
    ("13.read-the-clocks", [7, 20, 5], "counted-teeth"),
    ("13.read-the-clocks", [8, 3, 12], "skip-off"),
    ("13.read-the-clocks", [7, 3, 11], "clock-off"),
    ("13.read-the-clocks", [7, 4, 12], "clock-off"),
    ("13.read-the-clocks", [8, 4, 16], "other"),
    ("13.clock-mask", lambda periods: periods[:, None] >= periods[None], "transposed"),
    ("13.clock-mask", lambda periods: periods[:, None] < periods[None], "own-group-missing"),
    ("13.clock-mask", lambda periods: periods[:, None] == periods[None], "only-own-group"),
    ("13.clock-mask", lambda periods: torch.triu(torch.ones(len(periods), len(periods))), "triangle"),
    ("13.clock-mask", lambda periods: periods <= 2, "a-row"),
    ("13.clock-mask", lambda periods: torch.kron(torch.triu(torch.ones(3, 3)), torch.ones(2, 2)), "only-there"),
    ("13.clock-mask", by_heart("13.clock-mask"), "only-there"),
    ("13.clock-mask", lambda periods: torch.ones(6, 6), "other"),
    ("13.clock-mask", lambda periods: periods[0, 0], "raised"),
    ("13.clock-mask", lambda periods: None, "nothing-returned"),
    ("13.clock-mask", np.ones((6, 6)), "not-a-function"),
    ("13.before-the-score", Made(lambda: _adding(seq_len=30)), "shortened"),
    ("13.before-the-score", Made(_adding), "too-early"),
    ("13.before-the-score", Made(lambda: _adding(trained=120, lr=1e-6, hidden_size=4)), "missing"),
    ("13.before-the-score", Made(lambda: _learned()), "too-late"),
]


def _learned():
    """Return a GRU of 100 steps that has learned: made by hand, which takes no training."""
    lab = _adding(hidden_size=4, lr=1e-6)
    cell, head = lab.model.recurrent, lab.model.head
    with torch.no_grad():
        for weight in lab.model.parameters():
            weight.zero_()
        # unit 0 keeps by its update gate; a mark shuts that to a tenth, and a hundredth of the number is added
        cell.bias_ih_l0[4], cell.weight_ih_l0[4, 1] = 12.0, -12.0 - np.log(9)
        cell.weight_ih_l0[8, 0], cell.weight_hh_l0[8, 0] = 0.01, 2.0  # r is one half
        head.weight[0, 0] = 1 / 0.009
    return lab


def test_the_predictions_are_an_option_a_number_and_an_option() -> None:
    assert PREDICTIONS["13.tide"] == "c"
    assert PREDICTIONS["13.ceiling"] == Number(within=0.05)
    assert PREDICTIONS["13.digits"] == "a"


def test_no_sum_of_tens_sixes_and_ones_makes_the_shortest_road_shorter() -> None:
    sums = [
        tens + sixes + 98 - 10 * tens - 6 * sixes
        for tens, sixes in itertools.product(range(10), range(17))
        if 10 * tens + 6 * sixes <= 98
    ]
    assert EXERCISES["13.shortest-road"].answer == min(sums)


def test_the_clock_mask_is_where_a_clockwork_layer_has_weights() -> None:
    layer = rv.models.ClockworkRNN(3, 12, 2, periods=(1, 2, 4, 8)).recurrent
    assert torch.equal(_mask(layer.clocks), layer.weight_hh != 0)
