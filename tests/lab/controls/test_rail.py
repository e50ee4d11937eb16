"""The rail: a few knobs at first sight, the others under More, each made when it is first shown; numbers are typed."""

from typing import Any

import ipywidgets as widgets
import pytest

from rnnviz.lab import Lab
from rnnviz.lab.controls.knobwidgets import place_of
from rnnviz.training import LIVE, STRUCTURAL
from rnnviz.views import Focus
from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import classes, inside, unfold
from tests.training.examples import WAIT


def knobs_in(widget: widgets.Widget) -> set[str]:
    """Class names of the settings and selectors that have a control in a widget."""
    names = {f"rv-{name.replace('_', '-')}" for name in (*LIVE, *STRUCTURAL, *Focus.__dataclass_fields__)}
    return classes(widget) & names


def type_in(lab: Lab, name: str, text: str) -> str:
    """Type a number beside a slider as the page does; return what the page is told to write there."""
    page, said = lab._console.screen.panel.rail.page, []
    page.send = lambda content, buffers=None: said.append(content)
    page._handle_custom_msg({"kind": "typed", "knob": name, "text": text}, [])
    return said[-1]["text"]


@pytest.mark.parametrize("task", ["sunspots", "temporal-order", "adding", "python-tokens"])
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_three_to_six_knobs_are_at_first_sight_and_the_clip_line_s_is_among_them(
    make_lab: LabMaker, task: str, cell: str
) -> None:
    shown = knobs_in(make_lab(task, cell=cell, seq_len=12).widget)
    assert 3 <= len(shown) <= 6
    assert {"rv-lr", "rv-clip"} <= shown


def test_a_plain_rnn_is_offered_the_radius_in_place_of_a_bias_that_it_lacks(make_lab: LabMaker) -> None:
    assert "rv-rho" in knobs_in(make_lab("sunspots", cell="rnn").widget)
    assert "rv-forget-bias" in knobs_in(make_lab("sunspots", cell="gru").widget)


def test_the_groups_say_how_many_knobs_they_open_and_open_them_in_place(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots")
    rail = Browser(lab).screen.panel.rail
    for name, button in rail.groups.items():
        before = knobs_in(rail.widget)
        button.value = True
        opened = knobs_in(rail.widget) - before
        assert len(opened) == len(rail._folded[name])
    names = {*LIVE, *STRUCTURAL, *Focus.__dataclass_fields__} - {"teacher_forcing"}  # a decoder's alone
    assert knobs_in(rail.widget) == {f"rv-{name.replace('_', '-')}" for name in names}


def test_a_group_that_is_folded_again_keeps_its_knobs_and_hides_them(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots")
    rail = Browser(lab).screen.panel.rail
    unfold(lab)
    knobs = inside(rail.widget)
    for button in rail.groups.values():
        button.value = False
    assert inside(rail.widget) == knobs
    folded = [one for one in knobs if "rv-more-knobs" in getattr(one, "_dom_classes", ())]
    assert [one.layout.display for one in folded] == ["none"] * 3


def test_a_knob_that_nobody_has_opened_costs_no_widget(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots")
    lab.widget  # noqa: B018  # opens the screen
    assert set(lab._console.knobs.widgets.made) == {"lr", "clip", "cell", "hidden_size", "forget_bias"}


def test_a_knob_that_is_opened_late_stands_where_the_settings_are(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots")
    browser = Browser(lab)
    lab.set(rho=0.9, seed=7)
    lab._console.knobs.widgets["lr"].value = 0.1
    browser.catch_up()
    unfold(lab)
    knobs = lab._console.knobs.widgets
    assert (knobs["rho"].value, knobs["seed"].value, knobs["lr"].value) == (0.9, 7, 0.1)
    assert lab.settings.rho == 0.9


def test_named_knobs_stand_at_first_sight_in_the_order_they_were_named_in(make_lab: LabMaker) -> None:
    lab = make_lab(show=["seq_len", "lr", "time"])
    rail = Browser(lab).screen.panel.rail
    assert rail.groups == {}
    (box,) = [one for one in inside(rail.widget) if "rv-knobs" in getattr(one, "_dom_classes", ())]
    assert [one.description for one in box.children] == ["steps back", "learning rate", "timestep"]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("lr", "0.0123", 0.0123),
        ("lr", "3 × 10⁻⁵", 3e-5),
        ("clip", "2.5", 2.5),
        ("forget_bias", "−0.25", -0.25),
        ("rho", "1.02", 1.02),
        ("input_noise", " 0.3 ", 0.3),
        ("forget_bias", "–", None),
    ],
)
def test_a_number_that_is_typed_becomes_the_setting(
    make_lab: LabMaker, name: str, text: str, value: float | None
) -> None:
    lab = make_lab(cell="lstm", **({"forget_bias": 1.0} if name == "forget_bias" else {}))
    browser = Browser(lab)
    stands = type_in(lab, name, text)
    browser.catch_up()
    assert lab._runner.join(WAIT)
    assert getattr(lab.settings, name) == value
    assert stands == lab._console.knobs.widgets[name].label


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("lr", "fast", "learning rate takes a number, got “fast”."),
        ("lr", "-1", "lr must be above 0, got -1.0."),
        ("lr", "nan", "lr must be above 0, got nan."),
        ("forget_bias", "1e9", "forget_bias must be at most 1e+06"),
    ],
)
def test_what_is_typed_and_cannot_be_is_told_and_changes_nothing(
    make_lab: LabMaker, name: str, text: str, words: str
) -> None:
    lab = make_lab(cell="lstm")
    browser = Browser(lab)
    before, settings = lab._console.knobs.widgets[name].label, lab.settings
    assert type_in(lab, name, text) == before
    browser.catch_up()
    assert words in browser.status
    assert lab.settings == settings
    lab.train(1)


def test_a_page_that_asks_for_what_is_no_knob_is_not_heard(make_lab: LabMaker) -> None:
    lab = make_lab()
    Browser(lab)
    page = lab._console.screen.panel.rail.page
    page._handle_custom_msg({"kind": "typed", "knob": "seed", "text": "5"}, [])
    page._handle_custom_msg({"kind": "typed"}, [])
    assert lab.settings.seed == 0


def test_the_cell_is_chosen_among_segments(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots", cell="lstm")
    Browser(lab)
    cell: Any = lab._console.knobs.widgets["cell"]
    assert isinstance(cell, widgets.ToggleButtons)
    assert [label for label, _ in cell.options] == ["RNN", "LSTM", "GRU"]


def test_a_former_value_has_a_place_on_the_track() -> None:
    whole = widgets.IntSlider(min=1, max=101)
    marks = widgets.SelectionSlider(options=[("a", 0.1), ("b", 1.0), ("c", 10.0)])
    assert place_of(whole, 51) == 0.5
    assert place_of(whole, 500) is None
    assert [place_of(marks, value) for value in (0.1, 1.0, 10.0)] == [0.0, 0.5, 1.0]
    assert place_of(widgets.Dropdown(options=["a"]), "a") is None
