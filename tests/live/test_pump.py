"""The pump draws the newest thing, never a queue, and always the last one."""

import itertools
import threading
import time

from rnnviz.live import Pump


def open_door() -> float:
    return 0.0


def fail(error: Exception) -> None:
    raise error


def test_everything_offered_is_drawn_in_the_end() -> None:
    drawn: list[int] = []
    newest = [0]
    pump = Pump(lambda: drawn.append(newest[0]), open_door, on_error=fail, fps=200)
    for number in range(500):
        newest[0] = number
        pump.offer()
    assert pump.flush()
    pump.close()
    assert drawn[-1] == 499
    assert len(drawn) < 500  # what was not drawn yet was replaced, not queued


def test_offering_never_waits_for_a_slow_screen() -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow() -> None:
        entered.set()
        leave.wait(10)

    pump = Pump(slow, open_door, on_error=fail, fps=1000)
    pump.offer()
    assert entered.wait(10)
    started = time.perf_counter()
    for _ in range(1000):
        pump.offer()
    spent = time.perf_counter() - started
    leave.set()
    pump.close()
    assert spent < 5  # it would be forever if an offer waited


def test_nothing_is_drawn_while_the_browser_has_no_room() -> None:
    room = [10.0]
    drawn = threading.Event()
    pump = Pump(drawn.set, lambda: room[0], on_error=fail, fps=1000)
    pump.offer()
    assert not pump.flush(timeout=0.2)
    assert not drawn.is_set()
    room[0] = 0.0
    pump.nudge()
    assert drawn.wait(10)
    pump.close()


def test_frames_keep_the_pace_that_was_asked_for() -> None:
    times: list[float] = []
    pump = Pump(lambda: times.append(time.monotonic()), open_door, on_error=fail, fps=20)
    while len(times) < 4:
        pump.offer()
        pump.flush()
    pump.close()
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 0.045


def test_a_closed_pump_has_no_thread_and_ignores_offers() -> None:
    drawn: list[int] = []
    pump = Pump(lambda: drawn.append(1), open_door, on_error=fail)
    pump.offer()
    assert pump.flush()
    pump.close()
    pump.offer()
    assert drawn == [1]
    assert not any(thread.name == "rnnviz-pump" and thread is pump._thread for thread in threading.enumerate())


def test_an_error_is_handed_over_and_the_pump_goes_on() -> None:
    errors: list[Exception] = []
    calls: list[int] = []

    def broken() -> None:
        calls.append(1)
        raise ZeroDivisionError("in a view")

    pump = Pump(broken, open_door, on_error=errors.append, fps=1000)
    for _ in range(2):
        pump.offer()
        assert pump.flush()
    pump.close()
    assert len(calls) == 2
    assert [str(error) for error in errors] == ["in a view"] * 2


def test_what_is_drawn_is_whole_where_anybody_has_offered_so() -> None:
    room = [10.0]
    drawn: list[bool] = []
    pump = Pump(lambda: drawn.append(pump.whole), lambda: room[0], on_error=fail, fps=1000)
    for offers in ([False], [True], [False, True, False], [False, False]):
        room[0] = 10.0
        for whole in offers:
            pump.offer(whole=whole)
        room[0] = 0.0
        pump.nudge()
        assert pump.flush()
    pump.close()
    assert drawn == [False, True, True, False]
