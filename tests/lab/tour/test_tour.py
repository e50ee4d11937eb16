"""A tour: each step is done when the learner has done the thing, in this lab and no other, and not before."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from rnnviz.i18n import keys
from rnnviz.lab.tools.inspector import Inspector
from rnnviz.lab.tools.perturb import Perturb
from rnnviz.lab.tour.card import TourCard
from rnnviz.lab.tour.steps import STEPS, Scene, steps_for
from rnnviz.lab.tour.tour import Tour
from rnnviz.training import Settings
from rnnviz.views import Focus, Picked
from tests.lab.browser import Browser, LabMaker, settle
from tests.training.examples import WAIT

pytestmark = pytest.mark.timeout(120)
NAMES = [step.name for step in STEPS]
FAR = 10**6  # a goal that no test reaches


class Guided:
    """A lab, its page, and a tour that stands at one step."""

    def __init__(self, make_lab: LabMaker, step: str, **settings: Any) -> None:
        self.lab = make_lab(steps=FAR, **settings)
        self.browser = Browser(self.lab)
        self.browser.catch_up()  # the selectors offer what there is once it is drawn
        self.tour: TourCard = self.lab.tour()
        self.tour.start()
        for _ in range(NAMES.index(step)):
            self.tour.next()
        assert self.tour.state.step == step

    @property
    def done(self) -> bool:
        return self.tour.state.done

    def tool(self, name: str) -> Any:
        return self.browser.screen.panel.toolbox.tool(name)

    def open(self, name: str) -> Any:
        self.browser.screen.panel.toolbox.buttons[name].value = True
        self.browser.catch_up()
        return self.tool(name)

    def play(self) -> None:
        """Press Play and wait until the run has said that it plays."""
        playing = threading.Event()
        screen = self.browser.screen
        screen.followers.append(lambda: playing.set() if screen.state.onward else None)
        self.lab.play()
        assert playing.wait(WAIT)

    def click(self, view: str, time: int, unit: int = 0) -> None:
        self.browser.feed.on_pick(view, Picked(trace=0, x=time, y=unit, time=time))


def press(tour: TourCard, name: str, step: str | None = None) -> None:
    """Press a button of the card as the page does."""
    tour._handle_custom_msg({"press": name, "step": step}, [])


def test_a_tour_waits_to_be_started(make_lab: LabMaker) -> None:
    tour = make_lab().tour()
    assert (tour.state.phase, tour.said["highlight"]) == ("ready", [])
    assert "rv-tour" in tour._dom_classes
    assert tour.start().step == "play"
    assert tour.said["highlight"] == ["rv-play"]


def test_its_element_is_that_of_its_own_lab(make_lab: LabMaker) -> None:
    lab, other = make_lab(), make_lab()
    tour = lab.tour()
    assert tour.lab in lab.widget._dom_classes
    assert tour.lab not in other.widget._dom_classes


def test_play_is_done_when_the_run_plays(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "play")
    assert not at.done
    at.play()
    assert at.done
    at.lab.pause()
    assert at.done


def test_single_steps_are_not_play(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "play")
    at.lab.step(3)
    at.lab.train(3)
    assert not at.done


def test_the_rate_is_done_when_it_has_changed(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "rate")
    at.lab.set(clip=0.5)
    assert not at.done
    at.lab._console.knobs.widgets["lr"].value = 0.03
    assert at.done


def test_pause_is_done_when_nothing_plays(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "rate")
    at.play()
    assert not at.tour.next().done
    at.lab.pause()
    assert at.done


@pytest.mark.parametrize("step", ["hidden", "gradients"])
def test_a_picture_is_read_when_another_timestep_is_picked(make_lab: LabMaker, step: str) -> None:
    at = Guided(make_lab, step)
    at.lab.train(1)
    assert not at.done
    at.click(step, time=5)
    assert at.done


def test_a_new_model_with_fewer_timesteps_is_no_click(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "hidden")
    at.click("hidden", time=7)
    at.tour.back()
    at.tour.start()
    for _ in range(NAMES.index("hidden")):
        at.tour.next()
    at.lab.set(seq_len=4)
    at.browser.catch_up()
    assert at.browser.screen.panel.focus_controls.time.value == 3
    assert not at.done
    at.click("hidden", time=1)
    assert at.done


def test_the_inspector_is_found_when_it_is_open(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "inspector")
    at.open("share")
    assert not at.done
    at.open("inspector")
    assert at.done


@pytest.mark.parametrize("button", ["back", "forward", "gradient", "train"])
def test_the_cell_is_walked_through_with_any_of_its_buttons(make_lab: LabMaker, button: str) -> None:
    at = Guided(make_lab, "inside")
    inspector: Inspector = at.open("inspector")
    assert not at.done
    inspector.view._heard(inspector.view, {"kind": "press", "name": button}, [])
    settle(at.lab)
    assert at.done


def test_a_key_that_the_drawing_does_not_know_is_no_walk(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "inside")
    inspector: Inspector = at.open("inspector")
    inspector.view.on_key("q")
    assert not at.done


def test_the_past_is_changed_when_an_input_is(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "perturb")
    perturb: Perturb = at.open("perturb")
    at.click("hidden", time=3)
    at.browser.catch_up()
    assert not at.done
    perturb.value.index += 10
    assert at.done


def test_the_run_is_wound_back_when_the_pictures_have_returned(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "timeline")
    at.lab.train(5)
    at.lab.rewind(None)
    assert not at.done
    at.lab.rewind(2)
    assert not at.done
    at.lab.rewind(None)
    assert at.done


def test_the_card_is_written_by_the_act_itself(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "inspector")
    assert (at.tour.said["done"], at.tour.said["praise"]) == (False, "")
    at.open("inspector")
    assert at.tour.said["done"]
    assert at.tour.said["praise"].startswith("This is the cell")


def test_another_lab_does_not_count(make_lab: LabMaker) -> None:
    at, other = Guided(make_lab, "rate"), make_lab()
    Browser(other)
    other.set(lr=0.5)
    other.train(2)
    assert not at.done


def test_next_goes_on_whether_or_not_it_was_done_and_ends_after_the_last(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "timeline")
    assert (at.tour.state.number, at.tour.state.of) == (9, 9)
    assert at.tour.next().phase == "finished"
    assert at.tour.next().phase == "finished"


def test_back_shows_what_was_done_and_stops_at_the_first(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "rate")
    at.lab.set(lr=0.5)
    assert at.done
    at.tour.next()
    assert at.tour.back() == replace(at.tour.state, step="rate", done=True)
    assert at.tour.back().step == "play"
    assert at.tour.back().step == "play"


def test_skip_ends_the_tour_and_it_can_be_taken_again(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "rate")
    at.lab.set(lr=0.5)
    assert at.tour.skip().phase == "skipped"
    assert at.tour.said["highlight"] == []
    assert at.tour.next().phase == "skipped"
    at.tour.start()
    assert not at.tour.next().done


def test_the_buttons_of_the_page_do_what_they_say(make_lab: LabMaker) -> None:
    tour = make_lab().tour()
    press(tour, "start")
    press(tour, "next", "play")
    assert tour.state.step == "rate"
    press(tour, "next", "play")  # a second press that was on its way
    assert tour.state.step == "rate"
    press(tour, "back", "rate")
    assert tour.state.step == "play"
    press(tour, "nonsense", "play")
    press(tour, "skip", "play")
    assert tour.state.phase == "skipped"


def test_closing_the_lab_ends_the_tour_in_words(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "rate")
    at.lab.close()
    assert at.tour.state.phase == "closed"
    assert at.tour.said["words"].startswith("The lab of this tour was closed.")
    assert at.tour.start().phase == "closed"


def test_a_tour_of_a_closed_lab_says_so(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.close()
    assert lab.tour().state.phase == "closed"


def test_what_a_lab_does_not_show_is_left_out(make_lab: LabMaker) -> None:
    tour = make_lab(show=["lr", "timeline"], views=["gradients"]).tour()
    names = [tour.start().step]
    while tour.next().phase == "walking":
        names.append(tour.state.step)
    assert names == ["play", "rate", "pause", "gradients", "timeline"]


def test_its_text_is_the_same_in_every_run(make_lab: LabMaker) -> None:
    tour = make_lab().tour()
    assert repr(tour) == "TourCard('ready', step='play', done=False)"
    tour.start()
    assert repr(tour) == "TourCard('walking', step='play', done=False)"


def test_no_thread_watches_a_lab_for_its_tour(make_lab: LabMaker) -> None:
    at = Guided(make_lab, "rate")
    at.browser.catch_up()
    asked: list[None] = []
    at.browser.screen.followers.append(lambda: asked.append(None))
    at.browser.catch_up()
    assert asked == []


@pytest.mark.parametrize("part", ["title", "words", "praise"])
def test_every_step_has_its_words(part: str) -> None:
    assert {f"tour.{name}.{part}" for name in NAMES} <= keys()


def test_a_walk_that_has_not_begun_sees_nothing() -> None:
    tour, still = Tour(steps_for({"lr"})), Scene(Settings())
    assert not tour.see(replace(still, playing=True)).done
    assert tour.go(1, still).phase == "ready"


def test_a_focus_moved_in_a_scene_of_a_new_run_is_taken_as_given() -> None:
    tour, still = Tour(steps_for({"hidden"})), Scene(Settings())
    tour.begin(still)
    tour.go(2, still)
    assert tour.step.name == "hidden"
    assert not tour.see(replace(still, run=1, focus=Focus(time=3))).done
    assert tour.see(replace(still, run=1, focus=Focus(time=4))).done
