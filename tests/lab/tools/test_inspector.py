"""The inspector's dock, without a browser: what it shows, where its buttons lead, what it does with a failure."""

import numpy as np
import pytest

import rnnviz
from rnnviz.trace.modules import custom
from rnnviz.views import Focus, Reading
from rnnviz.views.cell.notation import short
from rnnviz.views.words import three
from tests.lab.browser import LabMaker
from tests.lab.inspectors import Drawer
from tests.lab.screens import classes
from tests.leaky import Leaky, Reader, step

pytestmark = pytest.mark.timeout(120)


def test_every_part_has_the_class_name_that_outside_checks_look_for(make_lab: LabMaker) -> None:
    opened = Drawer(make_lab())
    assert {"rv-open-inspector", "rv-tool-inspector", "rv-inspector"} <= classes(opened.lab.widget)


def test_every_button_has_words_and_a_tooltip(make_lab: LabMaker) -> None:
    words = Drawer(make_lab()).tool.view.words
    for name in ("back", "forward", "up", "down", "gradient", "onward", "norms", "train"):
        assert len(words[f"{name}_tip"]) > len(words[name]) > 0


def test_a_closed_drawer_draws_nothing(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab())
    drawer.panel.toolbox.buttons["inspector"].value = False
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
    assert drawer.mark("h")["text"] == short(float(layer.hidden[0, 0, 2, 4, 3]))
    if cell == "gru":
        assert drawer.mark("h_before")["text"] == short(float(layer.hidden[0, 0, 2, 3, 3]))
    if layer.cell is not None:
        assert drawer.mark("c_before")["text"] == short(float(layer.cell[0, 0, 2, 3, 3]))
    for name, gate in layer.gates.items():
        assert drawer.mark(name)["text"] == short(float(gate[0, 0, 2, 4, 3]))


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_curves_under_it_are_the_picked_unit_s_states(make_lab: LabMaker, cell: str) -> None:
    lab = make_lab(cell=cell)
    drawer = Drawer(lab)
    drawer.look(sample=2, time=4, unit=3)
    layer = lab.snapshot().layer
    wanted = [one[0, 0, 2, :, 3] for one in (layer.hidden, layer.cell) if one is not None]
    curves = [np.frombuffer(one, "<f4") for one in drawer.picture["over"]["curves"]]
    assert all(map(np.array_equal, curves, wanted))
    assert len(curves) == len(wanted)
    drawer.press("gradient")
    sizes = np.frombuffer(drawer.picture["over"]["curves"][0], "<f4")
    assert np.array_equal(sizes, np.abs(layer.grad_hidden[0, 0, 2, :, 3]))


def test_the_drawer_and_a_script_read_the_same_lines(make_lab: LabMaker) -> None:
    lab = make_lab(cell="gru", num_layers=2, bidirectional=True)
    drawer = Drawer(lab)
    drawer.look(sample=1, layer=1, direction=1, time=4, unit=2)
    reading = lab.inspect(sample=1, layer=1, direction=1, time=4, unit=2)
    assert drawer.picture["title"] == reading.title
    assert sorted(drawer.lines) == sorted(str(one) for one in reading.equations())
    assert drawer.picture["arrives"] == three(float(reading.grad_h.total[2]))
    assert drawer.picture["where"] == "layer 1, backward"


def test_all_units_shows_norms(make_lab: LabMaker) -> None:
    lab = make_lab(cell="lstm")
    drawer = Drawer(lab)
    drawer.look(time=4)
    drawer.press("norms")
    assert drawer.mark("c")["text"] == short(float(np.linalg.norm(lab.snapshot().layer.cell[0, 0, 0, 4])))
    assert drawer.mark("f")["symbol"] == "‖f‖"
    assert drawer.picture["norms"]
    drawer.press("norms")
    assert drawer.mark("f")["symbol"] == "f"


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
            assert drawer.mark(f"{part}_{state}")["text"] == three(float(getattr(flow, part)[1]))


def test_on_the_gradient_s_way_back_its_norms_are_shown_as_well(make_lab: LabMaker) -> None:
    lab = make_lab(cell="lstm")
    drawer = Drawer(lab)
    drawer.look(time=5, unit=1)
    drawer.press("gradient")
    reading = lab.inspect(time=4, unit=1)
    both = (*reading.gradient_equations(), *reading.gradient_equations(norms=True))
    assert drawer.lines == [str(one) for one in both]


@pytest.mark.parametrize("away", ["forward", "onward"])
def test_going_forward_again_puts_the_gradient_s_way_back_aside(make_lab: LabMaker, away: str) -> None:
    drawer = Drawer(make_lab())
    drawer.look(time=5)
    drawer.press("gradient")
    assert drawer.picture["back"]
    drawer.press(away)
    assert not drawer.picture["back"]
    assert drawer.focus.time == (5 if away == "forward" else 4)


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
    assert sorted(drawer.lines) == sorted(str(one) for one in lab.inspect(time=4).equations())


def test_after_an_optimiser_step_each_result_tells_what_it_was(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn")
    drawer = Drawer(lab)
    drawer.look(time=4)
    was = short(float(lab.inspect(time=4).h[0]))
    drawer.press("train")
    assert drawer.line("h_t")["before"] == f"was {was}"
    drawer.press("forward")  # another cell, of which nothing was noted
    assert drawer.line("h_t")["before"] == ""


def test_another_cell_gives_another_drawing(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn")
    drawer = Drawer(lab)
    lab.set(cell="gru")
    drawer.browser.catch_up()
    assert drawer.mark("z")["symbol"] == "z"
    assert drawer.browser.status.count("rv-failed") == 0


def test_a_press_that_fails_says_so(make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = make_lab()
    drawer = Drawer(lab)

    def broken(change: object) -> None:
        raise RuntimeError("no screen")

    monkeypatch.setattr(drawer.browser.screen, "look", broken)
    drawer.press("forward")
    assert "no screen" in drawer.browser.status
    with pytest.raises(RuntimeError, match="no screen"):
        lab.step()


def test_it_follows_the_page_s_cursor_and_the_focus_stays(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    drawer.look(time=4, unit=1)
    for time in (5, 7, 2):
        drawer.cursor(time)
        assert (drawer.picture["time"], drawer.picture["cursor"]) == (time, time)
        assert drawer.mark("h")["text"] == short(float(lab.snapshot().layer.hidden[0, 0, 0, time, 1]))
    assert drawer.focus.time == 4
    drawer.cursor(None)  # the pointer has left the pictures
    assert (drawer.picture["time"], drawer.picture["cursor"]) == (4, None)


def test_whichever_moved_last_is_shown_the_cursor_or_the_focus(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab())
    drawer.cursor(7)
    drawer.look(time=3)
    assert (drawer.picture["time"], drawer.picture["cursor"]) == (3, None)
    drawer.cursor(6)
    drawer.press("forward")  # from what is shown
    assert (drawer.focus.time, drawer.picture["time"]) == (7, 7)


def test_while_the_page_reads_a_focus_that_comes_after_its_cursor_takes_it_not_back(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab())
    for time in (4, 5, 6):
        drawer.cursor(time)
    drawer.browser.screen.feed.on_look(5)
    drawer.browser.catch_up()
    assert (drawer.focus.time, drawer.picture["time"]) == (5, 6)


def test_a_cursor_beyond_a_shorter_sequence_shows_its_last_timestep(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab(seq_len=6))
    drawer.cursor(50)
    assert drawer.picture["time"] == 5


def test_training_goes_on_at_the_cursor(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    drawer.cursor(5)
    lab.train(2)
    drawer.browser.catch_up()
    assert drawer.picture["time"] == 5
    assert sorted(drawer.lines) == sorted(str(one) for one in lab.inspect(time=5).equations())


def test_a_cell_that_cannot_be_taken_apart_says_so_where_it_would_stand(
    make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(snapshot: object, focus: object) -> None:
        raise ValueError("the snapshot's cell must be one of rnn, lstm, gru, got 'mine'.")

    monkeypatch.setattr(Reading, "of", refuse)
    drawer = Drawer(make_lab())
    assert drawer.picture == {"refused": "the snapshot's cell must be one of rnn, lstm, gru, got 'mine'."}
    assert drawer.browser.status.count("rv-failed") == 0


def test_a_closed_lab_leaves_the_controls_disabled(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    lab.close()
    assert drawer.tool.view.ended


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


@pytest.mark.parametrize(
    ("task", "words"),
    [("sunspots", "month t"), ("temporal-order", "symbol t"), ("python-tokens", "symbol t"), ("adding", "step t")],
)
def test_a_timestep_is_called_what_the_task_calls_it(make_lab: LabMaker, task: str, words: str) -> None:
    assert Drawer(make_lab(task=task, seq_len=12)).picture["clock"] == words


def test_a_registered_cell_has_a_drawing_of_what_is_known_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom, "_REGISTERED", dict(custom._REGISTERED))
    rnnviz.register_cell(Leaky, step)
    lab = rnnviz.Lab("adding", model=Reader(), seq_len=10, device="cpu")
    drawer = Drawer(lab)
    drawer.look(sample=1, time=4, unit=3)
    layer = lab.snapshot().layer
    assert drawer.mark("<leak>")["text"] == short(float(layer.gates["<leak>"][0, 0, 1, 4, 3]))
    assert drawer.mark("h")["text"] == short(float(layer.hidden[0, 0, 1, 4, 3]))
    assert drawer.picture["lines"][0]["note"].startswith("A cell of your own")
    assert not drawer.picture["onward"]
    drawer.press("forward")
    assert drawer.mark("h_before")["text"] == short(float(layer.hidden[0, 0, 1, 4, 3]))
    lab.close()
