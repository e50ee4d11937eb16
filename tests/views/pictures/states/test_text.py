"""The text is the sequence's own, each token on the colour of one unit's state after reading it."""

from dataclasses import replace
from functools import cache

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz.training import Session, Snapshot
from rnnviz.views import VIEWS, Focus, Picked
from tests.views.runs import notices, sunspots

VIEW = VIEWS["text"]


@cache
def seen(task: str, steps: int = 90) -> Snapshot:
    return Session(task, seq_len=steps, hidden_size=5, device="cpu").snapshot()


@cache
def drawn(task: str, unit: int = 3) -> go.Figure:
    return VIEW.figure(seen(task), Focus(sample=1, unit=unit))


def tokens(figure: go.Figure) -> list[str]:
    """Every token in reading order."""
    times = np.array(figure.data[0].customdata).ravel()
    text = np.array(figure.data[0].text, object).ravel()
    return [text[place] for place in np.flatnonzero(~np.isnan(times))]


@pytest.mark.parametrize("task", ["python-tokens", "temporal-order", "adding"])
def test_lines_hold_the_sequence_in_reading_order_and_the_state_of_the_unit(task: str) -> None:
    figure, snapshot = drawn(task), seen(task)
    values = np.array(figure.data[0].z).ravel()
    np.testing.assert_array_equal(values[:90], snapshot.layer.hidden[0, 0, 1, :, 3].astype(float))
    assert np.isnan(values[90:]).all()
    np.testing.assert_array_equal(np.array(figure.data[0].customdata).ravel()[:90], np.arange(90))
    shown = {"\n": "↵", "<": "&lt;", ">": "&gt;", "&": "&amp;"}
    assert tokens(figure) == [shown.get(one, one) for one in snapshot.time_labels[1]]


def test_longer_tokens_leave_room_for_fewer_on_a_line() -> None:
    assert np.array(drawn("python-tokens").data[0].z).shape == (3, 40)
    assert np.array(drawn("adding").data[0].z).shape == (15, 6)


def test_another_unit_is_another_colouring() -> None:
    assert (np.array(drawn("adding", 0).data[0].z) != np.array(drawn("adding", 3).data[0].z)).any()
    assert "unit 3" in notices(drawn("adding"))


def test_colours_cover_the_range_that_mathematics_allows() -> None:
    assert (drawn("adding").data[0].zmin, drawn("adding").data[0].zmax) == (-1, 1)


def test_hostile_tokens_are_text_and_no_markup() -> None:
    labels = ("<b>", "<script>", *"x" * 88)
    hostile = replace(seen("adding"), time_labels=(labels,) * 8)
    assert tokens(VIEW.figure(hostile))[:2] == ["&lt;b&gt;", "&lt;script&gt;"]


def test_a_click_on_a_token_picks_its_timestep() -> None:
    focus = Focus(sample=1, unit=3)
    assert VIEW.picked(seen("python-tokens"), focus, Picked(0, 7, 2, None)) == replace(focus, time=87)
    assert VIEW.picked(seen("python-tokens"), focus, Picked(0, 39, 2, None)).time == 89
    assert VIEW.picked(seen("python-tokens"), focus, Picked(0, None, None, None)) == focus


def test_a_calendar_is_no_text() -> None:
    assert not VIEW.exists(sunspots())
