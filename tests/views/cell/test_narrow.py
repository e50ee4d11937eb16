"""The short lines of a cell: each says the same as its equation at length, with the numbers of the tensor."""

import numpy as np
import pytest

from rnnviz.views import Focus, Reading
from rnnviz.views.cell.notation import bracketed, short
from rnnviz.views.words import three
from tests.views.runs import frames

CELLS = ("rnn", "relu", "lstm", "gru", "both ways")
AT = Focus(time=4, unit=2, sample=1)


def read(name: str) -> Reading:
    return Reading.of(frames(name)[-1], AT)


@pytest.mark.parametrize("norms", [False, True])
@pytest.mark.parametrize("name", CELLS)
def test_there_is_a_short_line_for_every_equation(name: str, norms: bool) -> None:
    reading = read(name)
    for lines, equations in (
        (reading.lines(norms=norms), reading.equations(norms=norms)),
        (reading.gradient_lines(norms=norms), reading.gradient_equations(norms=norms)),
    ):
        assert sorted(one.symbol for one in lines) == sorted(one.symbol for one in equations)


@pytest.mark.parametrize("name", CELLS)
def test_a_row_has_the_parts_of_the_sum_and_they_add_up_to_what_the_gate_was_applied_to(name: str) -> None:
    reading = read(name)
    known = {"σ": lambda a: 1 / (1 + np.exp(-a)), "tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}
    for line in reading.lines():
        if not line.cells:
            continue
        one = reading.sums[line.left]
        exact = [float(part[2]) for part in (one.input, one.recurrent, one.bias, one.total)]
        assert line.cells == tuple(map(short, exact))
        assert sum(exact[:3]) == pytest.approx(exact[3], abs=1e-9)
        assert line.result == short(float(known[line.way](np.float32(exact[3]))))


@pytest.mark.parametrize("name", CELLS)
def test_every_result_rounds_the_traced_number(name: str) -> None:
    layer, at = frames(name)[-1].layer, (0, 0, 1, 4, 2)
    traced = {"h_t": layer.hidden, "c_t": layer.cell, **{f"{gate}_t": one for gate, one in layer.gates.items()}}
    reading = read(name)
    for line in reading.lines():
        assert line.result == short(float(traced[line.symbol][at]))
    for line in reading.gradient_lines():
        array = layer.grad_hidden if line.symbol == "∂L/∂h_t" else layer.grad_cell
        assert line.result == three(float(array[at]))


def test_the_states_of_an_lstm_and_of_a_gru_are_worked_out() -> None:
    lstm, gru = read("lstm"), read("gru")
    f, i, g = (float(lstm.gates[name][2]) for name in "fig")
    kept = f"{short(f)} · {bracketed(short(float(lstm.c_before[2])))}"
    cell = next(line for line in lstm.lines() if line.symbol == "c_t")
    assert (cell.left, cell.way) == (
        "c = f · c_{t−1} + i · g",
        f"= {kept} + {short(i)} · {bracketed(short(g))}",
    )
    z, n = float(gru.gates["z"][2]), float(gru.gates["n"][2])
    kept = f"{short(z)} · {bracketed(short(float(gru.h_before[2])))}"
    state = next(line for line in gru.lines() if line.symbol == "h_t")
    assert state.left == "h = z · h_{t−1} + (1 − z) · n"
    assert state.way == f"= {kept} + {short(1 - z)} · {bracketed(short(n))}"


def test_norms_are_over_all_units() -> None:
    reading = read("lstm")
    lines = {line.symbol: line for line in (*reading.lines(norms=True), *reading.gradient_lines(norms=True))}
    assert lines["‖f_t‖"].result == short(float(np.linalg.norm(reading.gates["f"])))
    assert lines["‖f_t‖"].cells[0] == short(float(np.linalg.norm(reading.sums["f"].input)))
    assert lines["‖f_t‖"].way == ""  # the function acts on units, not on their norm
    assert lines["‖∂L/∂h_t‖"].result == three(float(np.linalg.norm(reading.grad_h.total)))


def test_the_backward_direction_is_handed_the_timestep_after() -> None:
    reading = Reading.of(frames("both ways")[-1], Focus(time=4, unit=2, direction=1))
    assert next(line for line in reading.lines() if line.symbol == "c_t").left == "c = f · c_{t+1} + i · g"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0.00"),
        (-0.004, "0.00"),
        (-0.99951, "−1.00"),
        (99.96, "99.96"),
        (-999.99, "−999.99"),
        (999.996, "1,000"),
        (123456.0, "1.2 × 10⁵"),
        (float("nan"), "–"),
        (float("-inf"), "−∞"),
    ],
)
def test_states_have_two_decimals_and_what_is_too_wide_for_them_three_figures(value: float, words: str) -> None:
    assert short(value) == words
