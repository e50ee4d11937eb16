"""Light frames change the pictures of states alone, each at the step that it shows; whole ones change all."""

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnnviz.lab.screen.drawnrate import DrawnRate
from rnnviz.training import DeferredSnapshot, Snapshot
from tests.clock import Clock
from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import NormView
from tests.training.examples import WAIT


class Lit:
    """A lab at rest, whose light snapshots are shown by hand."""

    def __init__(self, make_lab: LabMaker, **settings: Any) -> None:
        self.lab = make_lab(**settings)
        self.browser = Browser(self.lab)
        self.browser.catch_up()
        self.screen, self.session = self.browser.screen, self.lab._session
        self.browser.frames.clear()

    def light(self, step: int, sample: int = 0) -> Snapshot:
        found = self.session.light(self.session.snapshot(), sample)
        assert found is not None
        return replace(found, step=step)

    def show(self, *snapshots: Snapshot) -> list[dict[str, Any]]:
        """Show and draw them one by one; return what was sent."""
        before = len(self.browser.frames)
        for one in snapshots:
            self.screen.show(one)
            self.browser.catch_up()
        return [content for content, _ in self.browser.frames[before:]]


@pytest.fixture
def lit(make_lab: LabMaker) -> Lit:
    return Lit(make_lab)


def test_a_light_frame_has_the_pictures_of_states_and_their_step(lit: Lit) -> None:
    (content,) = lit.show(lit.light(step=7))
    assert content["light"] is True
    assert content["step"] == 7
    states = set(content["digests"])
    assert {"hidden", "gates"} <= states
    assert not states & {"gradients", "curves", "prediction"}


def test_a_whole_frame_has_all_of_them_and_says_nothing_of_light(lit: Lit) -> None:
    (content,) = lit.show(lit.session.snapshot())
    assert "light" not in content
    assert {"hidden", "gates", "gradients", "curves"} <= set(content["digests"])


def near(one: Any, other: Any) -> bool:
    """Whether two values of a message are the same but for rounding."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(near(one[key], other[key]) for key in one)
    return bool(one == pytest.approx(other, rel=1e-6) if isinstance(one, float) else one == other)


def test_its_numbers_are_those_of_the_whole_frame_of_that_moment(lit: Lit) -> None:
    whole = lit.show(lit.session.snapshot())[0]
    light = lit.show(lit.light(step=1))[0]
    buffers = dict(zip(("whole", "light"), [one[1][0] for one in lit.browser.frames[-2:]], strict=True))
    for name in light["digests"]:
        parts = [[part for part in one["parts"] if part["figure"] == name] for one in (whole, light)]
        assert len(parts[0]) == len(parts[1]) > 0
        for before, now in zip(*parts, strict=True):
            assert before["key"] == now["key"]
            if "shape" in before:
                kind = np.uint8 if before["limits"] else np.float32
                count = int(np.prod(before["shape"]))
                pair = [
                    np.frombuffer(buffers[of], kind, count, part["offset"])
                    for of, part in (("whole", before), ("light", now))
                ]
                assert np.allclose(*[one.astype(float) for one in pair], atol=1 if before["limits"] else 1e-5)
            else:
                assert near(before["value"], now["value"])


def test_an_earlier_one_than_what_is_shown_is_forgotten(lit: Lit) -> None:
    lit.lab.train(3)
    lit.browser.catch_up()
    assert lit.show(lit.light(step=2)) == []
    assert len(lit.show(lit.light(step=4))) == 1


def test_one_of_another_model_is_forgotten(lit: Lit) -> None:
    assert lit.show(replace(lit.light(step=9), run=5)) == []


def test_one_of_another_sequence_than_that_in_focus_is_forgotten(lit: Lit) -> None:
    assert lit.show(lit.light(step=9, sample=2)) == []


def test_the_sequence_in_focus_is_asked_for(lit: Lit) -> None:
    assert lit.screen.light_sample() == 0
    lit.screen.look(lambda snapshot, focus: replace(focus, sample=3))
    assert lit.screen.light_sample() == 3


def test_none_is_asked_for_while_somebody_looks_back(lit: Lit) -> None:
    lit.screen.hold(lit.session.snapshot())
    assert lit.screen.light_sample() is None
    assert all("light" not in one for one in lit.show(lit.light(step=9)))
    lit.screen.hold(None)
    assert lit.screen.light_sample() == 0


def test_none_is_asked_for_while_no_page_is_seen(lit: Lit) -> None:
    for hidden, wanted in ((True, None), (False, 0)):
        lit.browser.feed._heard(lit.browser.feed, {"kind": "seen", "page": "1", "hidden": hidden}, [])
        assert lit.screen.light_sample() == wanted


def test_none_is_asked_for_where_no_picture_shows_states_alone(make_lab: LabMaker) -> None:
    lit = Lit(make_lab, views=["curves", NormView()])
    assert lit.screen.light_sample() is None


def test_a_view_of_ones_own_is_drawn_from_light_frames_if_it_says_so(make_lab: LabMaker) -> None:
    class Light(NormView):
        light = True

    lit = Lit(make_lab, views=["curves", Light()])
    (content,) = lit.show(lit.light(step=1))
    assert set(content["digests"]) == {"norm"}


def test_none_is_asked_for_while_one_waits_for_the_page(lit: Lit) -> None:
    lit.browser.answers = False
    for step in (1, 2, 3):
        lit.screen.show(lit.light(step=step))
        if step < 3:
            lit.browser.catch_up()
    assert lit.screen.light_sample() is None
    lit.browser.answers = True
    lit.browser.answer(*(content["id"] for content, _ in lit.browser.frames))
    lit.browser.catch_up()
    assert lit.screen.light_sample() == 0


def test_words_alone_draw_no_picture_anew(lit: Lit) -> None:
    before = len(lit.browser.frames)
    lit.screen.say(lit.screen.state, "Something was said.")
    lit.browser.catch_up()
    assert len(lit.browser.frames) == before
    assert "Something was said." in lit.browser.status


def test_a_page_that_greets_is_sent_a_whole_frame(lit: Lit) -> None:
    lit.show(lit.light(step=5))
    before = len(lit.browser.frames)
    lit.browser.feed._heard(lit.browser.feed, {"kind": "hello"}, [])
    lit.browser.catch_up()
    assert ["light" in content for content, _ in lit.browser.frames[before:]] == [False]


def test_a_run_ends_with_a_whole_frame_of_its_last_step(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots", steps=40, fps=1000.0)
    browser = Browser(lab)
    lab.play()
    assert lab._runner.join(WAIT)
    browser.catch_up()
    last = browser.frames[-1][0]
    assert ("light" in last, last["step"]) == (False, 40)
    steps = [content["step"] for content, _ in browser.frames]
    assert steps == sorted(steps)


def test_a_closed_lab_asks_for_none(make_lab: LabMaker) -> None:
    lab = make_lab()
    Browser(lab)
    runner = lab._runner
    lab.close()
    assert runner.light_sample() is None


def drawn(rate: DrawnRate, clock: Clock, *, a_second: int, light: bool, seconds: int = 5) -> None:
    for _ in range(a_second * seconds):
        clock.now += 1 / a_second
        rate.note(light=light)


def test_pictures_that_come_as_often_as_they_should_are_no_news() -> None:
    clock = Clock()
    rate = DrawnRate(30.0, clock=lambda: clock.now)
    for _ in range(40):
        clock.now += 0.04
        rate.note(light=True)
        clock.now += 0.04
        rate.note(light=False)
    assert rate.words("Training.") == "Training."


def test_pictures_that_come_seldom_are_said_with_their_figures() -> None:
    clock = Clock()
    rate = DrawnRate(30.0, clock=lambda: clock.now)
    drawn(rate, clock, a_second=5, light=False)
    assert rate.words("Training.").startswith("Training. Drawn 5 times a second, curves and gradients 5 times")


def test_fewer_pictures_that_were_asked_for_are_no_news() -> None:
    clock = Clock()
    rate = DrawnRate(5.0, clock=lambda: clock.now)
    drawn(rate, clock, a_second=5, light=False)
    assert rate.words("Training.") == "Training."


def test_a_rest_is_no_slow_drawing() -> None:
    clock = Clock()
    rate = DrawnRate(30.0, clock=lambda: clock.now)
    for _ in range(4):
        clock.now += 60.0
        rate.note(light=False)
    assert rate.words("Training.") == "Training."


def test_a_moment_with_numbers_that_are_not_finite_is_not_drawn(lit: Lit) -> None:
    before, run = len(lit.browser.frames), lit.session.run
    lit.screen.show_light(DeferredSnapshot(run, 9, 0, lambda: None))
    lit.browser.catch_up()
    assert len(lit.browser.frames) == before


def test_a_moment_is_worked_out_by_the_thread_that_draws(lit: Lit) -> None:
    made, threads = lit.light(step=3), []
    lit.screen.show_light(DeferredSnapshot(made.run, 3, 0, lambda: threads.append(threading.current_thread()) or made))
    lit.browser.catch_up()
    assert lit.browser.frames[-1][0]["step"] == 3
    assert threads == [lit.screen.pump._thread or threading.current_thread()]


def test_at_rest_all_pictures_show_the_same_step_whatever_light_moment_still_waits(lit: Lit) -> None:
    last = replace(lit.session.snapshot(), step=10)
    made = lit.light(step=9)
    for order in ((made, last), (last, made)):
        lit.browser.frames.clear()
        for one in order:
            lit.screen.show(one)
        lit.browser.catch_up()
        assert {content["step"] for content, _ in lit.browser.frames[-1:]} == {10}
        assert all("light" not in content for content, _ in lit.browser.frames if content["step"] == 10)
        assert {"hidden", "gates", "gradients", "curves"} <= set(lit.browser.frames[-1][0]["digests"])
