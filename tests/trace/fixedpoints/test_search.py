"""`rv.fixed_points`: which layer, which input is held, where it starts, what it says, and that it changes nothing."""

import sys
from contextlib import nullcontext
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

import rnnviz as rv
from rnnviz.models import SequenceModel
from tests.trace.fixedpoints.systems import filled, scattered
from tests.trace.untouched import Model, assert_same, state_of


def follows_input(layers: int = 1) -> nn.RNN:
    """A layer without memory: it rests at tanh(x̄)."""
    names = {f"weight_ih_l{layer}": torch.eye(2) for layer in range(layers)}
    layer = filled(nn.RNN(2, 2, num_layers=layers, batch_first=True), **names)
    assert isinstance(layer, nn.RNN)
    return layer


def test_the_input_that_is_held_is_the_mean_of_what_the_layer_reads() -> None:
    x = scattered(4, 7, 2)
    found = rv.fixed_points(follows_input(), x)
    mean = x.double().mean((0, 1)).numpy()
    np.testing.assert_allclose(found.constant_input, mean, atol=1e-12)
    np.testing.assert_allclose(found.points, np.tanh(mean)[None], atol=1e-12)


def test_what_lies_past_a_sequences_end_is_neither_part_of_the_mean_nor_a_start() -> None:
    x = scattered(2, 5, 2)
    x[1, 3:] = 1e6
    packed = pack_padded_sequence(x, torch.tensor([5, 3]), batch_first=True)
    found = rv.fixed_points(follows_input(), packed)
    read = torch.cat([x[0], x[1, :3]]).double()
    np.testing.assert_allclose(found.constant_input, read.mean(0), atol=1e-12)
    np.testing.assert_allclose(found.points, np.tanh(read.mean(0).numpy())[None], atol=1e-12)


@pytest.mark.parametrize(
    ("given", "held"),
    [
        (0, [0, 0]),
        (0.5, [0.5, 0.5]),
        ([1, 2], [1, 2]),
        (np.array([0.25, 0]), [0.25, 0]),
        (torch.tensor([1.0, -1]), [1, -1]),
    ],
)
def test_another_input_may_be_held(given: Any, held: list[float]) -> None:
    found = rv.fixed_points(follows_input(), scattered(4, 7, 2), constant_input=given)
    np.testing.assert_array_equal(found.constant_input, held)
    np.testing.assert_allclose(found.points, np.tanh([held]), atol=1e-12)


def test_a_layer_behind_an_embedding_is_held_at_the_mean_of_the_vectors_that_it_reads() -> None:
    torch.manual_seed(0)
    model = SequenceModel("gru", input_size=4, hidden_size=6, output_size=2, vocabulary=9)
    tokens, lengths = torch.tensor([[3, 5, 2, 0], [7, 2, 0, 0]]), torch.tensor([3, 2])
    found = rv.fixed_points(model, (tokens, lengths))
    read = model.embedding.weight.detach().double()[torch.tensor([3, 5, 2, 7, 2])]
    np.testing.assert_allclose(found.constant_input, read.mean(0), atol=1e-7)
    assert found.layer == "recurrent"


def test_a_layer_of_a_stack_is_held_at_the_mean_state_of_the_one_below() -> None:
    x = scattered(4, 7, 2)
    found = rv.fixed_points(follows_input(layers=2), x, layer="rnn.l1")
    below = torch.tanh(x).double().mean((0, 1)).numpy()
    np.testing.assert_allclose(found.constant_input, below, atol=1e-7)
    np.testing.assert_allclose(found.points, np.tanh(below)[None], atol=1e-7)


@pytest.mark.parametrize("direction", ["", "_reverse"])
def test_both_directions_of_a_layer_are_systems_of_their_own(direction: str) -> None:
    torch.manual_seed(0)
    both, alone = nn.GRU(2, 3, bidirectional=True, batch_first=True), nn.GRU(2, 3, batch_first=True)
    alone.load_state_dict({name: getattr(both, name + direction).detach() for name, _ in alone.named_parameters()})
    x = scattered(4, 7, 2)
    found = rv.fixed_points(both, x, layer=f"gru.l0{direction}")
    np.testing.assert_allclose(found.points, rv.fixed_points(alone, x).points, atol=1e-9)


def test_of_several_layers_one_is_chosen_by_its_path() -> None:
    torch.manual_seed(0)

    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.GRU(2, 3, batch_first=True), nn.LSTM(3, 2, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.second(self.first(x)[0])[0]

    model, x = Two(), scattered(4, 7, 2)
    assert rv.fixed_points(model, x, layer="first").points.shape == (1, 3)
    assert rv.fixed_points(model, x, layer="second").points.shape == (1, 4)
    with pytest.raises(ValueError, match=r"layer must be one of 'first', 'second', got None"):
        rv.fixed_points(model, x)


def test_starts_are_drawn_by_the_seed_and_the_same_call_finds_the_same_numbers() -> None:
    torch.manual_seed(0)
    layer = nn.RNN(2, 8, batch_first=True)
    with torch.no_grad():
        layer.weight_hh_l0 *= 5
    x = scattered(10, 20, 2)
    found = rv.fixed_points(layer, x, n=20)
    torch.manual_seed(1), np.random.seed(1)
    np.testing.assert_array_equal(rv.fixed_points(layer, x, n=20).points, found.points)
    others = [rv.fixed_points(layer, x, n=1, seed=seed).points.tolist() for seed in range(5)]
    assert any(one != others[0] for one in others)
    more = rv.fixed_points(layer, x, n=2000)
    nearest = np.linalg.norm(found.points[found.fixed][:, None] - more.points, axis=2).min(1)
    assert (nearest < 1e-3).mean() == 1


def test_a_speed_up_to_the_tolerance_counts_as_fixed() -> None:
    layer = filled(nn.RNN(1, 1, batch_first=True), weight_ih_l0=1.0, weight_hh_l0=2.0, bias_hh_l0=0.55)
    x = scattered(40, 10, 1, reach=4.0)
    strict = rv.fixed_points(layer, x, constant_input=0)
    assert list(strict.fixed) == [True, False]
    assert rv.fixed_points(layer, x, constant_input=0, tol=2 * float(strict.speeds[1])).fixed.all()


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    "mode", [nullcontext, torch.no_grad, torch.inference_mode, lambda: torch.autocast("cpu", dtype=torch.bfloat16)]
)
def test_the_model_the_generators_and_the_modes_are_as_they_were(mode: Any, training: bool) -> None:
    torch.manual_seed(0)
    model = Model().train(training)
    model(torch.randn(5, 6, 3)).sum().backward()
    with mode():
        before, cast = state_of(model), torch.is_autocast_enabled("cpu")
        found = rv.fixed_points(model, scattered(5, 6, 3), layer="recurrent.l1")
        assert_same(before, state_of(model))
        assert torch.is_autocast_enabled("cpu") == cast
    assert len(found.points)


def test_dropout_takes_no_part() -> None:
    torch.manual_seed(0)
    model, x = Model().train(), scattered(5, 6, 3)
    before = rv.fixed_points(model, x, layer="recurrent.l1")
    model.eval()
    np.testing.assert_array_equal(rv.fixed_points(model, x, layer="recurrent.l1").points, before.points)


@pytest.mark.parametrize(("dtype", "device"), [(torch.float64, "cpu"), (torch.float16, "cpu"), (torch.float32, "meta")])
def test_torchs_defaults_matter_nothing_and_stay(dtype: torch.dtype, device: str) -> None:
    layer, x = follows_input(), scattered(4, 7, 2)
    expected = rv.fixed_points(layer, x).points
    before = torch.get_default_dtype()
    try:
        torch.set_default_dtype(dtype)
        with torch.device(device):
            found = rv.fixed_points(layer, x).points
            assert torch.zeros(1).device.type == device
        assert torch.get_default_dtype() is dtype
    finally:
        torch.set_default_dtype(before)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_compiled_model_is_looked_into() -> None:
    model, x = torch.compile(follows_input(), backend="eager"), scattered(4, 7, 2)
    np.testing.assert_allclose(rv.fixed_points(model, x).points, rv.fixed_points(follows_input(), x).points)


def found_of_two() -> Any:
    layer = filled(nn.RNN(1, 1, batch_first=True), weight_ih_l0=1.0, weight_hh_l0=2.0, bias_hh_l0=0.55)
    return rv.fixed_points(layer, scattered(40, 10, 1, reach=4.0), constant_input=0)


def test_what_was_found_is_said_in_one_line() -> None:
    assert repr(found_of_two()) == "FixedPoints(rnn, rnn: 1 fixed (1 stable), 1 slow, units=1, largest |eigenvalue|=1)"


def test_rows_and_a_data_frame_say_of_each_point_what_the_arrays_say() -> None:
    found = found_of_two()
    frame = found.to_frame()
    expected = {"fixed": found.fixed, "stable": found.stable, "speed": found.speeds, "h0": found.points[:, 0]}
    for name, values in expected.items():
        assert list(frame[name]) == list(values)
    assert list(frame["size"]) == list(np.abs(found.eigenvalues[:, 0]))
    assert frame[list(found.rows[0])].to_dict("records") == found.rows
    lstm = rv.fixed_points(nn.LSTM(2, 2, batch_first=True), scattered(2, 3, 2))
    assert list(lstm.to_frame())[-4:] == ["h0", "h1", "c0", "c1"]
    assert isinstance(frame, pd.DataFrame)


def test_without_pandas_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    found = found_of_two()
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pandas is not installed; install pandas, or take \.rows"):
        found.to_frame()


def test_arrays_cannot_be_written_to() -> None:
    found = found_of_two()
    for name in ("points", "speeds", "eigenvalues", "fixed", "constant_input"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[...] = 0


def test_where_no_start_ends_slowly_there_is_no_point() -> None:
    # h = relu(h + 1): every step moves the state by 1, everywhere
    layer = filled(nn.RNN(1, 1, nonlinearity="relu", batch_first=True), weight_hh_l0=1.0, bias_hh_l0=1.0)
    found = rv.fixed_points(layer, scattered(3, 5, 1), constant_input=0)
    assert found.points.shape == (0, 1)
    assert found.eigenvalues.shape == (0, 1)
    assert repr(found) == "FixedPoints(rnn, rnn: 0 fixed (0 stable), 0 slow, units=1)"
    assert found.to_frame().shape[0] == 0
    assert "fixed" in found.to_frame()


class Scaled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        return torch.tanh(x + self.scale * h)


class AroundScaled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = Scaled()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = x.new_zeros(len(x), 2)
        for t in range(x.shape[1]):
            h = self.cell(x[:, t], h)
        return h


@pytest.mark.usefixtures("empty_registry")
def test_of_a_registered_cell_the_sentence_says_that_its_equations_are_not_known() -> None:
    rv.register_cell(Scaled, lambda cell, x, h: cell(x, h))
    with pytest.raises(ValueError, match=r"layer must be an RNN, LSTM or GRU.*registered cell \(Scaled\)"):
        rv.fixed_points(AroundScaled(), scattered(2, 3, 2))


def changing() -> nn.Module:
    class Changing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.RNNCell(2, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = None
            for t in range(x.shape[1]):
                masked = {"weight_hh": self.cell.weight_hh * (t % 2)}
                h = torch.func.functional_call(self.cell, masked, (x[:, t], h))
            return h

    return Changing()


def broken() -> nn.Module:
    return filled(nn.RNN(2, 2, batch_first=True), weight_hh_l0=torch.nan)


GOOD = {"model": follows_input(), "inputs": scattered(4, 7, 2)}
WRONG = [
    ({"model": "rnn"}, TypeError, "model must be a torch.nn.Module, got str"),
    ({"model": nn.Linear(2, 2)}, ValueError, "model holds no recurrent layer"),
    ({"model": broken()}, ValueError, "model must have finite weights and states, got others in 'rnn'"),
    ({"model": changing()}, ValueError, "model must keep the weights of 'cell' from call to call"),
    ({"inputs": None}, TypeError, "inputs must be a tensor, or a tuple of what the model is called with .*, got None"),
    ({"inputs": ()}, TypeError, r"inputs must be a tensor, .* got \(\)"),
    ({"inputs": [1.0]}, TypeError, r"inputs must be a tensor, .* got \[1\.0\]"),
    ({"n": 0}, ValueError, "n must be at least 1, got 0"),
    ({"n": 2.5}, TypeError, "n must be a whole number, got 2.5"),
    ({"n": 10**9}, ValueError, "n must be at most 65536"),
    ({"tol": 0}, ValueError, "tol must be above 0, got 0"),
    ({"tol": "1"}, TypeError, "tol must be a number, got '1'"),
    ({"layer": "gru"}, ValueError, "layer must be one of 'rnn', got 'gru'"),
    ({"layer": 0}, TypeError, "layer must be words, got 0"),
    ({"constant_input": [1.0]}, TypeError, r"constant_input must be None, a number or 2 numbers, .*, got \[1\.0\]"),
    ({"constant_input": "mean"}, TypeError, "constant_input must be None, a number or 2 numbers, .*, got 'mean'"),
    ({"constant_input": [[1, 2], [3]]}, TypeError, "constant_input must be None, a number or 2 numbers"),
    ({"constant_input": True}, TypeError, "constant_input must be None, a number or 2 numbers, .*, got True"),
    ({"constant_input": np.nan}, ValueError, "constant_input must be finite, got nan"),
    ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
    ({"inputs": torch.zeros(0, 5, 2)}, ValueError, "inputs must hold a sequence or more, got none"),
    ({"inputs": torch.full((1, 5, 2), torch.nan)}, ValueError, "inputs must be finite where 'rnn' reads them"),
]


@pytest.mark.parametrize(
    ("wrong", "kind", "words"), WRONG, ids=[f"{next(iter(one[0]))}-{k}" for k, one in enumerate(WRONG)]
)
def test_what_is_wrong_is_said_in_a_sentence(wrong: dict[str, Any], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        rv.fixed_points(**{**GOOD, **wrong})


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.int32], ids=str)
def test_a_constant_input_may_be_a_tensor_of_any_numbers(dtype: torch.dtype) -> None:
    found = rv.fixed_points(**GOOD, constant_input=torch.tensor([1, 2], dtype=dtype))
    assert found.constant_input.tolist() == [1.0, 2.0]
