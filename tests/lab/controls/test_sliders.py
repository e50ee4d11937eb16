"""What is read beside a slider is the number in force, whoever has set it."""

import pytest

from rnnviz.lab import Lab, compare
from rnnviz.lab.controls.sliders import marked, spelled
from rnnviz.training import Settings
from rnnviz.training.snapshots.measured import measured
from tests.lab.browser import LabMaker

NUMBERS = {
    "lr": [0.001, 0.00123456789, 1 / 3, 3e-7],
    "clip": [1.0, 0.123456789, 250.5],
    "input_noise": [0.0, 0.29, 0.125, 0.0004, 1.75],
    "teacher_forcing": [1.0, 0.35, 0.123456],
    "rho": [0.9, 0.987654321],
    "forget_bias": [1.0, -0.0625, 1.23456789],
}


def read(label: str) -> float:
    """Return the number that is read: 3 × 10⁻⁵ is 3e-05."""
    return float(label.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")).replace(" × 10", "e"))


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in NUMBERS for number in NUMBERS[name]])
def test_a_knob_shows_every_digit_of_a_number_that_code_has_set(make_lab: LabMaker, name: str, number: float) -> None:
    lab = make_lab(cell="lstm" if name == "forget_bias" else "gru", **{name: number})
    lab.widget  # noqa: B018  # opens the screen
    knob = lab._console.knobs.widgets[name]
    assert (knob.value, read(knob.label)) == (number, number)


def test_an_option_of_a_slider_says_its_number() -> None:
    assert marked([0.5, 1.0]) == [("0.5", 0.5), ("1", 1.0)]


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The learning rate of every `Settings` that is checked from now on."""
    rates: list[float] = []
    check = Settings.__post_init__

    def counted(settings: Settings) -> None:
        rates.append(settings.lr)
        check(settings)

    monkeypatch.setattr(Settings, "__post_init__", counted)
    return rates


def test_a_slider_move_checks_what_is_wanted_once(make_lab: LabMaker, looked_at: list[float]) -> None:
    lab = make_lab()
    lab.widget  # noqa: B018  # opens the screen
    looked_at.clear()
    lab._console.knobs.widgets["lr"].value = 1e-2
    lab.train(1)
    assert looked_at == [1e-2]
    assert lab.history["lr"].tolist() == [1e-2]


def test_a_slider_of_a_comparison_checks_what_is_wanted_twice_a_model_and_once_for_all(looked_at: list[float]) -> None:
    comparison = compare(["rnn", "gru", "lstm"], "adding", hidden_size=4, seq_len=8, device="cpu")
    comparison.widget  # noqa: B018  # opens the screen
    looked_at.clear()
    comparison._console.knobs.widgets["lr"].value = 1e-2
    comparison.train(1)
    comparison.close()
    assert looked_at == [1e-2] * (1 + 2 * 3)


@pytest.mark.parametrize(("name", "number"), [("batch_size", 2**31), ("seq_len", 0), ("hidden_size", 2**19)])
def test_what_a_task_or_the_memory_cannot_give_is_refused_however_often_it_is_asked(
    make_lab: LabMaker, name: str, number: int
) -> None:
    lab = make_lab()
    before = lab.settings
    for _ in range(2):
        with pytest.raises(ValueError, match=name):
            lab.set(**{name: number})
    assert lab.settings == before


def labels(lab: Lab, name: str) -> list[str]:
    return [label for label, _ in lab._console.knobs.widgets[name].options]


@pytest.mark.parametrize(("name", "neighbours"), [("forget_bias", ("−0.5", "0")), ("rho", ("0.5", "0.6"))])
def test_a_knob_that_nobody_has_set_stands_where_its_quantity_is(
    make_lab: LabMaker, name: str, neighbours: tuple[str, str]
) -> None:
    lab = make_lab(cell="lstm", hidden_size=32)
    lab.widget  # noqa: B018  # opens the screen
    found = labels(lab, name)
    place = found.index(lab._console.knobs.widgets[name].label)
    assert (found[place - 1], found[place + 1]) == neighbours
    low, high = (float(one.replace("−", "-")) for one in neighbours)
    assert low - 0.1 < measured(lab.snapshot(), name) < high + 0.1


@pytest.mark.parametrize(("number", "between"), [(0.2, ("0", "0.5")), (-7.0, (None, "−3")), (50.0, ("5", None))])
def test_a_number_of_code_s_finds_its_place_among_the_marks(
    make_lab: LabMaker, number: float, between: tuple[str | None, str | None]
) -> None:
    lab = make_lab(cell="lstm")
    lab.widget  # noqa: B018  # opens the screen
    lab.set(forget_bias=number)
    found = [None, *labels(lab, "forget_bias"), None]
    place = found.index(spelled(number))
    assert (found[place - 1], found[place + 1]) == between
    assert found.count("–") == 1
