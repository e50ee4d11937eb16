"""What is sent while a run plays: never more than there are pixels, always true values, and the same as the picture."""

import json
from collections.abc import Callable
from functools import cache

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.live import Frame, pack
from rnnviz.training import Snapshot
from rnnviz.views import GRADIENTS, VIEWS, Focus, GatesView, HiddenView, View, apply, decode
from tests.views.runs import RUNS, axis_of, begin, frames, notices, sunspots, train

SIZES = st.tuples(st.integers(1, 900), st.integers(1, 500))
OF_OTHER_TASKS = {"prediction", "fan", "ahead", "confusion", "verdict", "tags", "tagscores"}
OF_OTHER_TASKS |= {"alignment", "forced", "translation"}
PICTURES = [name for name in VIEWS if name not in OF_OTHER_TASKS]
UNGATED = {
    "rnn": {"memory", "forget"},
    "relu": {"memory", "forget", "saturation"},
}  # what a run has nothing to draw for
DRAWABLE = [(name, view) for name in RUNS for view in PICTURES if view not in UNGATED.get(name, set())]
HEATMAPS = ["hidden", "gates"]


@cache
def long_run() -> Snapshot:
    return train(begin("lstm", seq_len=150, hidden_size=40), 30)


@cache
def skeleton(view: View, run: Callable[[], Snapshot]) -> go.Figure:
    return view.skeleton(run(), Focus())


def sent(view: View, run: Callable[[], Snapshot], pixels: tuple[int, int] | None) -> go.Figure:
    """What a page of so many pixels draws of a run. A skeleton knows no pixels, and its copy is quickly made."""
    return apply(go.Figure(skeleton(view, run)), view.patches(run(), Focus(), pixels))


def covered(figure: go.Figure, trace: int, pixels: tuple[int, int]) -> tuple[int, int]:
    """Return how many pixels the panel of a trace covers; a picture always shows something, so at least one."""
    shares = [axis_of(figure, trace, letter).domain or (0, 1) for letter in "xy"]
    width, height = (int(room * (high - low) + 1e-9) for room, (low, high) in zip(pixels, shares, strict=True))
    return max(width, 1), max(height, 1)


@pytest.mark.parametrize("name", HEATMAPS)
@settings(max_examples=40)
@given(pixels=SIZES)
def test_a_heatmap_has_no_more_cells_than_its_panel_has_pixels(name: str, pixels: tuple[int, int]) -> None:
    figure = sent(VIEWS[name], long_run, pixels)
    for trace, panel in enumerate(figure.data):
        width, height = covered(figure, trace, pixels)
        units, steps = panel.z.shape
        assert 1 <= steps <= width
        assert 1 <= units <= height
        assert (len(panel.x), len(panel.y)) == (steps, units)


@pytest.mark.parametrize("name", HEATMAPS)
@settings(max_examples=40)
@given(pixels=SIZES)
def test_what_is_left_of_a_heatmap_are_true_values_at_true_places(name: str, pixels: tuple[int, int]) -> None:
    layer = long_run().layer
    for panel in sent(VIEWS[name], long_run, pixels).data:
        whole = {"h": layer.hidden, "c": layer.cell, **layer.gates}[panel.name][0, 0, 0]
        np.testing.assert_array_equal(panel.z, whole[np.ix_(panel.x.astype(int), panel.y.astype(int))].T)


@pytest.mark.parametrize("name", ["gradients", "curves", "theory", "clipping"])
@settings(max_examples=40)
@given(pixels=SIZES)
def test_a_line_has_no_more_points_than_its_panel_has_pixels(name: str, pixels: tuple[int, int]) -> None:
    whole, figure = VIEWS[name].figure(long_run()), sent(VIEWS[name], long_run, pixels)
    for trace, (line, full) in enumerate(zip(figure.data, whole.data, strict=True)):
        if full.name == "clip threshold":
            continue  # two ends of one straight line
        assert len(line.x) == len(line.y) <= covered(figure, trace, pixels)[0]
        truth = dict(zip(full.x.tolist(), full.y.tolist(), strict=True))
        np.testing.assert_array_equal(line.y, [truth[x] for x in line.x.tolist()])


@settings(max_examples=40)
@given(pixels=SIZES)
def test_a_thinned_forecast_keeps_true_values_and_says_that_it_is_thinned(pixels: tuple[int, int]) -> None:
    whole, figure = VIEWS["prediction"].figure(sunspots()), sent(VIEWS["prediction"], sunspots, pixels)
    for line, full in zip(figure.data, whole.data, strict=True):
        stride = -(-len(full.x) // pixels[0])
        np.testing.assert_array_equal(line.x, full.x[::stride])
        np.testing.assert_array_equal(line.y, full.y[::stride])
    assert (f"1 in {stride} points shown" in notices(figure)) == (stride > 1)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hidden", "1 in 3 steps, 1 in 2 units shown"),
        ("gates", "1 in 8 steps, 1 in 2 units shown"),
        ("gradients", "1 in 3 steps shown"),
    ],
)
def test_a_picture_says_what_it_leaves_out(name: str, words: str) -> None:
    assert words in notices(sent(VIEWS[name], long_run, (60, 60)))


@pytest.mark.parametrize("pixels", [None, (2000, 1500)])
@pytest.mark.parametrize("name", PICTURES)
def test_what_fits_is_sent_whole_without_a_word(name: str, pixels: tuple[int, int] | None) -> None:
    figure = sent(VIEWS[name], long_run, pixels)
    assert json.loads(figure.to_json()) == json.loads(VIEWS[name].figure(long_run()).to_json())
    assert "shown" not in notices(figure)


@pytest.mark.parametrize("name", ["curves", "clipping"])
def test_the_newest_training_step_is_always_shown(name: str) -> None:
    for width in range(1, 120):
        assert sent(VIEWS[name], long_run, (width, 100)).data[0].x[-1] == 30


@pytest.mark.parametrize(("name", "view"), DRAWABLE)
def test_a_live_picture_ends_as_the_static_one(name: str, view: str) -> None:
    picture, (first, *_, last) = VIEWS[view], frames(name)
    live = apply(picture.skeleton(first, Focus()), picture.patches(first, Focus(), (300, 200)))
    apply(live, picture.patches(last, Focus()))
    assert live.to_json() == picture.figure(last).to_json()


@pytest.mark.parametrize("view", [view for name, view in DRAWABLE if name == "relu"])
def test_a_range_that_is_widened_is_widened_in_the_live_picture_too(view: str) -> None:
    picture, session = VIEWS[view], begin("relu")
    live = picture.figure(session.snapshot())
    session.model.recurrent.weight_ih_l0.data *= 100
    wide = train(session, 1)
    assert wide.scales["hidden"].previous is not None
    assert apply(live, picture.patches(wide, Focus())).to_json() == picture.figure(wide).to_json()


@pytest.mark.parametrize("view", PICTURES)
def test_a_live_picture_follows_to_another_sequence_layer_and_direction(view: str) -> None:
    picture, snapshot, focus = VIEWS[view], frames("both ways")[-1], Focus(sample=2, layer=1, direction=1)
    live = apply(picture.skeleton(snapshot, Focus()), picture.patches(snapshot, Focus()))
    apply(live, picture.patches(snapshot, focus))
    assert live.to_json() == picture.figure(snapshot, focus).to_json()


@pytest.mark.parametrize("chosen", GRADIENTS)
@pytest.mark.parametrize("before", GRADIENTS)
def test_a_live_picture_follows_to_another_gradient(before: str, chosen: str) -> None:
    picture, snapshot = VIEWS["gradients"], frames("both ways")[-1]
    live = picture.figure(snapshot, Focus(gradient=before))
    apply(live, picture.patches(snapshot, Focus(gradient=chosen), (300, 200)))
    assert live.to_json() == picture.figure(snapshot, Focus(gradient=chosen)).to_json()
    message, _ = pack(Frame(0, 0, {"gradients": picture.patches(snapshot, Focus(gradient=chosen))}))
    sent = [part["value"] for part in message["parts"] if part["key"] == "visible"]
    assert sent == [line.visible for line in picture.figure(snapshot, Focus(gradient=chosen)).data]


@pytest.mark.parametrize("name", ["prediction", "fan"])
def test_a_live_forecast_ends_as_the_static_one(name: str) -> None:
    picture = VIEWS[name]
    live = apply(picture.skeleton(sunspots(), Focus()), picture.patches(sunspots(), Focus(1), (100, 100)))
    apply(live, picture.patches(sunspots(), Focus()))
    assert live.to_json() == picture.figure(sunspots()).to_json()


@pytest.mark.parametrize("view", [HiddenView(), GatesView()])
@pytest.mark.parametrize("name", [name for name in RUNS if name not in ("rnn", "relu")])
def test_what_the_browser_decodes_is_within_half_a_level_of_the_tensor(name: str, view: View) -> None:
    snapshot = frames(name)[-1]
    message, data = pack(Frame(0, 0, {view.name: view.patches(snapshot, Focus())}))
    layer = snapshot.layer
    symbols = [panel.name for panel in view.skeleton(snapshot, Focus()).data]
    parts = [part for part in message["parts"] if part["key"] == "z"]
    assert len(parts) == len(symbols)
    for symbol, part in zip(symbols, parts, strict=True):
        tensor = {"h": layer.hidden, "c": layer.cell, **layer.gates}[symbol][0, 0, 0].T
        codes = np.frombuffer(data, np.uint8, tensor.size, part["offset"]).reshape(part["shape"])
        low, high = part["limits"]
        assert np.abs(decode(codes, (low, high)) - tensor).max() <= (high - low) / 254 / 2 + 1e-12
