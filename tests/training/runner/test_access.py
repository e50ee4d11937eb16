"""A guest looks between two steps, never during one."""

import threading

import pytest

from rnnviz.training.runner.access import ModelAccess
from tests.training.examples import WAIT


def test_a_guest_waits_for_the_end_of_a_step_and_the_host_for_the_guest():
    access, events = ModelAccess(), []
    knocked = threading.Event()

    def guest():
        knocked.set()
        access.visit(lambda: events.append("guest"))

    with access:
        thread = threading.Thread(target=guest)
        thread.start()
        assert knocked.wait(WAIT)
        while not access._guests:
            pass
        events.append("step")
        access.let_in()
        events.append("step")
    thread.join(WAIT)
    assert events == ["step", "guest", "step"]


def test_without_guests_the_host_goes_on():
    access = ModelAccess()
    with access:
        access.let_in()
        assert access.mine
    assert not access.mine


def test_the_host_may_visit_itself():
    access = ModelAccess()
    with access:
        assert access.visit(lambda: 3) == 3


def test_a_guests_error_is_the_guests():
    access = ModelAccess()
    with pytest.raises(ZeroDivisionError):
        access.visit(lambda: 1 / 0)
    with access:
        access.let_in()
