"""FrameClock: frames are due at the rate asked for, or less often when they are dear; speed is smoothed."""

import pytest

from rnnviz.training.runner.frameclock import FrameClock, FrameClocks
from tests.clock import Clock


@pytest.fixture
def clock():
    return Clock()


def frame(frame_clock, clock, seconds):
    frame_clock.begin_frame()
    clock.now += seconds
    frame_clock.end_frame()


def test_a_frame_is_due_after_the_shortest_interval(clock):
    frame_clock = FrameClock(0.1, step=0, clock=clock)
    clock.now = 0.09
    assert not frame_clock.due()
    clock.now = 0.1
    assert frame_clock.due()


def test_a_cheap_frame_counts_from_its_beginning(clock):
    frame_clock = FrameClock(0.1, step=0, clock=clock)
    frame(frame_clock, clock, 0.02)
    clock.now = 0.1
    assert frame_clock.due()


def test_a_dear_frame_takes_at_most_a_quarter_of_the_time(clock):
    frame_clock = FrameClock(0.1, step=0, clock=clock)
    frame(frame_clock, clock, 1.0)
    clock.now = 3.9
    assert not frame_clock.due()
    clock.now = 4.0
    assert frame_clock.due()
    frame(frame_clock, clock, 0.01)
    clock.now = 4.11
    assert frame_clock.due()


def test_speed_is_steps_a_second_and_smoothed(clock):
    frame_clock = FrameClock(0.1, step=100, clock=clock)
    clock.now = 1.0
    assert frame_clock.measure(150) == 50.0
    clock.now = 2.0
    assert frame_clock.measure(250) == pytest.approx(50 + 0.3 * 50)


def test_a_rebuilt_model_counts_from_zero(clock):
    frame_clock = FrameClock(0.1, step=100, clock=clock)
    clock.now = 2.0
    assert frame_clock.measure(10) == 5.0


def test_without_a_new_step_the_speed_stays(clock):
    frame_clock = FrameClock(0.1, step=0, speed=7.0, clock=clock)
    clock.now = 1.0
    assert frame_clock.measure(0) == 7.0


def test_what_was_saved_lets_one_slow_frame_pass(clock):
    frame_clock = FrameClock(0.1, step=0, share=0.05, clock=clock)
    for _ in range(40):
        clock.now += 0.1
        frame(frame_clock, clock, 0.001)
    frame(frame_clock, clock, 0.05)
    clock.now += 0.1
    assert frame_clock.due()


def played(clock, *, light, whole, fps=(10.0, 30.0), seconds=60.0, wanted=True):
    """Return frames a second and the share of the time that they took, where a step takes no time but 1 ms."""
    pace = FrameClocks(*(FrameClock(1 / one, step=0, clock=clock) for one in fps))
    made, took, end = {"light": 0, "whole": 0}, 0.0, clock.now + seconds
    while clock.now < end:
        clock.now += 0.001
        if pace.whole.due():
            with pace.making_whole():
                clock.now, took = clock.now + whole, took + whole
            made["whole"] += 1
        elif wanted and pace.light.due():
            with pace.making_light():
                clock.now, took = clock.now + light, took + light
            made["light"] += 1
    return {kind: count / seconds for kind, count in made.items()}, took / seconds


def test_cheap_frames_come_as_often_as_was_asked_and_a_whole_one_stands_for_a_light_one(clock):
    made, _ = played(clock, light=0.0004, whole=0.002)
    assert made["whole"] == pytest.approx(10, rel=0.05)
    assert made["light"] == pytest.approx(20, rel=0.05)


@pytest.mark.parametrize(("light", "whole"), [(0.0004, 0.02), (0.004, 0.004), (0.03, 0.2), (0.2, 0.002)])
def test_dear_frames_take_a_twentieth_of_the_time_at_most(clock, light, whole):
    made, share = played(clock, light=light, whole=whole)
    assert share < 0.055
    assert min(made.values()) > 0


@pytest.mark.parametrize("slower", [0.8, 1.0, 1.1])
def test_light_frames_that_cost_little_leave_whole_ones_what_those_need(clock, slower):
    """Costs of a model of 32 units on two busy cores."""
    made, share = played(clock, light=0.00055 * slower, whole=0.005 * slower)
    assert made["whole"] > 7.0
    assert made["light"] + made["whole"] > 19.0
    assert share < 0.055


def test_whole_frames_may_take_all_of_it_where_nobody_wants_light_ones(clock):
    made, share = played(clock, light=0.0, whole=0.02, wanted=False)
    assert made["whole"] == pytest.approx(0.05 / 0.02, rel=0.1)
    assert share < 0.055


def test_time_in_which_others_had_the_processor_is_no_cost_of_a_frame(clock):
    working = Clock()
    frame_clock = FrameClock(0.1, step=0, share=0.05, clock=clock, working=lambda: working.now)
    clock.now += 1.0
    frame_clock.begin_frame()
    clock.now, working.now = clock.now + 3.0, working.now + 0.1
    frame_clock.end_frame()
    clock.now += 0.1
    assert frame_clock.due()
    frame_clock.begin_frame()
    clock.now, working.now = clock.now + 3.0, working.now + 3.0
    frame_clock.end_frame()
    clock.now += 0.1
    assert not frame_clock.due()


@pytest.mark.parametrize("granted", [1.0, 0.5, 0.3])
def test_frames_take_their_share_of_the_time_that_others_leave_to_the_thread(clock, granted):
    working = Clock()
    frame_clock = FrameClock(
        0.05, step=0, share=0.05, clock=clock, working=lambda: working.now, starved=lambda: clock.now - working.now
    )

    def work(seconds):
        clock.now, working.now = clock.now + seconds / granted, working.now + seconds

    spent = 0.0
    for _ in range(20_000):
        work(0.002)
        if frame_clock.due():
            frame_clock.begin_frame()
            work(0.004)
            frame_clock.end_frame()
            spent += 0.004
    assert 0.0 < spent / working.now < 0.055
    assert frame_clock.taken < 0.06


def test_a_thread_that_only_sleeps_lets_frames_have_their_share_of_all_time(clock):
    working = Clock()
    frame_clock = FrameClock(0.05, step=0, share=0.05, clock=clock, working=lambda: working.now, starved=lambda: 0.0)
    frames = 0
    for _ in range(2_000):
        clock.now += 0.01
        if frame_clock.due():
            frame_clock.begin_frame()
            clock.now, working.now = clock.now + 0.004, working.now + 0.004
            frame_clock.end_frame()
            frames += 1
    assert frames / clock.now == pytest.approx(0.05 / 0.004, rel=0.1)


def test_pictures_move_on_a_machine_that_has_hardly_time_for_the_thread(clock):
    frame_clock = FrameClock(0.05, step=0, share=0.05, clock=clock, starved=lambda: 0.99 * clock.now)
    frames = 0
    while clock.now < 60.0:
        clock.now += 0.05
        if frame_clock.due():
            frame_clock.begin_frame()
            clock.now += 0.004
            frame_clock.end_frame()
            frames += 1
    assert frames / clock.now == pytest.approx(0.25 * 0.05 / 0.004, rel=0.1)
