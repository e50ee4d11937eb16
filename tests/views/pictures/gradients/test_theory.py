"""Theory beside measurement: where the theory is exact, both lines are one."""

import dataclasses

import numpy as np
import pytest
import torch

from rnnviz.training import Snapshot
from rnnviz.views import Focus, TheoryView
from tests.views.runs import STEPS_BACK, alike, begin, frames, norm, notices

VIEW = TheoryView()
BACK = np.arange(STEPS_BACK)[::-1]  # steps to the last


def calm(radius: float, **changes: object) -> Snapshot:
    """Return a plain RNN near 0, where tanh is a straight line, with W_hh = ``radius`` times the identity."""
    session = begin("rnn", init="identity", **changes)
    with torch.no_grad():
        for name, weight in session.model.recurrent.named_parameters():
            weight.mul_(radius if "weight_hh" in name else 1e-3)
    return session.snapshot()


@pytest.mark.parametrize("radius", [0.8, 1.25])
def test_a_linear_network_fades_exactly_as_the_spectral_radius_says(radius: float) -> None:
    measured, rho, sigma = VIEW.figure(calm(radius)).data
    np.testing.assert_allclose(rho.y, radius**BACK, rtol=1e-5)
    np.testing.assert_allclose(sigma.y, radius**BACK, rtol=1e-5)
    np.testing.assert_allclose(measured.y, radius**BACK, rtol=1e-3)


def test_the_backward_direction_counts_from_its_own_last_step() -> None:
    measured, rho, _ = VIEW.figure(calm(0.8, bidirectional=True), Focus(direction=1)).data
    np.testing.assert_allclose(rho.y, 0.8 ** BACK[::-1], rtol=1e-5)
    np.testing.assert_allclose(measured.y, 0.8 ** BACK[::-1], rtol=1e-3)


@pytest.mark.parametrize("name", ["rnn", "relu"])
@pytest.mark.parametrize("seed", range(4))
def test_the_lines_have_torchs_radius_and_norm_and_the_bound_holds(name: str, seed: int) -> None:
    session = begin(name, seed=seed, init="xavier")
    snapshot, matrix = session.snapshot(), session.model.recurrent.weight_hh_l0.detach().double()
    measured, rho, sigma = VIEW.figure(snapshot).data
    radius, largest = torch.linalg.eigvals(matrix).abs().max().item(), torch.linalg.matrix_norm(matrix, 2).item()
    np.testing.assert_allclose(rho.y, radius**BACK, rtol=1e-6)
    np.testing.assert_allclose(sigma.y, largest**BACK, rtol=1e-6)
    assert (measured.y <= sigma.y * (1 + 1e-5)).all()
    assert f"ρ = {radius:.3f} · σₘₐₓ = {largest:.3f}" in notices(VIEW.figure(snapshot))


@pytest.mark.parametrize("name", ["rnn", "relu", "lstm", "gru", "two layers", "both ways"])
def test_the_measured_line_is_the_norm_of_the_gradient_relative_to_the_step_read_last(name: str) -> None:
    snapshot = frames(name)[-1]
    layers, directions = snapshot.layer.hidden.shape[:2]
    gradient = snapshot.layer.grad_hidden if snapshot.layer.cell is None else snapshot.layer.grad_cell
    for layer, direction in np.ndindex(layers, directions):
        truth = norm(gradient, layer, direction)
        drawn = VIEW.figure(snapshot, Focus(0, layer, direction)).data[0].y
        np.testing.assert_allclose(drawn, truth / truth[0 if direction else -1], rtol=1e-12)


@pytest.mark.parametrize("name", ["lstm", "gru"])
@pytest.mark.parametrize("bias", [-1.0, 0.0, 3.0])
def test_where_the_gates_do_not_see_the_state_their_product_is_the_gradient(name: str, bias: float) -> None:
    figure = VIEW.figure(alike(name, bias).snapshot())
    kept = 1 / (1 + np.exp(-bias))
    for line in figure.data:
        np.testing.assert_allclose(line.y, kept**BACK, rtol=1e-4)
    assert f"mean {'f' if name == 'lstm' else 'z'} = {kept:.3f}" in notices(figure)


@pytest.mark.parametrize(("name", "gate"), [("lstm", "f"), ("gru", "z"), ("both ways", "f")])
def test_the_dashed_line_is_the_mean_over_sequences_and_units_of_the_product_of_later_gates(
    name: str, gate: str
) -> None:
    snapshot = frames(name)[-1]
    for direction in range(snapshot.layer.hidden.shape[1]):
        gates = snapshot.layer.gates[gate][0, direction].astype(float)
        later = [gates[:, :t] if direction else gates[:, t + 1 :] for t in range(STEPS_BACK)]
        truth = [np.prod(part, axis=1).mean() for part in later]
        drawn = VIEW.figure(snapshot, Focus(direction=direction)).data[1]
        np.testing.assert_allclose(drawn.y, truth, rtol=1e-10)
        assert drawn.line.dash == "dash"


def test_without_a_gradient_at_the_last_step_there_is_no_share_to_draw() -> None:
    snapshot = frames("rnn")[0]
    layer = dataclasses.replace(snapshot.layer, grad_hidden=np.zeros_like(snapshot.layer.grad_hidden))
    assert np.isnan(VIEW.figure(dataclasses.replace(snapshot, layer=layer)).data[0].y).all()


@pytest.mark.parametrize("factor", [1e-30, 1.0, 1e30])
def test_the_log_axis_holds_what_lies_within_twenty_powers_of_ten(factor: float) -> None:
    session = begin("rnn")
    with torch.no_grad():
        session.model.recurrent.weight_hh_l0.mul_(factor)
    figure = VIEW.figure(session.snapshot())
    low, high = figure.layout.yaxis.range
    assert -20 <= low < 0 < high <= 20.5
    for line in figure.data[:2]:  # a loose bound may leave the picture
        logs = np.log10(line.y[np.isfinite(line.y)])
        assert ((logs >= max(low, -20)) | (logs < -20)).all()
        assert ((logs <= high) | (logs > 20)).all()


def test_weights_that_are_not_finite_leave_the_theory_blank() -> None:
    snapshot = frames("rnn")[0]
    weights = {"W_hh": np.full_like(snapshot.layer.weights["W_hh"], np.nan)}
    broken = dataclasses.replace(snapshot, layer=dataclasses.replace(snapshot.layer, weights=weights))
    assert all(np.isnan(line.y[:-1]).all() for line in VIEW.figure(broken).data[1:])


def test_there_is_no_theory_without_a_loss() -> None:
    snapshot = frames("rnn")[0]
    layer = dataclasses.replace(snapshot.layer, grad_hidden=None)
    assert VIEW.exists(snapshot)
    assert not VIEW.exists(dataclasses.replace(snapshot, layer=layer))
