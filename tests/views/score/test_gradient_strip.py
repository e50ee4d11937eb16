"""The gradient's strip: a log axis of few ranges, a bar for what lies below it, grey for before."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.training import Settings, Snapshot
from rnnviz.training.snapshots.before import Before
from rnnviz.views import Focus
from rnnviz.views.score.labels import Label, placed
from rnnviz.views.score.logaxis import LogRange, below_bar, below_place, below_words
from rnnviz.views.style import ACCENT, GHOST, WARN
from tests.views.runs import frames, norm
from tests.views.score.strips import filled, panels, task

BEFORE, DIRECT, TOTAL, BELOW = range(4)


def scaled(snapshot: Snapshot, factor: float) -> Snapshot:
    """The same moment with another gradient."""
    layer = snapshot.layer
    assert layer.grad_hidden is not None
    assert layer.grad_hidden_direct is not None
    total, direct = (gradient.astype(np.float64) * factor for gradient in (layer.grad_hidden, layer.grad_hidden_direct))
    return replace(snapshot, layer=replace(layer, grad_hidden=total, grad_hidden_direct=direct))


@pytest.mark.parametrize("name", ["rnn", "lstm", "both ways"])
def test_the_line_and_the_read_out_are_the_norm_of_the_total_gradient(name: str) -> None:
    snapshot = frames(name)[-1]
    focus = Focus(layer=1, direction=1) if name == "both ways" else Focus()
    figure = filled("gradients", snapshot, focus)
    truth = norm(snapshot.layer.grad_hidden, focus.layer, focus.direction)
    np.testing.assert_allclose(figure.data[TOTAL].y, truth)
    np.testing.assert_array_equal(figure.layout.meta["rows"][0], figure.data[TOTAL].y.astype(np.float32))
    assert (figure.data[TOTAL].line.color, figure.data[TOTAL].line.width) == (ACCENT, 2)
    assert panels(figure)[0]["read"]["digits"] is None


def test_the_direct_gradient_is_thin_and_dashed_and_has_gaps_where_it_is_0() -> None:
    snapshot = frames("lstm")[-1]
    direct = filled("gradients", snapshot).data[DIRECT]
    truth = norm(snapshot.layer.grad_hidden_direct, 0, 0)
    np.testing.assert_allclose(direct.y, np.where(truth > 0, truth, np.nan))
    assert (direct.line.color, direct.line.width) == (ACCENT, 1)
    assert direct.line.dash != "solid"


@pytest.mark.parametrize(("chosen", "shown"), [("both", {DIRECT, TOTAL}), ("total", {TOTAL}), ("direct", {DIRECT})])
def test_the_focus_says_which_gradient_is_drawn(chosen: str, shown: set[int]) -> None:
    figure = filled("gradients", frames("lstm")[-1], Focus(gradient=chosen))
    assert {index for index in (DIRECT, TOTAL) if figure.data[index].visible} == shown


@pytest.mark.parametrize(("factor", "low"), [(1.0, -9), (1e-4, -9), (1e-10, -14), (1e-16, -20), (1e-30, -9)])
def test_the_axis_goes_down_in_few_steps(factor: float, low: float) -> None:
    snapshot = frames("gru")[-1]
    smallest = norm(snapshot.layer.grad_hidden, 0, 0).min()
    assert 1e-4 < smallest < 1
    figure = filled("gradients", scaled(snapshot, factor))
    assert tuple(figure.layout.yaxis.range) == (low, 1)
    assert len(figure.layout.yaxis.tickvals) <= 5
    assert figure.layout.yaxis.ticktext[0] == "10⁰"


def test_a_gradient_that_explodes_raises_the_top_in_leaps() -> None:
    snapshot = frames("gru")[-1]
    assert filled("gradients", scaled(snapshot, 1e6)).layout.yaxis.range[1] == 10
    assert filled("gradients", scaled(snapshot, 1e12)).layout.yaxis.range[1] == 15


def test_what_lies_below_the_axis_is_a_bar_and_words_and_never_a_flat_curve() -> None:
    curve = np.array([1e-26, 1e-22, 1e-15, 1e-3, 0.0, 1e-2])
    reach = LogRange(-20.0, 1.0)
    np.testing.assert_array_equal(reach.drawn(curve), [np.nan, np.nan, 1e-15, 1e-3, np.nan, 1e-2])
    x, y = (one.value for one in below_bar(0, curve, reach, 76))
    np.testing.assert_array_equal(x, np.array([-0.5, 1.5, np.nan, 3.5, 4.5, np.nan], np.float32))
    assert (np.log10(y[[0, 1, 3, 4]]) < -19.4).all()
    assert below_words(0, curve, reach, (308, 76))[0].value == "▾ below: 0 at t = 4"
    assert below_words(0, curve[:4], reach, (308, 76))[0].value == "▾ below: 1.0 × 10⁻²⁶ at t = 0"


def test_a_curve_that_no_axis_shows_whole_is_cut_where_the_axis_is_short() -> None:
    whole, deep = np.array([1e-17, 1.0]), np.array([1e-26, 1.0])
    assert LogRange.of(deep) == LogRange(-9.0, 1.0)
    assert LogRange.of(whole) == LogRange.of(deep, whole) == LogRange(-20.0, 1.0)


@given(st.floats(0.05, 0.4), st.integers(308, 700))
def test_the_words_on_what_lies_below_cover_no_part_of_the_curve(slope: float, width: int) -> None:
    steps = 100
    curve = 10.0 ** (-slope * np.arange(steps)[::-1])
    reach = LogRange(-9.0, 1.0)
    found = [one.value for one in below_words(0, curve, reach, (width, 76))]
    words = found[0]
    if words:
        x, anchor, y = found[1:4]
        assert (x, anchor) in ((0.0, "left"), (99.0, "right"))
        covered = int(6.4 * len(words) / width * steps)
        beside = np.log10(curve[:covered] if anchor == "left" else curve[-covered:])
        top = y + 13 / 76 * 10
        assert not ((beside > y) & (beside < top) & (beside > -9)).any()
        assert ((beside <= y) | (beside < -9)).all() or (beside >= top).all()


def test_the_strip_says_the_smallest_value_below_its_axis() -> None:
    snapshot = scaled(frames("gru")[-1], 1e-30)
    figure = filled("gradients", snapshot)
    truth = norm(snapshot.layer.grad_hidden, 0, 0)
    assert np.isnan(figure.data[TOTAL].y).all()
    assert figure.data[BELOW].line.color == WARN
    exponent = int(np.floor(np.log10(truth.min())))
    words = figure.layout.annotations[0].text
    assert words.startswith(f"▾ below: {truth.min() / 10.0**exponent:.1f} × 10⁻")
    assert words.endswith(f"at t = {int(truth.argmin())}")


def test_where_nothing_lies_below_nothing_is_said() -> None:
    figure = filled("gradients", frames("gru")[-1])
    assert figure.layout.annotations[0].text == ""
    assert len(figure.data[BELOW].x) == 0


@pytest.fixture
def changed() -> Snapshot:
    former, now = frames("lstm")[0], frames("lstm")[-1]
    before = Before.of(former, Settings(forget_bias=0.0), ("forget_bias",), 0, ended=False)
    return replace(now, settings=Settings(forget_bias=4.0), before=before)


def test_before_is_grey_dashed_and_named(changed: Snapshot) -> None:
    figure = filled("gradients", changed)
    ghost = figure.data[BEFORE]
    np.testing.assert_allclose(ghost.y, norm(frames("lstm")[0].layer.grad_hidden, 0, 0))
    assert (ghost.line.color, ghost.line.width, ghost.line.dash) == (GHOST, 1.5, "4px,3px")
    assert [note.text for note in figure.layout.annotations[1:]] == [
        "before: forget bias 0",
        "<b>now: forget bias 4</b>",
    ]
    assert panels(figure)[0]["read"]["was"] == 1
    np.testing.assert_array_equal(figure.layout.meta["rows"][1], ghost.y.astype(np.float32))


def test_without_a_change_nothing_is_grey(changed: Snapshot) -> None:
    figure = filled("gradients", replace(changed, before=None))
    assert np.isnan(figure.data[BEFORE].y).all()
    assert [note.text for note in figure.layout.annotations] == ["", "", ""]
    assert panels(figure)[0]["read"]["was"] is None


def test_a_former_run_of_another_shape_is_left_out(changed: Snapshot) -> None:
    assert changed.before is not None
    for gradient in (None, changed.before.gradient[:, :, :5], changed.before.gradient[:0]):
        figure = filled("gradients", replace(changed, before=replace(changed.before, gradient=gradient)))
        assert np.isnan(figure.data[BEFORE].y).all()


@settings(max_examples=60)
@given(
    st.lists(st.floats(-8, 0.5), min_size=30, max_size=30),
    st.lists(st.floats(-8, 0.5), min_size=30, max_size=30),
    st.integers(200, 700),
)
def test_names_stand_within_the_picture_and_not_on_each_other(one: list[float], other: list[float], width: int) -> None:
    reach = LogRange(-9.0, 1.0)
    curves = [10.0 ** np.array(logs) for logs in (one, other)]
    patches = placed(
        [Label("before: forget bias 0", curves[0], 0.5), Label("now", curves[1], 0.0)], 0, reach, (width, 76)
    )
    places = {patch.key: patch.value for patch in patches}
    for index in (0, 1):
        assert -0.5 <= places[f"annotations[{index}].x"] <= 29.5
        foot = (places[f"annotations[{index}].y"] - reach.low) * 7.6
        assert -1e-6 <= foot <= 76 - 13 + 1e-6


def test_a_calendar_s_steps_are_months() -> None:
    assert panels(filled("gradients", task("sunspots")))[0]["aside"] == "each month’s say"
    assert panels(filled("gradients", frames("lstm")[-1]))[0]["aside"] == "each step’s say"


def test_a_direct_gradient_at_the_last_step_alone_can_be_seen() -> None:
    snapshot = frames("lstm")[-1]  # one answer a sequence, so that every other step has a direct gradient of 0
    direct = filled("gradients", snapshot).data[DIRECT]
    assert direct.mode == "lines+markers"
    assert [place for place, one in enumerate(direct.y) if np.isfinite(one) and one > 0] == [len(direct.y) - 1]
    each = task("python-tokens", hidden_size=4)
    assert filled("gradients", each).data[DIRECT].mode == "lines"


@pytest.mark.parametrize("width", [308, 416])
def test_the_name_of_a_line_stands_on_no_words_about_what_lies_below(width: int) -> None:
    steps = 40
    before, now = 10.0 ** np.linspace(-9, -0.8, steps), 10.0 ** np.linspace(-31, -0.8, steps)
    reach, pixels = LogRange.of(now, before), (width, 76)
    [below] = below_place(now, reach, pixels)
    labels = [Label("before: forget bias −0.01", before, 0.55), Label("now: forget bias −3", now, 0.02, bold=True)]
    for one in range(2):
        _, x, y, _ = (patch.value for patch in placed(labels, 1, reach, pixels, [below])[4 * one : 4 * one + 4])
        begin, foot = (x + 0.5) / steps * width, (y - reach.low) / (reach.high - reach.low) * 76
        apart = begin >= below[1] - 0.5 or begin + 6.4 * len(labels[one].text) <= below[0]
        assert apart or abs(foot - below[2]) >= 12.9
