"""What a trace hands back: shapes, Jacobians, saturation, a readable repr, and a file that gives it all back."""

import copy
import dataclasses
import pickle
import sys
import zipfile
from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.trace import LayerTrace, Trace, trace

KINDS = [
    (nn.RNN, {}),
    (nn.RNN, {"nonlinearity": "relu"}),
    (nn.GRU, {}),
    (nn.GRU, {"bias": False}),
    (nn.LSTM, {}),
    (nn.LSTM, {"proj_size": 2}),
]
projections = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")


def traced(kind=nn.LSTM, packed=False, **options):
    torch.manual_seed(0)
    module, x = kind(3, 4, batch_first=True, **options).double(), torch.randn(3, 6, 3).double()
    given = pack_padded_sequence(x, [6, 4, 2], batch_first=True) if packed else x
    loss = (lambda result: (result[0].data ** 2).sum()) if packed else (lambda result: (result[0] ** 2).sum())
    return module, x, trace(module, given, loss=loss)


def step_function(module, x):
    """(state, t) → next state of one sequence, states flat: h, or h and c."""
    units = module.proj_size or module.hidden_size

    def step(state, t):
        h = state[:units][None, None]
        given = (h, state[units:][None, None]) if module.mode == "LSTM" else h
        _, after = module(x[None, t : t + 1], given)
        return torch.cat([one.flatten() for one in after]) if module.mode == "LSTM" else after.flatten()

    return step


@projections
@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_jacobian_norms_are_those_of_autograds_jacobian(kind, options):
    module, x, found = traced(kind, **options)
    layer = next(iter(found.layers.values()))
    units = layer.hidden.shape[-1]
    for b in range(3):
        step = step_function(module, x[b])
        state = torch.zeros(units + (module.hidden_size if kind is nn.LSTM else 0)).double()
        jacobians = []
        for t in range(6):
            jacobians.append(torch.autograd.functional.jacobian(partial(step, t=t), state))
            state = step(state, t).detach()
        norms = [torch.linalg.matrix_norm(J[:units, :units], 2).item() for J in jacobians]
        np.testing.assert_allclose(layer.jacobian_norms[0, 0, b], norms, rtol=1e-10)
        product, products = torch.eye(len(state)).double(), []
        for J in reversed(jacobians):
            products.insert(0, torch.linalg.matrix_norm(product[:units, :units], 2).item())
            product = product @ J
        np.testing.assert_allclose(layer.jacobian_products[0, 0, b], products, rtol=1e-10)


def test_jacobians_of_the_reverse_direction_are_those_of_the_flipped_sequence():
    torch.manual_seed(0)
    both, x = nn.LSTM(3, 4, bidirectional=True, batch_first=True).double(), torch.randn(2, 6, 3).double()
    one = nn.LSTM(3, 4, batch_first=True).double()
    with torch.no_grad():
        for name, value in one.named_parameters():
            value.copy_(getattr(both, name + "_reverse"))
    lengths = torch.tensor([6, 4])
    flipped = torch.stack([torch.cat([s[:n].flip(0), s[n:]]) for s, n in zip(x, lengths, strict=True)])
    found = trace(both, pack_padded_sequence(x, lengths, batch_first=True)).layers["lstm"]
    truth = trace(one, pack_padded_sequence(flipped, lengths, batch_first=True)).layers["lstm"]
    for name in ("jacobian_norms", "jacobian_products"):
        for b, n in enumerate(lengths):
            reverse, forward = getattr(found, name)[0, 1, b, :n], getattr(truth, name)[0, 0, b, :n]
            np.testing.assert_allclose(reverse[::-1], forward, rtol=1e-10, err_msg=name)
            assert np.isnan(getattr(found, name)[0, 1, b, n:]).all()


def test_saturation_counts_the_valid_steps_near_either_end():
    _, _, found = traced(packed=True)
    layer = found.layers["lstm"]
    forget, candidate = layer.gates["f"][0, 0, :, :, 1], np.abs(layer.gates["g"][0, 0, :, :, 1])
    assert layer.saturation["f"].high[0, 0, 1] == pytest.approx((forget > 0.9).sum() / 12)
    assert layer.saturation["g"].low[0, 0, 1] == pytest.approx((candidate < 0.1).sum() / 12)
    assert layer.saturation["f"].low.shape == (1, 1, 4)


def test_values_past_a_sequences_length_are_nan_and_no_others():
    _, _, found = traced(packed=True, num_layers=2, bidirectional=True)
    layer = found.layers["lstm"]
    past = np.arange(6) >= layer.lengths[:, None]
    np.testing.assert_array_equal(layer.lengths, [6, 4, 2])
    arrays = [
        layer.hidden,
        layer.cell,
        layer.grad_hidden,
        layer.grad_hidden_direct,
        layer.grad_cell,
        *layer.gates.values(),
    ]
    for array in arrays:
        assert array.shape == (2, 2, 3, 6, 4)
        np.testing.assert_array_equal(np.isnan(array), np.broadcast_to(past[:, :, None], array.shape))


def test_every_array_refuses_to_be_written_to():
    _, _, found = traced()
    layer = found.layers["lstm"]
    with pytest.raises(ValueError, match="read-only"):
        layer.hidden[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        layer.jacobian_norms[0] = 1
    with pytest.raises(TypeError, match="does not support item assignment"):
        layer.gates["f"] = layer.hidden
    with pytest.raises(dataclasses.FrozenInstanceError):
        layer.hidden = None


def test_a_repr_says_what_there_is_in_a_line_a_layer():
    _, _, found = traced(num_layers=2)
    assert repr(found).splitlines() == [
        f"Trace(loss={found.loss:.6g})",
        "  lstm: LayerTrace(lstm: layers=2, directions=1, batch=3, time=6, units=4, gates=i f g o, "
        f"largest |dL/dh|={np.abs(found.layers['lstm'].grad_hidden).max():.3g})",
    ]
    assert "no loss" in repr(trace(nn.RNN(3, 4), torch.zeros(2, 1, 3)))


def test_a_layer_that_is_not_there_is_answered_with_those_that_are():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.GRU(3, 3), nn.RNN(3, 4)

        def forward(self, x):
            return self.b(self.a(x)[0])

    found = trace(Two(), torch.zeros(2, 1, 3))
    with pytest.raises(KeyError, match="there is no layer 'wrong' in this trace; it has 'a', 'b'"):
        found.layers["wrong"]


def test_layers_are_a_mapping_that_cannot_be_written_to():
    _, _, found = traced()
    layers = found.layers
    assert isinstance(layers, Mapping)
    assert (list(layers), len(layers), "lstm" in layers, layers.get("wrong")) == (["lstm"], 1, True, None)
    assert layers == dict(layers.items())
    with pytest.raises(TypeError, match="does not support item assignment"):
        layers["lstm"] = layers["lstm"]


def test_the_layers_of_a_loaded_trace_answer_alike(tmp_path):
    _, _, found = traced()
    found.save(tmp_path / "run.npz")
    with pytest.raises(KeyError, match="there is no layer 'gru' in this trace; it has 'lstm'"):
        Trace.load(tmp_path / "run.npz").layers["gru"]


def assert_equal(found, truth):
    if isinstance(truth, Mapping):
        assert list(found) == list(truth)
        for name in truth:
            assert_equal(found[name], truth[name])
    elif dataclasses.is_dataclass(truth):
        for field in dataclasses.fields(truth):
            assert_equal(getattr(found, field.name), getattr(truth, field.name))
    else:
        np.testing.assert_array_equal(found, truth)


@projections
@pytest.mark.parametrize(("kind", "options"), [*KINDS, (nn.LSTM, {"packed": True, "bidirectional": True})])
def test_a_saved_trace_is_read_back_as_it_was(tmp_path, kind, options):
    _, _, found = traced(kind, **options)
    found.save(tmp_path / "run.npz")
    read = Trace.load(tmp_path / "run.npz")
    assert_equal(read, found)
    layer, truth = next(iter(read.layers.values())), next(iter(found.layers.values()))
    np.testing.assert_array_equal(layer.jacobian_norms, truth.jacobian_norms)


def test_a_trace_without_a_loss_is_saved_too(tmp_path):
    found = trace(nn.Sequential(nn.Identity(), nn.GRU(3, 4)), torch.randn(2, 5, 3))
    found.save(tmp_path / "run.npz")
    assert_equal(Trace.load(tmp_path / "run.npz"), found)
    assert found.layers["1"].grad_hidden is None


def test_an_lstm_whose_first_cell_states_are_missing_is_refused_where_it_is_made():
    layer = trace(nn.LSTM(2, 3, batch_first=True), torch.zeros(1, 4, 2)).layers["lstm"]
    given = {name: getattr(layer, name) for name in LayerTrace.__dataclass_fields__}
    with pytest.raises(ValueError, match="initial_cell must be an array where kind is 'lstm'"):
        LayerTrace(**given | {"initial_cell": None, "before_cell": None})


def test_a_saved_trace_holds_no_pickle(tmp_path):
    _, _, found = traced()
    found.save(tmp_path / "run.npz")
    with zipfile.ZipFile(tmp_path / "run.npz") as archive:
        for name in archive.namelist():
            assert b"|O" not in archive.read(name)[:128]


def test_a_file_that_is_no_trace_is_refused(tmp_path):
    _, _, found = traced()
    found.save(tmp_path / "whole")
    np.savez(tmp_path / "other.npz", numbers=np.arange(3))
    np.savez(tmp_path / "words.npz", described=np.array("no json"))
    np.savez(tmp_path / "list.npz", described=np.array("[1]"))
    np.save(tmp_path / "array.npy", np.arange(3))
    (tmp_path / "evil.npz").write_bytes(pickle.dumps([1]))
    (tmp_path / "text").write_text("a text")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "half").write_bytes((tmp_path / "whole").read_bytes()[:2000])
    for name in ("other.npz", "words.npz", "list.npz", "array.npy", "evil.npz", "text", "empty", "half"):
        with pytest.raises(ValueError, match=rf"path must be a file written by Trace\.save, got '.*{name}', which is"):
            Trace.load(tmp_path / name)


def test_a_trace_can_be_pickled_and_copied():
    _, _, found = traced()
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert_equal(again, found)
        with pytest.raises(ValueError, match="read-only"):
            again.layers["lstm"].gates["f"][0] = 1


def test_a_trace_that_was_pickled_when_the_modules_had_other_names_is_read():
    _, _, found = traced()
    earlier = pickle.dumps(found, protocol=0)
    for today, then in (
        (b"crnnviz.trace.result.trace\n", b"crnnviz.trace.result\n"),
        (b".result.layertrace\n", b".layer\n"),
    ):
        assert today in earlier
        earlier = earlier.replace(today, then)
    assert_equal(pickle.loads(earlier), found)


@pytest.mark.parametrize(("kind", "options"), KINDS[:3])
def test_jacobians_of_states_that_are_no_numbers_are_no_numbers(kind, options):
    torch.manual_seed(0)
    module, x = kind(3, 4, batch_first=True, **options), torch.randn(2, 6, 3)
    x[1, 3] = float("nan")
    (layer,) = trace(module, x).layers.values()
    (sound,) = trace(module, x[:, :3]).layers.values()
    np.testing.assert_allclose(layer.jacobian_norms[..., :3], sound.jacobian_norms, rtol=1e-6)
    assert np.isnan(layer.jacobian_norms[0, 0, 1, 3:]).all()
    assert np.isnan(layer.jacobian_products[0, 0, 1, :3]).all()
    assert np.isfinite(layer.jacobian_products[0, 0, 0]).all()


def test_jacobians_of_exploding_states_are_infinite():
    module = nn.RNN(1, 1, nonlinearity="relu", bias=False, batch_first=True)
    with torch.no_grad():
        module.weight_ih_l0.fill_(1.0)
        module.weight_hh_l0.fill_(1e15)
    (layer,) = trace(module, torch.ones(1, 5, 1)).layers.values()
    np.testing.assert_allclose(layer.jacobian_products[0, 0, 0], [np.inf, np.inf, 1e30, 1e15, 1], rtol=1e-6)


class Dataset:
    """Stands in for xarray's: keeps what it is given, and checks as xarray does that one axis has one length."""

    def __init__(self, variables, attrs):
        self.variables, self.attrs, self.sizes = variables, attrs, {}
        for axes, values in variables.values():
            for axis, size in zip(axes, values.shape, strict=True):
                assert self.sizes.setdefault(axis, size) == size


@projections
def test_arrays_get_the_names_of_their_axes_for_xarray(monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", SimpleNamespace(Dataset=Dataset))
    _, _, found = traced(nn.LSTM, proj_size=2)
    dataset = found.to_xarray()["lstm"]
    axes, values = dataset.variables["gate_f"]
    assert axes == ("layer", "direction", "batch", "time", "cell_unit")
    np.testing.assert_array_equal(values, found.layers["lstm"].gates["f"])
    assert dataset.sizes == {"batch": 3, "layer": 1, "direction": 1, "time": 6, "unit": 2, "cell_unit": 4}
    assert dataset.attrs == {"kind": "lstm"}


def test_without_xarray_the_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    _, _, found = traced()
    with pytest.raises(ImportError, match="needs the package xarray; install it with: pip install xarray"):
        found.to_xarray()


def test_half_precision_weights_are_traced_in_single_precision():
    torch.manual_seed(0)
    module = nn.GRU(3, 4).to(torch.bfloat16)
    layer = trace(module, torch.randn(2, 5, 3).bfloat16(), loss=lambda result: result[0].sum()).layers["gru"]
    assert layer.hidden.dtype == layer.grad_hidden.dtype == np.float32
