"""What the peers see: decided against a truth that is itself checked against torch's fused layers."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.bench.instruments.report import Table
from rnnviz.bench.measures import peers
from rnnviz.bench.measures.observed import MODELS, CellLoop, EquationLoop, Scene, scene
from rnnviz.bench.measures.peers import seen, seen_weights
from rnnviz.bench.measures.rivals import Shape
from rnnviz.bench.measures.truth import FACTS, truth_of
from rnnviz.bench.measures.watching import Watch, by_hooks, by_torchlens, by_trace, leave_torchlens

CPU = torch.device("cpu")
SHAPE = Shape(3, 6, 2, 4)


@pytest.fixture(autouse=True, scope="module")
def torch_unwrapped() -> object:
    yield
    leave_torchlens()


def made(name: str) -> Scene:
    return scene(name, SHAPE, CPU, torch.float64)


@pytest.mark.parametrize("name", MODELS)
def test_the_truths_weight_gradients_are_those_of_the_fused_layer(name: str) -> None:
    model, arguments, loss = made(name)
    truth = truth_of(made(name))
    loss(model(*arguments)).backward()
    matrices = [one.grad for group in model.recurrent.all_weights for one in group[:2]]
    for found, expected in zip(truth.weights, matrices, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-15)
    blocks = [block.norm() for one in matrices for block in one.chunk(3 if "GRU" in name else 4)]
    np.testing.assert_allclose(truth.norms[:, 0], torch.stack(blocks), rtol=1e-10)


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_the_truths_gates_give_the_states_that_the_fused_layer_gives(name: str) -> None:
    model, (inputs,), _ = made(name)
    truth = truth_of(made(name)).vectors
    hidden = model.recurrent(inputs)[0].detach().numpy()
    np.testing.assert_allclose(truth["hidden"].reshape(hidden.shape), hidden, rtol=1e-10)
    gates = truth["gates"].reshape(3, 6, -1, 4)
    if name == "LSTM":
        i, f, g, o = gates.transpose(2, 0, 1, 3)
        cell = truth["cell"].reshape(3, 6, 4)
        np.testing.assert_allclose(cell[:, 1:], f[:, 1:] * cell[:, :-1] + (i * g)[:, 1:], rtol=1e-10)
        np.testing.assert_allclose(hidden, o * np.tanh(cell), rtol=1e-10)
    else:
        _, z, n = gates.transpose(2, 0, 1, 3)
        np.testing.assert_allclose(hidden[:, 1:], (1 - z[:, 1:]) * n[:, 1:] + z[:, 1:] * hidden[:, :-1], rtol=1e-10)


def test_the_truth_has_a_row_for_each_layer_direction_gate_sequence_and_step() -> None:
    assert {name: len(one) for name, one in truth_of(made("GRU, 2 layers, bidirectional")).vectors.items()} == {
        "hidden": 72, "gates": 216, "cell": 0, "direct": 72, "total": 72, "cell total": 0,
    }  # fmt: skip
    assert len(truth_of(made("LSTM, packed")).vectors["total"]) == 6 + 5 + 4


@pytest.mark.parametrize("loop", [CellLoop, EquationLoop])
@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_a_rewritten_model_answers_as_the_fused_one(name: str, loop: type[CellLoop | EquationLoop]) -> None:
    model, (inputs,), _ = made(name)
    torch.testing.assert_close(loop(model)(inputs), model(inputs))


@pytest.mark.parametrize("name", MODELS)
def test_a_trace_sees_everything_there_is(name: str) -> None:
    looked_at = made(name)
    truth, arrays = truth_of(looked_at), by_trace(*looked_at)
    assert {seen(truth.vectors[fact], arrays) for fact in FACTS} <= {1.0, None}
    assert seen_weights(truth, arrays) == "by gate"


@pytest.mark.parametrize("watch", [by_torchlens, by_hooks])
@pytest.mark.parametrize("name", MODELS)
def test_outside_a_fused_layer_no_gate_is_seen_and_no_total_gradient_but_the_last(name: str, watch: Watch) -> None:
    looked_at = made(name)
    truth, arrays = truth_of(looked_at), watch(*looked_at)
    assert seen(truth.vectors["gates"], arrays) == 0
    share = seen(truth.vectors["total"], arrays)
    assert share is not None
    assert 0 < share <= 3 / (6 + 5 + 4)  # where nothing comes after, the total is the direct gradient
    assert seen_weights(truth, arrays) == "whole"


def test_torchlens_sees_everything_in_a_loop_of_equations() -> None:
    looked_at = made("LSTM")
    truth = truth_of(looked_at)
    arrays = by_torchlens(EquationLoop(looked_at.model), looked_at.arguments, looked_at.loss)
    assert {seen(truth.vectors[fact], arrays) for fact in FACTS} == {1.0}


@pytest.mark.parametrize("watch", [by_trace, by_torchlens, by_hooks])
def test_every_peer_leaves_the_model_as_it_was(watch: Watch) -> None:
    model, arguments, loss = made("LSTM, packed")
    before = {name: one.clone() for name, one in model.state_dict().items()}
    watch(model, arguments, loss)
    assert all(torch.equal(one, before[name]) for name, one in model.state_dict().items())
    assert all(one.grad is None for one in model.parameters())
    assert not any(one._forward_hooks or one._backward_hooks for one in model.modules())


def test_torchs_functions_are_unwrapped_when_torchlens_is_left() -> None:
    leave_torchlens()
    before = torch.tanh, nn.functional.linear
    by_torchlens(*made("GRU"))
    leave_torchlens()
    assert (torch.tanh, nn.functional.linear) == before


def test_a_vector_counts_as_seen_to_nine_digits_only() -> None:
    true = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert seen(true, [true[::-1] * (1 + 1e-11)]) == 1
    assert seen(true, [true * (1 + 1e-7), np.ones(3)]) == 0
    assert seen(np.empty((0, 0)), [true]) is None


def test_the_table_has_a_row_for_each_model_and_peer_and_loops_for_plain_layers() -> None:
    (table,) = peers.tables(CPU, names=["GRU", "LSTM, packed"], timed=Shape(2, 3, 2, 3), seconds=0)
    assert isinstance(table, Table)
    assert [row[:2] for row in table.rows] == [
        *(("GRU", peer) for peer in ("rnnviz.trace", "TorchLens", "hooks")),
        ("GRU", "TorchLens, loop of cells"),
        ("GRU", "TorchLens, loop of equations"),
        *(("LSTM, packed", peer) for peer in ("rnnviz.trace", "TorchLens", "hooks")),
    ]
    assert table.rows[0][2:9] == ("yes", "yes", "—", "yes", "yes", "—", "by gate")
    assert table.rows[6][2:9] == ("yes", "no", "14%", "yes", "14%", "no", "whole")
