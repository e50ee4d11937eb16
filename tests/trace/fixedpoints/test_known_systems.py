"""Fixed points and eigenvalues of systems for which both are known by a formula or by bisection."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz as rv
from tests.trace.fixedpoints.systems import filled, fold, scattered, turning


def bisected(function: Callable[[float], float], low: float, high: float) -> float:
    assert function(low) * function(high) < 0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if function(low) * function(middle) > 0 else (low, middle)
    return (low + high) / 2


@pytest.mark.parametrize(("w", "b"), [(2.0, 0.0), (2.0, 0.2), (1.5, -0.05), (5.0, 1.0)])
def test_one_tanh_unit_that_feeds_itself_strongly_rests_at_three_points(w: float, b: float) -> None:
    layer = filled(nn.RNN(1, 1, batch_first=True), weight_ih_l0=1.0, weight_hh_l0=w, bias_hh_l0=b)
    found = rv.fixed_points(layer, scattered(40, 10, 1, reach=4.0), n=400, constant_input=0)
    w, b = layer.weight_hh_l0.item(), layer.bias_hh_l0.item()  # as float32 has them
    bend = math.acosh(math.sqrt(w)) / w  # of tanh(w h + b) − h: up to it falls, between rises
    roots = [
        bisected(lambda h: math.tanh(w * h + b) - h, *ends)
        for ends in ((-1.0, -bend - b / w), (-bend - b / w, bend - b / w), (bend - b / w, 1.0))
    ]
    np.testing.assert_allclose(sorted(found.points[:, 0]), roots, atol=1e-12)
    np.testing.assert_allclose(found.eigenvalues[:, 0], w * (1 - found.points[:, 0] ** 2), atol=1e-12)
    assert found.fixed.all()
    assert list(found.stable) == [True, True, False]
    assert list(found.unstable_directions) == [0, 0, 1]


def test_the_point_between_two_that_attract_is_found_where_no_start_lies_near_it() -> None:
    # h = tanh(9 h): every visited state lies near −1 or 1
    layer = filled(nn.RNN(1, 1, batch_first=True), weight_ih_l0=1.0, weight_hh_l0=9.0)
    x = torch.tensor([20.0, -20.0]).reshape(2, 1, 1).expand(2, 4, 1)
    found = rv.fixed_points(layer, (x, torch.full((1, 2, 1), 0.9)), constant_input=0)
    assert [round(one, 3) for one in sorted(found.points[:, 0])] == [-1, 0, 1]
    assert list(found.unstable_directions) == [0, 0, 1]


def test_just_past_the_fold_the_state_passes_slowly_where_two_points_have_met() -> None:
    w, b = 2.0, fold(2.0) + 0.002
    layer = filled(nn.RNN(1, 1, batch_first=True), weight_ih_l0=1.0, weight_hh_l0=w, bias_hh_l0=b)
    found = rv.fixed_points(layer, scattered(40, 10, 1, reach=4.0), constant_input=0)
    b = layer.bias_hh_l0.item()
    h = np.linspace(-0.99, 0.0, 2_000_001)
    speeds = np.abs(np.tanh(w * h + b) - h)
    assert list(found.fixed) == [True, False]
    assert found.points[1, 0] == pytest.approx(h[speeds.argmin()], abs=1e-5)
    assert found.speeds[1] == pytest.approx(speeds.min(), abs=1e-9)
    assert found.points[0, 0] > 0.9


@pytest.mark.parametrize(("factor", "stable"), [(0.9, True), (1.1, False)])
def test_a_turning_plane_rests_at_its_centre_with_a_pair_of_complex_eigenvalues(factor: float, stable: bool) -> None:
    layer = filled(nn.RNN(2, 2, batch_first=True), weight_ih_l0=torch.eye(2), weight_hh_l0=turning(0.7, factor))
    found = rv.fixed_points(layer, scattered(20, 10, 2, reach=0.3), constant_input=0)
    centre = np.abs(found.points).max(1).argmin()
    np.testing.assert_allclose(found.points[centre], [0, 0], atol=1e-12)
    expected = factor * np.exp([0.7j, -0.7j])
    np.testing.assert_allclose(sorted(found.eigenvalues[centre], key=np.imag), sorted(expected, key=np.imag), atol=1e-6)
    assert found.fixed[centre]
    assert found.stable[centre] == stable


def test_a_linear_layer_rests_where_algebra_says_with_the_eigenvalues_of_its_matrix() -> None:
    matrix, b = torch.tensor([[0.5, 0.3, 0.0], [0.1, 0.2, 0.3], [0.0, 0.4, 0.6]]), torch.tensor([1.0, 0.5, 2.0])
    layer = nn.RNN(3, 3, nonlinearity="relu", batch_first=True)  # linear, where all states are above 0
    filled(layer, weight_ih_l0=torch.eye(3), weight_hh_l0=matrix, bias_ih_l0=b)
    found = rv.fixed_points(layer, 1 + scattered(10, 10, 3, reach=1.0), constant_input=[1.0, 0.0, 0.0])
    exact = matrix.double().numpy()
    rest = np.linalg.solve(np.eye(3) - exact, b.double().numpy() + np.array([1, 0, 0]))
    np.testing.assert_allclose(found.points, rest[None], rtol=1e-10)
    np.testing.assert_allclose(np.sort(found.eigenvalues[0].real), np.sort(np.linalg.eigvals(exact).real), atol=1e-10)


def test_two_units_that_feed_themselves_have_every_pair_of_the_points_of_one() -> None:
    layer = filled(nn.RNN(2, 2, batch_first=True), weight_ih_l0=torch.eye(2), weight_hh_l0=2 * torch.eye(2))
    found = rv.fixed_points(layer, scattered(60, 10, 2, reach=3.0), n=500, constant_input=0)
    rest = bisected(lambda h: math.tanh(2 * h) - h, 0.5, 1.0)
    pairs = {(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)}
    assert {tuple(int(np.rint(one)) for one in point / rest) for point in found.points} == pairs
    assert len(found.points) == 9
    assert sorted(found.unstable_directions.tolist()) == [0, 0, 0, 0, 1, 1, 1, 1, 2]


def test_a_gru_without_weights_halves_its_state_until_it_is_0() -> None:
    found = rv.fixed_points(filled(nn.GRU(2, 3, batch_first=True)), scattered(3, 5, 2))
    np.testing.assert_allclose(found.points, np.zeros((1, 3)), atol=1e-12)
    np.testing.assert_allclose(found.eigenvalues, np.full((1, 3), 0.5), atol=1e-12)


def test_an_lstm_that_reads_no_state_rests_where_its_gates_say() -> None:
    i, f, g, o = 0.3, 1.2, -0.4, 0.8
    layer = filled(nn.LSTM(1, 1, batch_first=True), bias_ih_l0=torch.tensor([i, f, g, o]))
    found = rv.fixed_points(layer, scattered(3, 5, 1))
    sigmoid = [1 / (1 + math.exp(-one)) for one in layer.bias_ih_l0.tolist()]
    c = sigmoid[0] * math.tanh(layer.bias_ih_l0[2].item()) / (1 - sigmoid[1])
    np.testing.assert_allclose(found.cell, [[c]], atol=1e-12)
    np.testing.assert_allclose(found.hidden, [[sigmoid[3] * math.tanh(c)]], atol=1e-12)
    np.testing.assert_allclose(found.points, np.concatenate([found.hidden, found.cell], 1))
    np.testing.assert_allclose(found.eigenvalues, [[sigmoid[1], 0]], atol=1e-12)


LAYERS = {
    "tanh": lambda: nn.RNN(2, 4, batch_first=True),
    "relu": lambda: nn.RNN(2, 4, nonlinearity="relu", batch_first=True),
    "no bias": lambda: nn.RNN(2, 4, bias=False, batch_first=True),
    "gru": lambda: nn.GRU(2, 4, batch_first=True),
    "lstm": lambda: nn.LSTM(2, 4, batch_first=True),
    "projected": lambda: nn.LSTM(2, 4, proj_size=3, bias=False, batch_first=True),
}


def one_step(layer: nn.RNNBase, constant: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return one step of torch's own layer, of states (unit,)."""
    hidden = layer.proj_size or layer.hidden_size

    def step(state: torch.Tensor) -> torch.Tensor:
        h, c = state[None, None, :hidden], state[None, None, hidden:]
        after = layer(constant[None, None], (h, c) if isinstance(layer, nn.LSTM) else h)[1]
        return torch.cat(after if isinstance(after, tuple) else (after,), dim=2)[0, 0]

    return step


@pytest.mark.filterwarnings("ignore:LSTM with projections")
@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("seed", range(3))
def test_torchs_own_layer_stays_at_each_point_and_its_slopes_by_finite_differences_have_these_eigenvalues(
    name: str, seed: int
) -> None:
    torch.manual_seed(seed)
    layer = LAYERS[name]()
    with torch.no_grad():
        layer.weight_hh_l0 *= 1.5
    constant = torch.tensor([0.5, -0.3])
    found = rv.fixed_points(layer, scattered(10, 10, 2), constant_input=constant)
    assert found.fixed.any()
    step = one_step(layer.double(), constant.double())
    for point, speed, eigenvalues in zip(found.points, found.speeds, found.eigenvalues, strict=True):
        state = torch.tensor(point)
        with torch.no_grad():
            assert float((step(state) - state).norm()) == pytest.approx(float(speed), abs=1e-12)
            width = 1e-6 * torch.eye(len(state), dtype=torch.float64)
            columns = [(step(state + one) - step(state - one)) / 2e-6 for one in width]
        slopes = torch.stack(columns, dim=1).numpy()
        for one in eigenvalues:  # each makes slopes − λ singular
            assert np.linalg.svd(slopes - one * np.eye(len(state)), compute_uv=False)[-1] < 1e-7
        assert np.trace(slopes) == pytest.approx(eigenvalues.sum(), abs=1e-7)
        exact = torch.autograd.functional.jacobian(step, state).numpy()
        assert np.trace(exact @ exact) == pytest.approx((eigenvalues**2).sum(), abs=1e-9)


@pytest.mark.parametrize(("cell", "layer"), [(nn.RNNCell, nn.RNN), (nn.GRUCell, nn.GRU), (nn.LSTMCell, nn.LSTM)])
def test_a_cell_called_in_a_loop_has_the_points_of_the_layer_with_its_weights(
    cell: type[nn.Module], layer: type[nn.Module]
) -> None:
    class Looped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = cell(2, 5)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            state = None
            for t in range(x.shape[1]):
                state = self.cell(x[:, t], state)
            return state[0] if isinstance(state, tuple) else state

    torch.manual_seed(0)
    model, fused = Looped(), layer(2, 5, batch_first=True)
    fused.load_state_dict({f"{name}_l0": one for name, one in model.cell.state_dict().items()})
    x = scattered(6, 9, 2)
    ours, theirs = rv.fixed_points(model, x), rv.fixed_points(fused, x)
    assert ours.layer == "cell"
    np.testing.assert_allclose(ours.points, theirs.points, atol=1e-6)
    np.testing.assert_allclose(ours.constant_input, theirs.constant_input, atol=1e-7)


def test_a_fixed_points_largest_eigenvalue_is_first_and_points_go_from_stable_to_unstable_to_slow() -> None:
    torch.manual_seed(0)
    layer = nn.RNN(2, 12, batch_first=True)
    with torch.no_grad():
        layer.weight_hh_l0 *= 5
    found = rv.fixed_points(layer, scattered(20, 20, 2), n=200)
    sizes = np.abs(found.eigenvalues)
    assert (np.diff(sizes, axis=1) <= 0).all()
    count = int(found.fixed.sum())
    assert count > 2
    assert found.fixed[:count].all()
    assert (np.diff(sizes[:count, 0]) >= 0).all()
    assert (np.diff(found.speeds[count:]) >= 0).all()
    apart = np.linalg.norm(found.points[:, None] - found.points, axis=2)
    assert (apart[~np.eye(len(apart), dtype=bool)] > 1e-3).all()
