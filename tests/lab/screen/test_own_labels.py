"""A task of one's own may call its timesteps by numbers and dates: every picture writes them out."""

import datetime
from typing import Any

import numpy as np
import pytest
import torch

from rnnviz.lab import Lab
from rnnviz.views import VIEWS
from tests.lab.browser import Browser, LabMaker
from tests.training.examples import Echo

DAYS = [datetime.date(2024, 2, day) for day in range(1, 7)]
LABELS = {
    "whole numbers": (range(10, 16), ("10", "11", "12", "13", "14", "15")),
    "real numbers": ([0.0, 0.5, 1.0, 1.5, 2.0, 1e9], ("0", "0.5", "1", "1.5", "2", "1000000000")),
    "an array": (np.linspace(0, 0.5, 6, dtype=np.float32), ("0", "0.1", "0.2", "0.3", "0.4", "0.5")),
    "a tensor": (torch.arange(6), ("0", "1", "2", "3", "4", "5")),
    "dates": (DAYS, tuple(f"2024-02-0{day}" for day in range(1, 7))),
    "numpy's dates": (np.array(DAYS, "datetime64[D]"), tuple(f"2024-02-0{day}" for day in range(1, 7))),
    "numbers and words": ((1, "two", 3.25, np.int8(4), True, ""), ("1", "two", "3.25", "4", "True", "")),
    "a word with a letter a timestep": ("abcdef", tuple("abcdef")),
}


class Labelled(Echo):
    """Echo with labels, and a calendar if it is given one."""

    def __init__(self, labels: Any, span: Any = None) -> None:
        super().__init__()
        self.labels, self.span = labels, span

    def time_labels(self, sample: int) -> Any:
        return self.labels

    def sample_span(self, sample: int) -> Any:
        return self.span


@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_any_kind_are_words_in_the_text_picture(make_lab: LabMaker, kind: str) -> None:
    labels, words = LABELS[kind]
    text = make_lab(Labelled(labels)).figure("text").data[0].text
    assert [one.strip("\xa0") for row in text for one in row][: len(words)] == list(words)


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("span", [None, (2000, np.float32(0.5))])
def test_every_picture_is_drawn_live_with_such_labels(make_lab: LabMaker, kind: str, span: Any) -> None:
    lab = make_lab(Labelled(LABELS[kind][0], span), cell="lstm", views=list(VIEWS))
    browser = Browser(lab)
    lab.train(2)
    browser.catch_up()
    snapshot = lab.snapshot()
    drawable = {name for name, view in VIEWS.items() if view.exists(snapshot)}
    assert {part["figure"] for part in browser.frames[-1][0]["parts"]} == drawable
    assert all(lab.figure(name).data for name in drawable)
    assert lab.state.phase == "paused"


def test_a_calendar_of_numbers_stands_below_the_time_axis(make_lab: LabMaker) -> None:
    lab = make_lab(Labelled(range(1990, 1996), (1990.0, 1.0)), cell="rnn")
    assert "1990" in lab.figure("hidden").layout.xaxis.title.text
    assert "1995" in lab.figure("hidden").layout.xaxis.title.text


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (7, r"time_labels\(0\) of the task must be a tuple of one word a timestep, or None, got 7"),
        (torch.tensor(7), "must be a tuple of one word a timestep, or None, got tensor"),
        (range(5), r"time_labels\(0\) of the task must be one word a timestep, so 6 as seq_len says, got 5"),
        ((1, 2, 3, 4, 5, None), r"time_labels\(0\) of the task must hold words, numbers or dates, got None among them"),
        (np.zeros((6, 2)), "must hold words, numbers or dates, got array"),
    ],
)
def test_labels_that_are_none_are_refused_where_the_lab_is_made(labels: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        Lab(Labelled(labels), hidden_size=4, device="cpu")


@pytest.mark.parametrize("span", [1990, (1990,), ("a", "b"), (float("nan"), 1)])
def test_a_span_that_is_no_two_numbers_is_refused_where_the_lab_is_made(span: Any) -> None:
    with pytest.raises(TypeError, match=r"sample_span\(0\) of the task must be two finite numbers, .* or None, got"):
        Lab(Labelled(range(6), span), hidden_size=4, device="cpu")
