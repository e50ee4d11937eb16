"""The inspector of a comparison reads the cell of the model that was chosen, and of no other."""

from typing import Any

import pytest

from rnnviz.views import Focus, Reading
from rnnviz.views.cell.notation import short
from rnnviz.views.style import shade
from tests.lab.browser import settle
from tests.lab.comparisons import CELLS, Maker
from tests.lab.inspectors import Drawer
from tests.lab.screens import classes

pytestmark = pytest.mark.timeout(120)


def choose(drawer: Drawer, place: int) -> None:
    drawer.tool.model.value = place
    settle(drawer.lab)
    drawer.browser.catch_up()


def read(comparison: Any, label: str, **where: int) -> list[str]:
    """What the equations of one model's own snapshot say, in any order."""
    reading = Reading.of(comparison.snapshot().models[label], Focus(**where))
    return sorted(str(one) for one in reading.equations())


def test_the_menu_names_the_models_and_begins_with_the_first(make_comparison: Maker) -> None:
    drawer = Drawer(make_comparison())
    assert [label for label, _ in drawer.tool.model.options] == [one.upper() for one in CELLS]
    assert drawer.tool.model.value == 0
    assert {"rv-open-inspector", "rv-inspect-model", "rv-inspector"} <= classes(drawer.lab.widget)


def test_every_control_has_a_tooltip(make_comparison: Maker) -> None:
    hints = Drawer(make_comparison()).tool.hints
    assert "rv-inspect-model" in hints
    for label, tip in hints.values():
        assert len(tip) > len(label) > 0


@pytest.mark.parametrize("place", range(3))
def test_the_drawing_shows_the_numbers_of_the_chosen_model(make_comparison: Maker, place: int) -> None:
    comparison = make_comparison()
    drawer = Drawer(comparison)
    choose(drawer, place)
    drawer.look(sample=2, time=4, unit=3)
    model = comparison.snapshot().models[CELLS[place]]
    assert drawer.mark("h")["text"] == short(float(model.layer.hidden[0, 0, 2, 4, 3]))
    assert sorted(drawer.lines) == read(comparison, CELLS[place], sample=2, time=4, unit=3)


def test_choosing_another_model_draws_at_once(make_comparison: Maker) -> None:
    drawer = Drawer(make_comparison())
    before = drawer.picture["title"]
    choose(drawer, 2)
    assert before.startswith("RNN")
    assert drawer.picture["title"].startswith("LSTM")
    assert drawer.tool.uses == 1


def test_one_step_trains_all_models_and_tells_what_the_chosen_one_was(make_comparison: Maker) -> None:
    comparison = make_comparison()
    drawer = Drawer(comparison)
    choose(drawer, 1)
    results = [one["result"] for one in drawer.picture["lines"][0]["equations"]]
    drawer.press("train")
    assert {one.step for one in comparison.sessions.values()} == {1}
    assert [one["before"] for one in drawer.picture["lines"][0]["equations"]] == [f"was {was}" for was in results]


def test_what_one_model_was_is_never_said_of_another(make_comparison: Maker) -> None:
    drawer = Drawer(make_comparison({"lr": 0.1}, {"lr": 0.2}))
    drawer.press("train")
    choose(drawer, 1)
    assert {one["before"] for one in drawer.picture["lines"][0]["equations"]} == {""}


def test_buttons_move_as_far_as_the_chosen_model_goes(make_comparison: Maker) -> None:
    comparison = make_comparison({"seq_len": 6}, {"seq_len": 12}, cell="rnn")
    drawer = Drawer(comparison)
    drawer.look(time=9)
    assert "timestep 5," in drawer.picture["title"]
    drawer.press("back")
    assert drawer.focus.time == 4
    choose(drawer, 1)
    drawer.look(time=11)
    drawer.press("back")
    assert drawer.focus.time == 10


def test_a_unit_that_a_smaller_model_lacks_becomes_its_last(make_comparison: Maker) -> None:
    comparison = make_comparison({"hidden_size": 3}, {"hidden_size": 6})
    drawer = Drawer(comparison)
    drawer.look(time=4, unit=5)
    assert "unit 2 " in drawer.picture["title"]
    hidden = comparison.snapshot().models["hidden_size=3"].layer.hidden
    assert drawer.mark("h")["text"] == short(float(hidden[0, 0, 0, 4, 2]))


def test_a_colour_means_the_same_number_in_every_models_drawing(make_comparison: Maker) -> None:
    comparison = make_comparison({"lr": 0.5}, {"lr": 1e-4}, cell="lstm", clip=None)
    comparison.train(40)
    drawer = Drawer(comparison)
    drawer.look(time=4)
    for place, model in enumerate(comparison.snapshot().models.values()):
        choose(drawer, place)
        for name, limits in (("f", (0.0, 1.0)), ("g", (-1.0, 1.0))):
            value = float(model.layer.gates[name][0, 0, 0, 4, 0])
            assert drawer.mark(name)["light"] == shade(value, limits)


def test_an_earlier_moment_can_be_taken_apart(make_comparison: Maker) -> None:
    comparison = make_comparison()
    drawer = Drawer(comparison)
    choose(drawer, 1)
    drawer.look(time=4)
    then = read(comparison, "gru", time=4)
    comparison.train(5)
    comparison.rewind(0)
    drawer.browser.catch_up()
    assert sorted(drawer.lines) == then
