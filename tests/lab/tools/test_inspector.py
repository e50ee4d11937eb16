"""The inspector's drawer, without a browser: what it shows, where its buttons lead, what it does with a failure."""

import numpy as np
import pytest

from rnnviz.views import Focus, Reading
from rnnviz.views.cell.notation import number
from tests.lab.browser import LabMaker
from tests.lab.inspectors import Drawer
from tests.lab.screens import classes

pytestmark = pytest.mark.timeout(120)


def test_every_part_has_the_class_name_that_outside_checks_look_for(make_lab: LabMaker) -> None:
    buttons = {f"rv-inspect-{name}" for name in ("forward", "back", "gradient", "train", "norms")}
    opened = Drawer(make_lab())
    assert {"rv-open-inspector", "rv-tool-inspector", "rv-inspector"} | buttons <= classes(opened.lab.widget)


def test_every_button_has_a_tooltip(make_lab: LabMaker) -> None:
    for label, tip in Drawer(make_lab()).tool.hints.values():
        assert len(tip) > len(label) > 0


def test_a_closed_drawer_draws_nothing(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab())
    drawer.panel.tray.buttons["inspector"].value = False
    drawer.browser.catch_up()
    before = drawer.picture
    drawer.press("train")
    assert drawer.picture is before


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_drawing_shows_the_numbers_of_the_picked_unit(make_lab: LabMaker, cell: str) -> None:
    lab = make_lab(cell=cell)
    drawer = Drawer(lab)
    drawer.look(sample=2, time=4, unit=3)
    layer = lab.snapshot().layer
    assert drawer.mark("h")["text"] == number(float(layer.hidden[0, 0, 2, 4, 3]))
    assert drawer.mark("h_before")["text"] == number(float(layer.hidden[0, 0, 2, 3, 3]))
    for name, gate in layer.gates.items():
        assert drawer.mark(name)["text"] == number(float(gate[0, 0, 2, 4, 3]))


def test_the_drawer_and_a_script_read_the_same_lines(make_lab: LabMaker) -> None:
    lab = make_lab(cell="gru", num_layers=2, bidirectional=True)
    drawer = Drawer(lab)
    drawer.look(sample=1, layer=1, direction=1, time=4, unit=2)
    reading = lab.inspect(sample=1, layer=1, direction=1, time=4, unit=2)
    assert [drawer.picture["title"], *drawer.lines] == repr(reading).split("\n")


def test_all_units_shows_norms(make_lab: LabMaker) -> None:
    lab = make_lab(cell="lstm")
    drawer = Drawer(lab)
    drawer.look(time=4)
    drawer.tool.norms.value = True
    drawer.browser.catch_up()
    assert drawer.mark("c")["text"] == number(float(np.linalg.norm(lab.snapshot().layer.cell[0, 0, 0, 4])))
    assert drawer.mark("c")["symbol"] == "‖c_t‖"


def test_forward_and_back_move_by_one_timestep(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab())
    drawer.look(time=4)
    drawer.press("forward")
    assert drawer.focus.time == 5
    drawer.press("back")
    drawer.press("back")
    assert drawer.focus.time == 3
    assert "timestep 3," in drawer.picture["title"]


def test_no_button_leads_out_of_the_sequence(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab(seq_len=6))
    for name in ("back", "gradient"):
        drawer.look(time=0)
        drawer.press(name)
        assert drawer.focus.time == 0
    drawer.look(time=5)
    drawer.press("forward")
    assert drawer.focus.time == 5


@pytest.mark.parametrize(("direction", "there"), [(0, 3), (1, 5)])
def test_the_gradient_goes_back_against_the_reading_order(make_lab: LabMaker, direction: int, there: int) -> None:
    lab = make_lab(cell="lstm", bidirectional=True)
    drawer = Drawer(lab)
    drawer.look(direction=direction, time=4, unit=1)
    drawer.press("gradient")
    assert drawer.focus.time == there
    reading = lab.inspect(direction=direction, time=there, unit=1)
    for state, flow in (("h", reading.grad_h), ("c", reading.grad_c)):
        for part in ("direct", "later", "total", "onward"):
            assert drawer.mark(f"{part}_{state}")["text"] == number(float(getattr(flow, part)[1]), 0.05)


def test_on_the_gradient_s_way_back_its_norms_are_shown_as_well(make_lab: LabMaker) -> None:
    lab = make_lab(cell="lstm")
    drawer = Drawer(lab)
    drawer.look(time=5, unit=1)
    drawer.press("gradient")
    reading = lab.inspect(time=4, unit=1)
    both = (*reading.gradient_equations(), *reading.gradient_equations(norms=True))
    assert drawer.lines[-4:] == [str(one) for one in both]


def test_going_forward_again_puts_the_gradient_s_way_back_aside(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab())
    drawer.press("gradient")
    tall = drawer.picture["diagram"]["height"]
    drawer.press("forward")
    assert drawer.picture["diagram"]["height"] < tall


def test_the_arrow_keys_move_through_time_and_units(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab())
    drawer.look(time=4, unit=1)
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp", "ArrowUp", "ArrowDown", "g", "Enter"):
        drawer.key(key)
    assert (drawer.focus.time, drawer.focus.unit) == (4, 2)


def test_one_optimiser_step_changes_the_numbers(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    drawer.look(time=4)
    before = drawer.lines
    drawer.press("train")
    assert lab.history["step"].tolist() == [1]
    assert drawer.lines != before
    assert drawer.lines == repr(lab.inspect(time=4)).split("\n")[1:]


def test_after_an_optimiser_step_each_result_tells_what_it_was(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn")
    drawer = Drawer(lab)
    drawer.look(time=4)
    was = lab.inspect(time=4).equations()[0].result.text
    drawer.press("train")
    assert drawer.picture["lines"][0]["equations"][0]["before"] == f"was {was}"
    drawer.press("forward")  # another cell, of which nothing was noted
    assert drawer.picture["lines"][0]["equations"][0]["before"] == ""


def test_another_cell_gives_another_drawing(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn")
    drawer = Drawer(lab)
    lab.set(cell="gru")
    drawer.browser.catch_up()
    assert drawer.mark("z")["symbol"] == "z_t"
    assert drawer.browser.status.count("rv-failed") == 0


def test_a_press_that_fails_says_so(make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = make_lab()
    drawer = Drawer(lab)

    def broken(change: object) -> None:
        raise RuntimeError("no screen")

    monkeypatch.setattr(drawer.browser.screen, "look", broken)
    drawer.tool.buttons["forward"].click()
    drawer.browser.catch_up()
    assert "no screen" in drawer.browser.status
    with pytest.raises(RuntimeError, match="no screen"):
        lab.step()


def test_inspect_returns_a_reading_without_any_widget(make_lab: LabMaker) -> None:
    lab = make_lab()
    reading = lab.inspect(sample=0, time=5, unit=2)
    assert isinstance(reading, Reading)
    assert lab._console.screen is None
    assert reading.focus == Focus(time=5, unit=2)


def test_inspect_can_look_back_to_a_kept_moment(make_lab: LabMaker) -> None:
    lab = make_lab()
    early = repr(lab.inspect(time=4))
    lab.train(5)
    assert repr(lab.inspect(step=0, time=4)) == early


def test_training_a_step_leaves_the_past_that_was_looked_at(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.train(2)
    drawer = Drawer(lab)
    drawer.browser.screen.hold(lab._runner.recording.at(1))
    drawer.browser.catch_up()
    drawer.press("train")
    assert "training step 3" in drawer.picture["title"]


def test_inspect_refuses_what_does_not_exist(make_lab: LabMaker) -> None:
    lab = make_lab()
    with pytest.raises(TypeError, match="inspect has no argument 'neuron'; besides step it has sample, layer"):
        lab.inspect(neuron=2)
    with pytest.raises(ValueError, match="unit must be from 0 to 3, got 4"):
        lab.inspect(unit=4)
