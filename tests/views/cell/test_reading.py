"""What the inspector reads of one cell, against the trace, torch's own cells and an unrolled network in float64."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.training import Session
from rnnviz.views import Focus, Reading
from rnnviz.views.cell.notation import number
from tests.trace.unrolled import unroll
from tests.views.runs import RUNS, SAMPLES, STEPS_BACK, UNITS, begin, frames

EVERY = {**RUNS, "gru both ways": {"cell": "gru", "num_layers": 2, "bidirectional": True}}
EVERY["rnn both ways"] = {"cell": "rnn", "num_layers": 2, "bidirectional": True}
SIGMOID = {"i", "f", "o", "r", "z"}


@cache
def trained(name: str) -> Session:
    session = begin("rnn", **EVERY[name])
    for _, _step in zip(range(4), session.steps(), strict=False):
        pass
    return session


@cache
def snapshot(name: str):
    return trained(name).snapshot()


@st.composite
def places(draw: st.DrawFn) -> tuple[str, Focus]:
    """A run, and a cell that exists in it."""
    name = draw(st.sampled_from(sorted(EVERY)))
    layers, directions = snapshot(name).layer.hidden.shape[:2]
    sizes = {"sample": SAMPLES, "layer": layers, "direction": directions, "time": STEPS_BACK, "unit": UNITS}
    return name, Focus(**{part: draw(st.integers(0, size - 1)) for part, size in sizes.items()})


def read(name: str, focus: Focus) -> Reading:
    return Reading.of(snapshot(name), focus)


def applied(reading: Reading, name: str) -> np.ndarray:
    """The nonlinearity of a sum, applied to its parts."""
    total = reading.sums[name].total
    if name in SIGMOID:
        return 1 / (1 + np.exp(-total))
    return np.maximum(total, 0) if name == "h" and reading.nonlinearity == "relu" else np.tanh(total)


several = hypothesis_settings(max_examples=60, deadline=None)


@several
@given(places())
def test_the_parts_of_every_sum_give_the_traced_gates(place: tuple[str, Focus]) -> None:
    reading = read(*place)
    for name, gate in reading.gates.items():
        np.testing.assert_allclose(applied(reading, name), gate, rtol=1e-6, atol=1e-6)


@several
@given(places())
def test_gates_and_parts_give_the_traced_states(place: tuple[str, Focus]) -> None:
    name, focus = place
    reading, layer = read(*place), snapshot(name).layer
    at = (focus.layer, focus.direction, focus.sample, focus.time)
    gates = reading.gates
    if layer.kind == "rnn":
        state = applied(reading, "h")
    elif layer.kind == "gru":
        state = (1 - gates["z"]) * gates["n"] + gates["z"] * reading.h_before
    else:
        memory = gates["f"] * reading.c_before + gates["i"] * gates["g"]
        np.testing.assert_allclose(memory, layer.cell[at], rtol=1e-6, atol=1e-6)
        state = gates["o"] * np.tanh(layer.cell[at])
    np.testing.assert_allclose(state, layer.hidden[at], rtol=1e-6, atol=1e-6)


@several
@given(places())
def test_torch_s_own_cell_takes_the_state_before_to_the_state_after(place: tuple[str, Focus]) -> None:
    name, focus = place
    reading, layer = read(*place), trained(name).model.recurrent
    kinds = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
    more = {"nonlinearity": layer.nonlinearity} if reading.kind == "rnn" else {}
    cell = kinds[reading.kind](len(reading.x), UNITS, **more)
    suffix = f"_l{focus.layer}" + ("_reverse" if focus.direction else "")
    cell.load_state_dict({part: getattr(layer, part + suffix) for part in cell.state_dict()})
    before = [torch.tensor(np.array(one))[None] for one in (reading.h_before, reading.c_before) if one is not None]
    with torch.no_grad():
        after = cell(torch.tensor(np.array(reading.x))[None], before[0] if len(before) == 1 else tuple(before))
    states = after if isinstance(after, tuple) else (after,)
    for state, seen in zip(states, (reading.h, reading.c), strict=False):
        np.testing.assert_allclose(state[0].numpy(), seen, rtol=1e-5, atol=1e-6)


@several
@given(places())
def test_direct_and_later_gradient_add_up_to_the_traced_total(place: tuple[str, Focus]) -> None:
    reading = read(*place)
    for flow in (reading.grad_h, reading.grad_c):
        if flow is not None:
            scale = max(np.abs(flow.total).max(), np.abs(flow.later).max())
            np.testing.assert_allclose(flow.direct + flow.later, flow.total, rtol=0, atol=2e-6 * scale + 1e-12)


@cache
def truth(name: str):
    """Gradients of the same loss through the same weights, unrolled step by step in float64."""
    session = trained(name)
    model, seen = session.model, snapshot(name)
    layer = type(model.recurrent)(
        model.recurrent.input_size,
        UNITS,
        model.recurrent.num_layers,
        bidirectional=model.recurrent.bidirectional,
        batch_first=True,
        **({"nonlinearity": model.recurrent.nonlinearity} if seen.layer.kind == "rnn" else {}),
    ).double()
    layer.load_state_dict(model.recurrent.state_dict())
    start = torch.zeros(seen.layer.hidden.shape[0] * seen.layer.hidden.shape[1], SAMPLES, UNITS, dtype=torch.float64)
    memory = start.clone() if seen.layer.kind == "lstm" else None
    made = unroll(layer, torch.tensor(np.array(seen.inputs)).double(), start, memory, [STEPS_BACK] * SAMPLES)
    last = made.output[:, -1, :UNITS]
    if model.recurrent.bidirectional:
        last = torch.cat([last, made.output[:, 0, UNITS:]], dim=-1)
    head = model.head.weight.detach().double(), model.head.bias.detach().double()
    answer = nn.functional.linear(last, *head)
    session.task.loss(answer, torch.tensor(np.array(seen.targets)).double()).backward()
    return made


@pytest.mark.parametrize("name", sorted(EVERY))
@pytest.mark.parametrize("time", [0, 4, STEPS_BACK - 1])
def test_what_comes_from_the_step_after_is_what_autograd_says(name: str, time: int) -> None:
    total, outside = (truth(name).array(one, gradient=True) for one in ("h", "outside"))
    layers, directions = total.shape[:2]
    for layer in range(layers):
        for direction in range(directions):
            focus = Focus(layer=layer, direction=direction, sample=1, time=time)
            at = (layer, direction, 1, time)
            expected = total[at] - outside[at]
            scale = np.abs(total[layer, direction]).max()
            np.testing.assert_allclose(read(name, focus).grad_h.later, expected, rtol=1e-4, atol=1e-6 * scale)


@pytest.mark.parametrize("time", [0, 4, STEPS_BACK - 1])
def test_the_gradient_at_the_cell_state_is_what_autograd_says(time: int) -> None:
    expected = truth("both ways").array("c", gradient=True)[1, 1, 2, time]
    flow = read("both ways", Focus(layer=1, direction=1, sample=2, time=time)).grad_c
    np.testing.assert_allclose(flow.direct + flow.later, expected, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_what_a_step_hands_on_is_what_arrives_at_the_step_before(name: str) -> None:
    here, before = read(name, Focus(time=5)), read(name, Focus(time=4))
    np.testing.assert_array_equal(here.grad_h.onward, before.grad_h.later)


def test_nothing_comes_from_after_the_last_step_read() -> None:
    assert not read("both ways", Focus(time=STEPS_BACK - 1)).grad_h.later.any()
    assert not read("both ways", Focus(time=0, direction=1)).grad_h.later.any()


def test_the_first_step_read_starts_from_zeros() -> None:
    for focus in (Focus(time=0), Focus(time=STEPS_BACK - 1, direction=1)):
        reading = read("both ways", focus)
        assert reading.before is None
        assert not reading.h_before.any()
        assert not reading.c_before.any()
        assert reading.grad_h.onward is None


def test_the_backward_direction_comes_from_the_next_timestep() -> None:
    reading = read("both ways", Focus(time=4, direction=1))
    np.testing.assert_array_equal(reading.h_before, snapshot("both ways").layer.hidden[0, 1, 0, 5])


def test_an_upper_layer_reads_both_directions_of_the_layer_below() -> None:
    reading = read("both ways", Focus(time=4, layer=1, sample=2))
    below = snapshot("both ways").layer.hidden[0, :, 2, 4]
    np.testing.assert_array_equal(reading.x, np.concatenate([below[0], below[1]]))


def test_the_first_layer_reads_the_input() -> None:
    np.testing.assert_array_equal(read("gru", Focus(time=4, sample=1)).x, snapshot("gru").inputs[1, 4])


# The numbers as they are written

NUMBER = r"−?\d+(?:\.\d+)?(?:×10⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"


def value(text: str) -> float:
    plain = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")).replace("×10", "e")
    return float(plain)


def plugged_in(equation: str) -> tuple[float, float]:
    """What the first written expression gives when it is worked out, and what is written as its result."""
    bare = re.sub(r" \[[^]]*\]", "", equation)
    _, way, *_, result = bare.split(" = ")
    expression = re.sub(NUMBER, lambda found: f"({value(found.group())!r})", way)
    expression = expression.replace("·", "*").replace("−", "-")
    known = {"tanh": np.tanh, "σ": lambda a: 1 / (1 + np.exp(-a)), "relu": lambda a: max(a, 0.0)}
    return eval(expression, {"__builtins__": {}}, known), value(result)


@several
@given(places())
def test_the_written_parts_worked_out_give_the_written_result(place: tuple[str, Focus]) -> None:
    reading = read(*place)
    for equation in (*reading.equations(), *reading.gradient_equations()):
        worked_out, written = plugged_in(str(equation))
        assert worked_out == pytest.approx(written, abs=0.003), str(equation)  # six numbers, each off by 0.0005 at most


@several
@given(places())
def test_every_written_result_rounds_the_traced_number(place: tuple[str, Focus]) -> None:
    name, focus = place
    layer, at = snapshot(name).layer, (focus.layer, focus.direction, focus.sample, focus.time, focus.unit)
    traced = {"h_t": layer.hidden, "c_t": layer.cell, **{f"{gate}_t": one for gate, one in layer.gates.items()}}
    traced |= {"∂L/∂h_t": layer.grad_hidden, "∂L/∂c_t": layer.grad_cell}
    for equation in (*(reading := read(*place)).equations(), *reading.gradient_equations()):
        least = 0.05 if "∂" in equation.symbol else 0.0005
        assert equation.result.text == number(float(traced[equation.symbol][at]), least)


def test_norms_are_over_all_units() -> None:
    reading = read("lstm", Focus(time=4, unit=3))
    lines = {one.symbol: one for one in (*reading.equations(norms=True), *reading.gradient_equations(norms=True))}
    assert lines["‖c_t‖"].result.text == number(float(np.linalg.norm(reading.c)))
    assert lines["‖f_t‖"].terms[0].text == number(float(np.linalg.norm(reading.sums["f"].input)))
    assert lines["‖∂L/∂h_t‖"].terms[2].text == number(float(np.linalg.norm(reading.grad_h.later)), 0.05)


def test_the_text_names_the_place_and_the_step_before_in_reading_order() -> None:
    text = repr(read("both ways", Focus(time=4, unit=2, layer=1, direction=1)))
    assert text.startswith("LSTM, timestep 4, unit 2 · layer 1, backward · sequence 0 · training step 4\ni_t = σ(")
    assert "[W_hh h_{t+1}]" in text
    assert "[from t−1]" in text


def test_a_snapshot_without_weights_is_refused() -> None:
    bare = replace(frames("rnn")[0], weights={})
    with pytest.raises(ValueError, match=r"no weights to read: inspect a cell of a lab"):
        Reading.of(bare, Focus())


def test_a_cell_of_another_kind_is_refused() -> None:
    odd = replace(frames("rnn")[0], layer=replace(frames("rnn")[0].layer, kind="Clockwork"))
    with pytest.raises(ValueError, match=r"must be one of rnn, lstm, gru, got 'Clockwork'"):
        Reading.of(odd, Focus())


def own(layer: nn.Module, scale: float = 1.0) -> nn.Module:
    """A model of somebody's own around one recurrent layer, called by no name that the package gives."""

    class Mine(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.memory, self.answer = layer, nn.LazyLinear(1)

        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            found = self.memory(scale * inputs)[0][:, -1]
            return self.answer(found)

    model = Mine()
    model(torch.zeros(1, 6, 2))
    return model


def own_snapshot(layer: nn.Module, scale: float = 1.0):
    return Session("adding", model=own(layer, scale), seq_len=6, device="cpu").snapshot()


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("bias", [True, False])
def test_a_layer_of_ones_own_is_read_by_its_path(kind: type[nn.RNNBase], bias: bool) -> None:
    seen = own_snapshot(kind(2, 4, 2, batch_first=True, bidirectional=True, bias=bias))
    for layer, direction, time in [(0, 0, 0), (0, 1, 5), (1, 0, 3), (1, 1, 0)]:
        reading = Reading.of(seen, Focus(layer=layer, direction=direction, time=time))
        for name in reading.sums:
            traced = reading.h if name == "h" else reading.gates[name]
            np.testing.assert_allclose(applied(reading, name), traced, atol=1e-6)


def test_a_layer_that_reads_something_else_than_the_inputs_is_refused() -> None:
    with pytest.raises(ValueError, match=r"needs to know what the layer reads, and 'memory' reads neither the task's"):
        Reading.of(own_snapshot(nn.GRU(2, 4, batch_first=True), scale=3.0), Focus(time=3))


@pytest.mark.filterwarnings("ignore:LSTM with projections")  # torch says that oneDNN has none
def test_a_layer_with_a_projection_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a layer with plain weights, got 'memory'.*figure\('gates'\)"):
        Reading.of(own_snapshot(nn.LSTM(2, 4, proj_size=3, batch_first=True)), Focus())


def test_a_token_is_read_as_its_embedding() -> None:
    session = Session("python-tokens", cell="lstm", hidden_size=4, device="cpu")
    seen = session.snapshot()
    reading = Reading.of(seen, Focus(sample=2, time=7))
    token = int(session.probe.inputs[2, 7])
    np.testing.assert_array_equal(reading.x, session.model.embedding.weight[token].detach().numpy())
    np.testing.assert_allclose(applied(reading, "f"), reading.gates["f"], atol=1e-6)
