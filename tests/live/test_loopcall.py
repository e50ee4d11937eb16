"""Without a thread a pump draws on the event loop at its pace, and in place where a cell keeps the loop from coming."""

import asyncio
import threading
import time

import pytest

from rnnviz.live import Pump
from tests.live.test_pump import fail


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNVIZ_RUNNER", "asyncio")


def pump(draw, room=lambda: 0.0, fps=1000.0) -> Pump:
    return Pump(draw, room, on_error=fail, fps=fps)


async def until(condition) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0)


def test_what_is_offered_is_drawn_when_the_loop_comes_to_it_and_the_newest_only() -> None:
    async def offered() -> list[int]:
        drawn: list[int] = []
        newest = [0]
        made = pump(lambda: drawn.append(newest[0]))
        for number in range(50):
            newest[0] = number
            made.offer()
        assert drawn == []
        await until(lambda: drawn)
        await asyncio.sleep(0.01)
        return drawn

    assert asyncio.run(offered()) == [49]


def test_no_thread_is_started() -> None:
    async def offered() -> None:
        before = threading.active_count()
        drawn: list[int] = []
        pump(lambda: drawn.append(threading.active_count())).offer()
        await until(lambda: drawn)
        assert drawn == [before]

    asyncio.run(offered())


def test_nothing_is_drawn_without_room_until_the_browser_answers() -> None:
    async def offered() -> None:
        room, drawn = [60.0], []
        made = pump(lambda: drawn.append(1), lambda: room[0])
        made.offer()
        await asyncio.sleep(0.05)
        assert drawn == []
        room[0] = 0.0
        made.nudge()
        await until(lambda: drawn)

    asyncio.run(offered())


def test_what_is_offered_while_it_draws_is_drawn_after() -> None:
    async def offered() -> int:
        drawn: list[int] = []

        def draw() -> None:
            drawn.append(1)
            if len(drawn) < 3:
                made.offer()

        made = pump(draw)
        made.offer()
        await until(lambda: len(drawn) == 3)
        await asyncio.sleep(0.01)
        return len(drawn)

    assert asyncio.run(offered()) == 3


def test_a_cell_that_keeps_the_loop_from_coming_draws_itself() -> None:
    async def kept() -> list[int]:
        drawn: list[int] = []
        made = pump(lambda: drawn.append(threading.get_ident()))
        give_up = time.monotonic() + 60
        while not drawn and time.monotonic() < give_up:
            made.offer()
        return drawn

    assert asyncio.run(kept()) == [threading.get_ident()]


def test_a_flush_in_a_cell_draws_at_once_and_the_loop_draws_it_no_second_time() -> None:
    async def flushed() -> int:
        drawn: list[int] = []
        made = pump(lambda: drawn.append(1))
        made.offer()
        assert made.flush()
        assert drawn == [1]
        await asyncio.sleep(0.01)
        made.close()
        made.offer()
        await asyncio.sleep(0.01)
        return len(drawn)

    assert asyncio.run(flushed()) == 1


def test_another_thread_may_offer_and_wait_until_it_is_drawn() -> None:
    async def offered() -> list[int]:
        drawn: list[int] = []
        made = pump(lambda: drawn.append(threading.get_ident()))
        await asyncio.to_thread(made.offer)
        assert await asyncio.to_thread(made.flush)
        return drawn

    assert asyncio.run(offered()) == [threading.get_ident()]
