"""A view of one's own that returns something wrong is told what, in a figure and on the status line; others go on."""

import html
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from rnnviz.lab import Lab, compare
from rnnviz.views import Patch, View
from tests.lab.browser import Browser, LabMaker, settle
from tests.lab.screens import visible


class Own(View):
    """Draws whatever it is given."""

    name = "norm"

    def __init__(self, patches: Any = (), skeleton: Any = None) -> None:
        self.given = patches
        self.figure_given = go.Figure([go.Scatter(), go.Heatmap()]) if skeleton is None else skeleton

    def skeleton(self, snapshot: Any, focus: Any) -> Any:
        return self.figure_given

    def patches(self, snapshot: Any, focus: Any, pixels: Any = None) -> Any:
        return self.given


SOUND = Patch(0, "y", np.zeros(3))
WHO = "of the view 'norm' (Own)"
WRONG = {
    "a skeleton that is a list": (
        Own(skeleton=[1]),
        TypeError,
        f"skeleton {WHO} must return a plotly.graph_objects.Figure, got list with int in it; return go.Figure(traces",
    ),
    "a skeleton that is a trace": (Own(skeleton=go.Scatter()), TypeError, "got Scatter; return go.Figure("),
    "patches that are an array": (
        Own(np.zeros(3)),
        TypeError,
        f'patches {WHO} must return a list of rnnviz.views.Patch, got ndarray; return [Patch(0, "y", values)].',
    ),
    "patches that are one patch": (Own(SOUND), TypeError, "a list of rnnviz.views.Patch, got Patch;"),
    "no patches": (Own(None), TypeError, "a list of rnnviz.views.Patch, got None;"),
    "a list with an array": (Own([SOUND, np.zeros(3)]), TypeError, "got list with ndarray in it;"),
    "a trace too many": (
        Own([Patch(2, "y", np.zeros(3))]),
        ValueError,
        f"Patch(2, 'y') {WHO} names a trace that its figure lacks: its traces are 0 to 1; None is the layout.",
    ),
    "a negative trace": (Own([Patch(-1, "y", 0.0)]), ValueError, "names a trace that its figure lacks"),
    "a trace by its name": (Own([Patch("a", "y", 0.0)]), ValueError, "names a trace that its figure lacks"),  # type: ignore[arg-type]
    "a figure without traces": (Own([SOUND], go.Figure()), ValueError, "lacks: it has none; None is the layout."),
    "a misspelt attribute": (
        Own([Patch(0, "yy", 0.0)]),
        ValueError,
        f"Patch(0, 'yy') {WHO} names an attribute that a scatter trace of its figure lacks; check its spelling",
    ),
    "a text that the layout lacks": (
        Own([Patch(None, "annotations[0].text", "x")]),
        ValueError,
        "that the layout of its figure lacks; check its spelling, and let skeleton make what it changes.",
    ),
    "an array of objects": (
        Own([Patch(0, "y", np.array([None, "a"], object))]),
        TypeError,
        f"Patch(0, 'y') {WHO} must carry an array of real numbers, got dtype object; convert it with .astype(float)",
    ),
    "an array of words": (Own([Patch(0, "y", np.array(["a"]))]), TypeError, "real numbers, got dtype <U1"),
    "complex numbers": (Own([Patch(0, "y", np.zeros(3, complex))]), TypeError, "numbers, got dtype complex128"),
    "three axes": (
        Own([Patch(0, "text", np.zeros((2, 2, 2)))]),
        ValueError,
        "must carry an array with one axis or two, got shape (2, 2, 2).",
    ),
    "two axes for a line": (Own([Patch(0, "y", np.zeros((2, 3)))]), ValueError, "one axis, got shape (2, 3)."),
    "one axis for a map": (Own([Patch(1, "z", np.zeros(3))]), ValueError, "two axes (row, column), got shape (3,)."),
    "no axis": (Own([Patch(0, "y", np.array(1.0))]), ValueError, "with one axis, got shape ()."),
    "a tensor": (
        Own([Patch(0, "y", torch.zeros(3))]),
        TypeError,
        "must carry a numpy array, a word, a number or a tuple, got Tensor; convert it, such as with numpy.asarray.",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_figure_of_a_view_that_errs_is_refused_in_one_sentence(make_lab: LabMaker, wrong: str) -> None:
    view, kind, words = WRONG[wrong]
    lab = make_lab(views=[view])
    with pytest.raises(kind) as caught:
        lab.figure("norm")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", WRONG)
def test_on_screen_the_sentence_is_on_the_status_line_and_the_other_pictures_go_on(
    make_lab: LabMaker, wrong: str
) -> None:
    view, kind, words = WRONG[wrong]
    lab = make_lab(views=[view, "hidden"])
    browser = Browser(lab)
    browser.catch_up()
    assert words in html.unescape(browser.status)
    assert visible(browser) == ["hidden"]
    with pytest.raises(kind, match="view 'norm'"):
        lab.train(1)
    lab.train(2)
    browser.catch_up()
    settle(lab)
    assert lab.state.phase == "paused"
    message = browser.frames[-1][0]
    assert (message["step"], {part["figure"] for part in message["parts"]}) == (2, {"hidden"})


def test_a_value_that_plotly_refuses_is_one_sentence_in_a_figure(make_lab: LabMaker) -> None:
    lab = make_lab(views=[Own([Patch(0, "mode", "banana")])])
    with pytest.raises(
        ValueError, match="'mode'\\) of the view 'norm' \\(Own\\) has a value that plotly refuses"
    ) as caught:
        lab.figure("norm")
    assert "\n" not in str(caught.value)


def test_a_view_that_is_mended_comes_back(make_lab: LabMaker) -> None:
    view = Own(None)
    lab = make_lab(views=[view, "hidden"])
    browser = Browser(lab)
    browser.catch_up()
    view.given = [SOUND]
    with pytest.raises(TypeError, match="view 'norm'"):
        lab.train(1)
    lab.train(1)
    browser.catch_up()
    assert visible(browser) == ["hidden", "norm"]
    assert "norm" in {part["figure"] for part in browser.frames[-1][0]["parts"]}


def test_a_view_that_fails_again_in_another_way_is_told_again(make_lab: LabMaker) -> None:
    view = Own(None)
    lab = make_lab(views=[view, "hidden"])
    browser = Browser(lab)
    browser.catch_up()
    with pytest.raises(TypeError, match="got None"):
        lab.train(1)
    view.given, raised = 7, ""
    try:
        lab.train(1)
    except TypeError as error:  # whether the picture is drawn before the call returns is chance
        raised = str(error)
    browser.catch_up()
    assert "got int" in raised + html.unescape(browser.status)


def test_a_replay_of_a_view_that_errs_is_refused_in_the_same_sentence(make_lab: LabMaker, tmp_path: Any) -> None:
    lab = make_lab(views=[Own(None)])
    lab.train(3)
    with pytest.raises(TypeError, match=r"patches of the view 'norm' \(Own\) must return a list"):
        lab.save_replay(tmp_path / "run.html")


def test_a_view_that_errs_in_a_comparison_is_told_as_well() -> None:
    comparison = compare(["rnn", "gru"], task="adding", hidden_size=4, seq_len=8, views=[Own(None)], device="cpu")
    try:
        with pytest.raises(TypeError, match=r"patches of the view 'norm' \(Own\) must return a list"):
            comparison.figure("norm")
    finally:
        comparison.close()


def test_every_built_in_picture_fits_its_own_figure() -> None:
    lab = Lab("python-tokens", cell="lstm", hidden_size=4, num_layers=2, bidirectional=True, device="cpu", batch_size=4)
    lab.train(2)
    snapshot, views = lab.snapshot(), lab._console.views
    for view in views.values():
        if view.exists(snapshot):
            assert view.figure(snapshot).data
    lab.close()
