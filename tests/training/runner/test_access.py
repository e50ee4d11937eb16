"""A guest looks between two steps, never during one."""

import threading

import pytest

from rnnviz.training.runner.access import Turns
from tests.training.examples import WAIT


def test_a_guest_waits_for_the_end_of_a_step_and_the_host_for_the_guest():
    turns, events = Turns(), []
    knocked = threading.Event()

    def guest():
        knocked.set()
        turns.visit(lambda: events.append("guest"))

    with turns:
        thread = threading.Thread(target=guest)
        thread.start()
        assert knocked.wait(WAIT)
        while not turns._guests:
            pass
        events.append("step")
        turns.let_in()
        events.append("step")
    thread.join(WAIT)
    assert events == ["step", "guest", "step"]


def test_without_guests_the_host_goes_on():
    turns = Turns()
    with turns:
        turns.let_in()
        assert turns.mine
    assert not turns.mine


def test_the_host_may_visit_itself():
    turns = Turns()
    with turns:
        assert turns.visit(lambda: 3) == 3


def test_a_guests_error_is_the_guests():
    turns = Turns()
    with pytest.raises(ZeroDivisionError):
        turns.visit(lambda: 1 / 0)
    with turns:
        turns.let_in()
