"""What a still draws of a figure: cells in the colours of their numbers, curves at their values, dots, bars, words."""

import re

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz.views import Focus
from rnnviz.views.score.statestrip import HiddenStrip
from rnnviz.views.still.drawing import Drawing, plain_data
from rnnviz.views.still.plot import Plot
from rnnviz.views.still.raster import SCALE, Raster
from rnnviz.views.style import shade
from tests.views.runs import frames

WIDTH = 500


def drawn(figure: go.Figure | dict) -> np.ndarray:
    data = figure if isinstance(figure, dict) else plain_data(figure.to_plotly_json())
    raster = Raster(WIDTH, int(data["layout"]["height"]), "#ffffff")
    Plot(data, 0, 0, WIDTH).draw(raster)
    return raster.pixels


def bare(*traces: go.Scatter | go.Bar | go.Heatmap, **axes: dict) -> go.Figure:
    """A figure without margins, so that a place is a share of the picture."""
    quiet = {"showgrid": False, "showticklabels": False, "zeroline": False}
    layout = {"height": 200, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "template": "none"}
    every = {name: quiet | axes.get(name, {}) for name in ("xaxis", "yaxis")}
    return go.Figure(list(traces), layout | every)


def tone(words: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", words)]


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_every_cell_of_a_strip_has_the_colour_of_its_number(cell: str) -> None:
    snapshot = frames(cell)[-1]
    data = Drawing(HiddenStrip(), snapshot, Focus()).filled(snapshot, Focus(sample=1), WIDTH)
    pixels, layout = drawn(data), data["layout"]
    hidden = snapshot.layer.hidden[0, 0, 1]  # (time, unit)
    left, right = layout["margin"]["l"], WIDTH - layout["margin"]["r"]
    low, high = (layout["height"] * (1 - share) for share in layout["yaxis"]["domain"])
    for time, unit in np.ndindex(hidden.shape):
        x = (left + (time + 0.5) * (right - left) / hidden.shape[0]) * SCALE
        y = (low - (unit + 0.5) * (low - high) / hidden.shape[1]) * SCALE
        assert pixels[int(y), int(x)].tolist() == tone(shade(hidden[time, unit], (-1.0, 1.0))[0])


def test_where_there_is_no_number_the_paper_shows() -> None:
    z = np.array([[0.5, np.nan], [np.nan, -0.5]])
    scale = [[0, "#000000"], [1, "#aa0000"]]
    pixels = drawn(bare(go.Heatmap(z=z, zmin=-1, zmax=1, colorscale=scale), xaxis={"range": [-0.5, 1.5]}))
    white = (pixels == 255).all(axis=2)
    assert (white[:200, :400].all(), white[:200, 600:].any()) == (True, False)  # the second row lies above the first


def test_a_curve_passes_through_its_values() -> None:
    x, y = np.arange(11.0), np.array([0, 1, 4, 2, 8, 9, 3, 3, 7, 10, 5.0])
    axes = {"xaxis": {"range": [0, 10]}, "yaxis": {"range": [0, 10]}}
    pixels = drawn(bare(go.Scatter(x=x, y=y, mode="lines", line={"color": "#ff0000", "width": 2}), **axes))
    blue = pixels[..., 2].astype(int)
    for place, value in zip(x[1:-1], y[1:-1], strict=True):
        row, column = min(int((1 - value / 10) * 400), 399), int(place / 10 * 1000)
        assert blue[max(row - 1, 0) : row + 2, column].min() < 64
        # and nowhere else in that column does it turn
        assert blue[:, column].argmin() == pytest.approx(row, abs=6 * 2)


def test_a_log_axis_counts_in_powers_of_ten_and_leaves_a_gap_at_zero() -> None:
    figure = go.Scatter(x=[0, 1, 2, 3, 4], y=[1.0, 10.0, 0.0, 10.0, 1.0], mode="lines", line={"color": "#0000ff"})
    pixels = drawn(bare(figure, xaxis={"range": [0, 4]}, yaxis={"type": "log", "range": [0, 2]}))
    inked = (pixels[..., 0] < 128).any(axis=0)
    assert (inked[100:240].all(), inked[270:730].any(), inked[760:900].all()) == (True, False, True)
    assert int(pixels[:, 240, 0].argmin()) == pytest.approx(400 * (1 - 0.96 / 2), abs=8)  # nearly 10 at nearly 1


def test_a_bar_reaches_from_zero_to_its_value() -> None:
    axes = {"xaxis": {"range": [-0.5, 1.5]}, "yaxis": {"range": [-1, 1]}}
    pixels = drawn(bare(go.Bar(x=[0, 1], y=[0.5, -1], width=1, marker={"color": "#00ff00"}), **axes))
    green = (pixels == (0, 255, 0)).all(axis=2)
    assert np.flatnonzero(green[:, 250]).tolist() == list(range(100, 200))
    assert np.flatnonzero(green[:, 750]).tolist() == list(range(200, 400))


def test_a_trace_that_is_put_out_of_sight_is_not_drawn() -> None:
    hidden = go.Scatter(x=[0, 1], y=[0, 1], visible=False)
    assert (drawn(bare(hidden, xaxis={"range": [0, 1]}, yaxis={"range": [0, 1]})) == 255).all()


def test_a_band_fills_what_lies_between_two_curves() -> None:
    x = [0.0, 10.0]
    lower = go.Scatter(x=x, y=[2, 2], line={"width": 0}, mode="lines")
    upper = go.Scatter(x=x, y=[4, 8], line={"width": 0}, mode="lines", fill="tonexty", fillcolor="#00aa00")
    pixels = drawn(bare(lower, upper, xaxis={"range": [0, 10]}, yaxis={"range": [0, 10]}))
    green = (pixels == (0, 170, 0)).all(axis=2)
    for column in (100, 500, 900):
        rows = np.flatnonzero(green[:, column])
        assert (rows[0], rows[-1]) == (
            pytest.approx(400 * (1 - (0.4 + column * 0.0004)), abs=2),
            pytest.approx(319, abs=2),
        )


def test_a_circle_stays_a_circle_where_the_axes_are_tied() -> None:
    angle = np.linspace(0, 2 * np.pi, 200)
    circle = go.Scatter(x=np.cos(angle), y=np.sin(angle), mode="lines", line={"color": "#ff0000"})
    axes = {"xaxis": {"range": [-1.2, 1.2]}, "yaxis": {"range": [-1.2, 1.2], "scaleanchor": "x"}}
    rows, columns = np.nonzero(drawn(bare(circle, **axes))[..., 1] < 128)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=2)
