"""Eigenvalues: the points are those of torch, on axes of equal length."""

import dataclasses

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from rnnviz.training import Snapshot
from rnnviz.views import Focus, SpectrumView
from tests.views.runs import UNITS, begin, frames, notices

GATES = {"lstm": "ifgo", "gru": "rzn"}


def points(figure: go.Figure) -> np.ndarray:
    """Return all drawn eigenvalues in a fixed order."""
    parts = [np.asarray(trace.x) + 1j * np.asarray(trace.y) for trace in figure.data[1:]]
    return ordered(np.concatenate(parts))


def ordered(values: np.ndarray) -> np.ndarray:
    values = np.round(values, 10)
    return values[np.lexsort((values.imag, values.real))]


def with_matrix(matrix: np.ndarray) -> Snapshot:
    """Return a plain RNN's snapshot with this recurrent matrix."""
    return with_weights(frames("rnn")[0], np.asarray(matrix, np.float32))


def with_weights(snapshot: Snapshot, W_hh: np.ndarray, *, projected: bool = False) -> Snapshot:
    """Return a snapshot with these recurrent weights, and with as many units as they have columns.

    Of a projected layer only the hidden states have so many, cells and gates have as they had.
    """
    fields = {one.name: getattr(snapshot.layer, one.name) for one in dataclasses.fields(snapshot.layer) if one.init}
    units = W_hh.shape[-1]
    narrow = {
        name: one[..., :units]
        for name, one in fields.items()
        if isinstance(one, np.ndarray) and one.ndim > 1 and one.shape[-1] == UNITS
        if not (projected and "cell" in name)
    }
    gates = {name: one if projected else one[..., :units] for name, one in snapshot.layer.gates.items()}
    layer = dataclasses.replace(snapshot.layer, **narrow, gates=gates, weights={"W_hh": W_hh[None, None]})
    return dataclasses.replace(snapshot, layer=layer)


def test_a_scaled_rotation_has_its_known_pair() -> None:
    figure = SpectrumView().figure(with_matrix(np.array([[0.6, -0.8], [0.8, 0.6]]) * 1.5))
    np.testing.assert_allclose(points(figure), [0.9 - 1.2j, 0.9 + 1.2j], atol=1e-6)
    assert "ρ = 1.500 · 2 of 2 outside the circle" in notices(figure)


def test_what_lies_on_the_circle_but_for_rounding_is_not_counted_outside() -> None:
    turns, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(UNITS, UNITS)))
    figure = SpectrumView().figure(with_matrix(turns))
    assert f"ρ = 1.000 · 0 of {UNITS} outside the circle" in notices(figure)
    assert len(figure.data[2].x) == 0


def test_a_permutation_has_the_roots_of_unity() -> None:
    figure = SpectrumView().figure(with_matrix(np.roll(np.eye(5), 1, axis=0) * 0.999))
    np.testing.assert_allclose(points(figure) / 0.999, ordered(np.exp(2j * np.pi * np.arange(5) / 5)), atol=1e-6)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru", "two layers", "both ways"])
def test_every_gate_layer_and_direction_has_the_eigenvalues_that_torch_finds(name: str) -> None:
    session = begin(name)
    snapshot, weights = session.snapshot(), dict(session.model.recurrent.named_parameters())
    gates = GATES.get(snapshot.layer.kind, "h")
    for layer, direction in np.ndindex(snapshot.layer.hidden.shape[:2]):
        whole = weights[f"weight_hh_l{layer}{'_reverse' if direction else ''}"].detach().double()
        for gate, block in zip(gates, whole.chunk(len(gates)), strict=True):
            figure = SpectrumView(gate).figure(snapshot, Focus(0, layer, direction))
            truth = torch.linalg.eigvals(block)
            np.testing.assert_allclose(points(figure), ordered(truth.numpy()), atol=1e-8)
            assert f"ρ = {truth.abs().max().item():.3f}" in notices(figure)


@pytest.mark.parametrize(("name", "gate"), [("lstm", "g"), ("gru", "n")])
def test_a_gated_cell_shows_its_candidate_and_says_so(name: str, gate: str) -> None:
    snapshot = frames(name)[-1]
    assert SpectrumView().figure(snapshot).to_json() == SpectrumView(gate).figure(snapshot).to_json()
    assert f"block of gate {gate} ·" in notices(SpectrumView().figure(snapshot))


def test_the_colour_tells_which_side_of_the_circle_a_point_is_on() -> None:
    figure = SpectrumView().figure(with_matrix(np.diag([0.5, -0.9, 1.1, -2.0])))
    circle, inside, outside = figure.data
    np.testing.assert_allclose(np.hypot(circle.x, circle.y), 1)
    np.testing.assert_allclose(sorted(inside.x), [-0.9, 0.5], rtol=1e-6)
    np.testing.assert_allclose(sorted(outside.x), [-2.0, 1.1], rtol=1e-6)
    np.testing.assert_allclose(sorted(outside.customdata), [1.1, 2.0], rtol=1e-6)
    assert inside.marker.color != outside.marker.color


@pytest.mark.parametrize(("radius", "reach"), [(0.0, 1.25), (1.19, 1.25), (1.3, 2.5), (2.5, 5.0), (40.0, 80.0)])
def test_the_axes_are_equal_and_grow_in_leaps(radius: float, reach: float) -> None:
    layout = SpectrumView().figure(with_matrix(np.eye(3) * radius)).layout
    assert tuple(layout.xaxis.range) == tuple(layout.yaxis.range) == (-reach, reach)
    assert (layout.yaxis.scaleanchor, layout.yaxis.scaleratio) == ("x", 1)


def test_weights_that_are_not_finite_are_no_points() -> None:
    figure = SpectrumView().figure(with_matrix(np.full((3, 3), np.inf)))
    assert [len(trace.x) for trace in figure.data[1:]] == [0, 0]
    assert "ρ = nan" in notices(figure)


def test_a_layer_without_square_recurrent_matrices_has_no_such_picture() -> None:
    snapshot = frames("lstm")[0]
    oblong = with_weights(snapshot, np.zeros((4 * UNITS, UNITS - 1)), projected=True).layer
    foreign = dataclasses.replace(snapshot.layer, kind="MyCell", weights={})
    for layer in (oblong, foreign):
        other = dataclasses.replace(snapshot, layer=layer)
        assert not SpectrumView().exists(other)
        assert SpectrumView().patches(other, Focus()) == []
    assert not SpectrumView("z").exists(snapshot)


def test_an_unknown_gate_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        ValueError, match="gate must be one of f, g, h, i, n, o, r, z, or None for the candidate, got 'x'"
    ):
        SpectrumView("x")
