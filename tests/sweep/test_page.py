"""What a notebook shows of a sweep while it runs, and what it keeps of it."""

from typing import Any

import pytest

import rnnviz as rv
from rnnviz.live.figure import LiveFigure
from rnnviz.sweep import Sweep
from rnnviz.sweep.shown.keptpicture import kept_picture
from rnnviz.sweep.shown.page import Page
from rnnviz.sweep.shown.parallel import axes_of
from tests.sweep.models import mortal

TINY: dict[str, Any] = {"task": "adding", "steps": 4, "hidden_size": 4, "seq_len": 8, "batch_size": 4, "device": "cpu"}


@pytest.fixture(scope="module")
def found() -> Sweep:
    return rv.sweep(
        {"lr": [1e-2, 1e-3, 1e30], "cell": ["rnn"]}, trials=3, sampler="grid", **TINY, optimizer="sgd", clip=None
    )


def test_the_bar_and_the_words_say_what_is_done_running_and_failed(found: Sweep) -> None:
    page = Page(found._plan, 4, attended=False)
    page.follow(found._finished(), 1)
    assert (page.bar.value, page.bar.max) == (3, 4)
    assert "3 of 4 trials: 2 done, 1 running, 0 pruned, 1 failed. Best: MSE " in page.said.value


def test_the_figure_on_the_page_follows_what_has_finished(found: Sweep) -> None:
    page, rows = Page(found._plan, 3, attended=False), found._finished()
    page.follow(rows[2:], 1)
    assert page.figure is None  # a failed trial has no line
    page.end(rows[:1])
    page.end(rows)
    assert page.figure is not None
    assert page.widget.children[-1] is page.figure
    (lines,) = page.figure.spec["data"]
    assert lines["type"] == "parcoords"
    assert [one["label"] for one in lines["dimensions"]] == ["lr", "cell", "MSE, validation"]


def test_a_figure_that_changes_keeps_what_was_brushed(found: Sweep) -> None:
    figure = found.figure()
    assert figure.layout.uirevision == "rnnviz"  # by it plotly keeps what a reader has set


def test_a_cell_keeps_a_picture_that_tells_the_same_in_words(found: Sweep) -> None:
    picture = kept_picture(found._plan, found._finished(), found.wanted)
    assert picture.sentence.startswith("Trials on adding. 3 of 3 trials: 2 done, 0 running, 0 pruned, 1 failed. Best: ")
    assert picture.png.startswith(b"\x89PNG")


def test_a_picture_can_be_kept_of_failed_trials_alone() -> None:
    failed = rv.sweep({"cell": ["lstm"]}, trials=1, sampler="grid", nonlinearity="relu", **TINY)
    assert "No trial has trained to its end yet." in kept_picture(failed._plan, failed._finished(), 1).sentence


def test_words_that_came_with_a_choice_are_no_markup() -> None:
    asked = {**TINY, "model": mortal, "doomed": -1}
    (lines,) = rv.sweep({"grave": ["<b>x</b>"]}, trials=1, sampler="grid", **asked).figure().data
    assert lines.dimensions[0].ticktext == ("&lt;b&gt;x&lt;/b&gt;",)


def test_the_words_of_an_axis_are_those_of_its_choices(found: Sweep) -> None:
    axis = axes_of(found._plan, found._finished()[:2])[1]
    assert (axis.label, axis.words) == ("cell", ("rnn",))
    assert list(axis.values) == [0.0, 0.0]


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((1, 3), ("1", "2", "3")),
        ((1, 16), ("1", "2", "4", "6", "8", "10", "12", "14", "16")),
        ((8, 64), ("8", "20", "30", "40", "50", "64")),
    ],
)
def test_an_axis_of_whole_numbers_is_marked_at_whole_numbers(ends: tuple[int, int], words: tuple[str, ...]) -> None:
    space = {"hidden_size": ("int", *ends)}
    tried = rv.sweep(space, trials=1, **{name: one for name, one in TINY.items() if name != "hidden_size"})
    axis = axes_of(tried._plan, [])[0]
    assert axis.words == words
    assert axis.ticks == tuple(map(float, words))
    assert axis.ends == ends


def test_the_figure_is_told_to_those_who_do_not_see_it(found: Sweep) -> None:
    spec = LiveFigure(found.figure(), name="sweep").spec
    assert spec["words"]["lines"] == "{count} lines over the axes {axes}"
    (lines,) = spec["data"]
    assert [list(one["values"]) for one in lines["dimensions"]][1] == [0.0, 0.0]  # numbers, not packed ones


def test_the_words_on_an_axis_cast_no_shadow_that_a_dark_page_would_show(found: Sweep) -> None:
    (lines,) = found.figure().data
    assert lines.tickfont.shadow == "none"
