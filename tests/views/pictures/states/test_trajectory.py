"""The state's path: where numpy's SVD and `rv.fixed_points` put it, turned like the frame before, never in the way."""

import dataclasses
import itertools

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

import rnnviz as rv
from rnnviz.trace.fixedpoints.points import FixedPoints
from rnnviz.training import Session, Snapshot
from rnnviz.views import VIEWS, Canvas, Focus, Picked, TrajectoryView
from rnnviz.views.pictures.states import rest
from tests.views.runs import SAMPLES, STEPS_BACK, UNITS, begin, frames, notices, train

OTHERS, LINE, STEPS, STABLE, UNSTABLE, SLOW, NOW = range(7)
FOCUSES = [("rnn", Focus()), ("relu", Focus()), ("gru", Focus(sample=2)), ("lstm", Focus(sample=1))]
FOCUSES += [("two layers", Focus(layer=1)), ("both ways", Focus(sample=1, layer=1, direction=1))]
FOCUSES += [("both ways", Focus(layer=0, direction=1))]


def places(figure: go.Figure, trace: int) -> np.ndarray:
    return np.stack([np.asarray(figure.data[trace].x, float), np.asarray(figure.data[trace].y, float)], axis=1)


def fresh(snapshot: Snapshot) -> Snapshot:
    """The same moment, of which no picture remembers anything."""
    return dataclasses.replace(snapshot, remembered={})


def components(states: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, the first two components and all shares of the variance by numpy's SVD."""
    mean = states.mean(0)
    _, sizes, rows = np.linalg.svd(states - mean, full_matrices=False)
    return mean, rows[:2], sizes**2 / (sizes**2).sum()


def signs_of(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return which way each component points in a picture: that is for the picture to choose."""
    return np.sign((found * expected).sum(0))


def same_but_for_signs(found: np.ndarray, expected: np.ndarray) -> bool:
    return bool(np.allclose(found, expected * signs_of(found, expected), atol=1e-6))


@pytest.mark.parametrize(("name", "focus"), FOCUSES)
def test_a_first_picture_shows_the_states_in_the_components_that_numpys_svd_finds(name: str, focus: Focus) -> None:
    snapshot = fresh(frames(name)[-1])
    figure = TrajectoryView().figure(snapshot, focus)
    hidden = snapshot.layer.hidden[focus.layer, focus.direction].astype(np.float64)
    mean, rows, shares = components(hidden.reshape(-1, UNITS))
    expected = (hidden - mean) @ rows.T
    assert same_but_for_signs(places(figure, STEPS), expected[focus.sample])
    np.testing.assert_array_equal(places(figure, LINE), places(figure, STEPS))
    np.testing.assert_array_equal(places(figure, NOW), places(figure, STEPS)[[focus.time]])
    others = places(figure, OTHERS).reshape(SAMPLES - 1, STEPS_BACK + 1, 2)
    assert np.isnan(others[:, -1]).all()
    rest_of_them = np.delete(expected, focus.sample, axis=0)
    assert same_but_for_signs(others[:, :-1].reshape(-1, 2), rest_of_them.reshape(-1, 2))
    assert f"{100 * shares[0]:.0f} % and {100 * shares[1]:.0f} % of the variance" in notices(figure)


def drawn_points(figure: go.Figure) -> np.ndarray:
    found = np.concatenate([places(figure, trace) for trace in (STABLE, UNSTABLE, SLOW)])
    return found[np.isfinite(found).all(1)]


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_its_points_are_those_of_fixed_points_on_the_model(name: str) -> None:
    session = begin(name)
    with torch.no_grad():
        session.model.recurrent.weight_hh_l0 *= 4
    snapshot = session.snapshot()
    found = rv.fixed_points(session.model, torch.tensor(snapshot.inputs), n=1000)
    figure = TrajectoryView().figure(snapshot)
    hidden = snapshot.layer.hidden[0, 0].astype(np.float64)
    mean, rows, _ = components(hidden.reshape(-1, UNITS))
    signs = signs_of(places(figure, STEPS), (hidden[0] - mean) @ rows.T)
    expected = (found.hidden - mean) @ rows.T * signs
    kinds = (found.fixed & found.stable, found.fixed & ~found.stable, ~found.fixed)
    counts = []
    for trace, kind in zip((STABLE, UNSTABLE, SLOW), kinds, strict=True):
        drawn = places(figure, trace)
        drawn = drawn[np.isfinite(drawn).all(1)]
        counts.append(len(drawn))
        for place in drawn:  # fewer starts may find fewer points, and none that is not there
            assert np.abs(expected[kind] - place).max(1).min() < 1e-6
    assert counts[0] + counts[1] >= 1
    assert f"{counts[0]} attract, {counts[1]} do not, {counts[2]} slow" in notices(figure)


def bistable() -> Session:
    """A plain RNN whose first unit keeps its sign: h = tanh(2 h), the others forget at once."""
    session = begin("rnn")
    with torch.no_grad():
        for weight in session.model.recurrent.parameters():
            weight.zero_()
        session.model.recurrent.weight_hh_l0[0, 0] = 2.0
        session.model.recurrent.weight_ih_l0[0, 0] = 4.0
        session.model.recurrent.bias_hh_l0[0] = -2.0  # the mean input is about one half
    return session


def test_a_switch_has_two_filled_marks_and_a_ring_between_them() -> None:
    snapshot = bistable().snapshot()
    figure = TrajectoryView().figure(snapshot)
    x = 4 * float(snapshot.inputs[..., 0].astype(np.float64).mean()) - 2
    grid = np.linspace(-1, 1, 2_000_001)
    moves = np.tanh(2 * grid + x) - grid
    roots = grid[:-1][np.sign(moves[:-1]) != np.sign(moves[1:])]
    mean = snapshot.layer.hidden[0, 0, :, :, 0].astype(np.float64).mean()
    seen = places(figure, STABLE)[:, 0], places(figure, UNSTABLE)[:, 0]
    assert [len(one) for one in seen] == [2, 1]
    np.testing.assert_allclose(sorted(np.concatenate(seen)), roots - mean, atol=1e-4)
    assert "2 attract, 1 do not, 0 slow" in notices(figure)
    assert figure.data[STABLE].marker.symbol == "circle"
    assert figure.data[UNSTABLE].marker.symbol == "circle-open"
    slope = 2 * (1 - roots**2)
    told = np.concatenate([figure.data[STABLE].customdata[:, 0], figure.data[UNSTABLE].customdata[:, 0]])
    np.testing.assert_allclose(sorted(told), sorted(slope), atol=1e-4)


def turned(snapshot: Snapshot, step: int, change: np.ndarray) -> Snapshot:
    """Return a later moment of the run whose states are the same ones, changed."""
    fields = {one.name: getattr(snapshot.layer, one.name) for one in dataclasses.fields(snapshot.layer) if one.init}
    fields["hidden"] = (fields["hidden"].astype(np.float64) @ change).astype(np.float32)
    return dataclasses.replace(snapshot, step=step, layer=type(snapshot.layer)(**fields))


def test_a_path_does_not_jump_where_the_components_change_places_or_signs() -> None:
    snapshot = fresh(frames("gru")[-1])
    before = places(TrajectoryView().figure(snapshot), STEPS)
    hidden = snapshot.layer.hidden[0, 0].astype(np.float64).reshape(-1, UNITS)
    _, rows, shares = components(hidden)
    # stretched along the second component until it is the first one
    stretch = np.eye(UNITS) + (1.05 * np.sqrt(shares[0] / shares[1]) - 1) * np.outer(rows[1], rows[1])
    later = turned(snapshot, snapshot.step + 1, stretch)
    after = places(TrajectoryView().figure(later), STEPS)
    centred = np.ptp(before, axis=0)
    np.testing.assert_allclose(after[:, 0], before[:, 0], atol=0.02 * centred[0])
    np.testing.assert_allclose(np.corrcoef(after[:, 1], before[:, 1])[0, 1], 1, atol=1e-3)
    alone = places(TrajectoryView().figure(fresh(later)), STEPS)
    assert abs(np.corrcoef(alone[:, 0], before[:, 0])[0, 1]) < 0.9
    mirrored = turned(snapshot, snapshot.step + 2, np.eye(UNITS))
    np.testing.assert_allclose(places(TrajectoryView().figure(mirrored), STEPS), before, atol=1e-6)


def test_axes_stay_until_a_state_would_leave_them() -> None:
    snapshot = fresh(frames("gru")[-1])

    def ends(factor: float, step: int) -> list[float]:
        figure = TrajectoryView().figure(turned(snapshot, step, factor * np.eye(UNITS)))
        states = np.concatenate([places(figure, trace) for trace in (OTHERS, STEPS)])
        reach = [figure.layout.xaxis.range[1], figure.layout.yaxis.range[1]]
        assert [figure.layout.xaxis.range[0], figure.layout.yaxis.range[0]] == [-one for one in reach]
        assert (np.nanmax(np.abs(states), axis=0) < reach).all()
        return reach

    first = ends(1.0, 0)
    assert ends(0.2, 1) == first
    assert ends(1.01, 2) == first
    wide = ends(6.0, 3)
    assert wide[0] > first[0]
    assert wide[1] > first[1]
    assert ends(1.0, 4) == wide


def test_padding_is_no_state() -> None:
    session = Session("python-tokens", hidden_size=UNITS, batch_size=4, probe_size=SAMPLES, device="cpu")
    snapshot = fresh(session.snapshot())
    lengths = np.array([STEPS_BACK, 4, 2])[: len(snapshot.ends)]
    cut = dataclasses.replace(snapshot, lengths=lengths)
    figure = TrajectoryView().figure(cut, Focus(sample=1))
    inside = np.concatenate([snapshot.layer.hidden[0, 0, b, :end] for b, end in enumerate(lengths)]).astype(np.float64)
    mean, rows, _ = components(inside)
    expected = (snapshot.layer.hidden[0, 0, 1, :4].astype(np.float64) - mean) @ rows.T
    found = places(figure, STEPS)
    assert same_but_for_signs(found[:4], expected)
    assert np.isnan(found[4:]).all()
    others = places(figure, OTHERS)
    assert np.isfinite(others).all(1).sum() == lengths.sum() - 4


def test_behind_an_embedding_the_mean_vector_is_held() -> None:
    session = Session("python-tokens", hidden_size=UNITS, batch_size=4, probe_size=SAMPLES, device="cpu")
    snapshot = session.snapshot()
    system = rest.step_map(snapshot, Focus())
    batch = torch.tensor(snapshot.inputs)
    there = np.arange(batch.shape[1]) < np.asarray(snapshot.ends)[:, None]
    read = session.model.embedding.weight.detach().double()[batch[torch.as_tensor(there)].long()]
    assert system is not None
    np.testing.assert_allclose(system.constant, read.mean(0), atol=1e-7)


def test_a_click_chooses_the_timestep_whose_mark_is_nearest() -> None:
    snapshot, view = frames("gru")[-1], TrajectoryView()
    marks = places(view.figure(snapshot), STEPS)
    for step in (0, 4, STEPS_BACK - 1):
        at = Picked(STEPS, float(marks[step, 0]) + 1e-6, float(marks[step, 1]), None)
        assert view.picked(snapshot, Focus(), at) == Focus(time=step)
    assert view.picked(snapshot, Focus(time=3), Picked(STABLE, 0.0, 0.0, None)) == Focus(time=3)


def test_a_layer_of_one_unit_is_a_path_on_a_line() -> None:
    figure = TrajectoryView().figure(begin("gru", hidden_size=1).snapshot())
    assert (places(figure, STEPS)[:, 1] == 0).all()
    assert "100 % and 0 % of the variance" in notices(figure)


def test_a_layer_whose_weights_are_not_known_has_a_path_and_no_points() -> None:
    snapshot = dataclasses.replace(fresh(frames("gru")[-1]), weights={})
    figure = TrajectoryView().figure(snapshot)
    assert np.isfinite(places(figure, STEPS)).all()
    assert not len(drawn_points(figure))
    assert "fixed points not known here" in notices(figure)


def test_a_layer_too_large_for_a_frame_has_a_path_and_no_points() -> None:
    figure = TrajectoryView().figure(begin("rnn", hidden_size=300).snapshot())
    assert np.isfinite(places(figure, STEPS)).all()
    assert "fixed points not known here" in notices(figure)


def test_while_it_plays_a_frame_spends_some_milliseconds_on_points_and_says_of_which_step_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session, view = begin("gru"), VIEWS["trajectory"].while_playing()
    clock = itertools.count(step=1.0)
    monkeypatch.setattr(rest.time, "perf_counter", lambda: next(clock))  # a slow machine: each look is a second later
    rounds: list[int] = []
    descended = rest.descended
    monkeypatch.setattr(rest, "descended", lambda *given: rounds.append(given[2]) or descended(*given))
    first = session.snapshot()
    canvas = Canvas(view, first, Focus())
    assert "(weights" not in canvas.patches(first, Focus())[-1].value
    rounds.clear()
    said = []
    for _ in range(40):
        snapshot = train(session, 1)
        said.append(canvas.patches(snapshot, Focus())[-1].value)
        assert len(rounds) == 1
        rounds.clear()
    assert any("(weights of step 0)" in words for words in said)
    assert not any("(weights of step 0)" in words for words in said[-1:])
    # drawn once more: it rests, and there is time
    assert "(weights" not in canvas.patches(snapshot, Focus())[-1].value


def test_an_earlier_moment_is_shown_with_points_of_its_own() -> None:
    session = begin("rnn")
    early, late = train(session, 1), train(session, 30)
    view = VIEWS["trajectory"].while_playing()
    for snapshot in (late, early):
        assert "(weights" not in view.figure(snapshot).layout.annotations[0].text
    found = view.figure(early)
    np.testing.assert_allclose(drawn_points(found), drawn_points(TrajectoryView().figure(early)), atol=1e-12)


def test_pictures_change_no_bit_of_the_training() -> None:
    watched, alone = begin("gru"), begin("gru")
    for _ in range(3):
        TrajectoryView().figure(train(watched, 2))
        train(alone, 2)
    for ours, theirs in zip(watched.model.parameters(), alone.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_a_lab_shows_it_and_a_comparison_says_which_pictures_it_has() -> None:
    lab = rv.Lab("adding", cell="gru", hidden_size=4, seq_len=8, device="cpu", seed=0, views=["trajectory"])
    lab.train(3)
    figure = lab.figure("trajectory")
    assert np.isfinite(places(figure, STEPS)).all()
    lab.close()
    with pytest.raises(ValueError, match="trajectory"):
        rv.compare(["rnn", "gru"], "adding", hidden_size=4, seq_len=8, device="cpu", views=["trajectory"])


def test_what_it_found_is_of_the_public_kind() -> None:
    found = rest.resting(frames("lstm")[-1], Focus(), patient=True)
    assert found is not None
    assert isinstance(found.points, FixedPoints)
    assert found.points.cell is not None
    assert found.points.cell.shape == found.points.hidden.shape
