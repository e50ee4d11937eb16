"""FrameClock: frames are due at the rate asked for, or less often when they are dear; speed is smoothed."""

import pytest

from rnnviz.training.runner.frameclock import FrameClock
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
