"""What is read beside a slider is the number in force, whoever has set it."""

import pytest

from rnnviz.lab.controls.sliders import marked
from tests.lab.browser import LabMaker

NUMBERS = {
    "lr": [0.001, 0.00123456789, 1 / 3, 3e-7],
    "clip": [1.0, 0.123456789, 250.5],
    "input_noise": [0.0, 0.29, 0.125, 0.0004, 1.75],
    "rho": [0.9, 0.987654321],
    "forget_bias": [1.0, -0.0625, 1.23456789],
}


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in NUMBERS for number in NUMBERS[name]])
def test_a_knob_shows_every_digit_of_a_number_that_code_has_set(make_lab: LabMaker, name: str, number: float) -> None:
    lab = make_lab(cell="lstm" if name == "forget_bias" else "gru", **{name: number})
    lab.widget  # noqa: B018  # opens the screen
    knob = lab._console.knobs.widgets[name]
    assert (knob.value, float(knob.label)) == (number, number)


def test_an_option_of_a_slider_says_its_number() -> None:
    assert marked([0.5, 1.0]) == [("0.5", 0.5), ("1", 1.0)]
