"""A class of ten: their kernels play at once through one server, and each is answered."""

import asyncio
import re
import statistics
import time
from pathlib import Path

import psutil
import pytest

from tests.browser.jupyter import process_of, server
from tests.memory import together
from tests.minutes import duration
from tests.school.learner import Learner

LEARNERS = 10
PAUSE = 2.0  # seconds between two cells that a learner runs
STEP = "print(lab.snapshot().step)"


async def _lesson(learners: list[Learner], seconds: float) -> list[tuple[int, int]]:
    """Have all come and play for so long; return each one's step at the beginning and at the end."""
    for learner in learners:  # one after another, as people do
        await learner.come()
    begun = [int(await learner.ask(STEP)) for learner in learners]
    for learner in learners:
        learner.frames, learner.waited = 0, []
    end = time.monotonic() + seconds
    await asyncio.gather(*(_work(learner, end) for learner in learners))
    ended = [int(await learner.ask(STEP)) for learner in learners]
    return list(zip(begun, ended, strict=True))


async def _work(learner: Learner, end: float) -> None:
    await learner.ask(STEP)
    while time.monotonic() < end:
        await asyncio.sleep(PAUSE)
        await learner.ask(STEP)


@pytest.mark.school
@pytest.mark.timeout(7200)
def test_ten_kernels_play_at_once_through_one_server_and_none_dies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(tmp_path) as address:
        root, token = re.match(r"(.*)lab/workspaces.*token=(.*)$", address).groups()
        learners = [Learner(root, token, number) for number in range(LEARNERS)]

        async def lesson() -> list[tuple[int, int]]:
            try:
                return await _lesson(learners, duration(5))
            finally:
                for learner in learners:
                    await learner.leave()

        steps = asyncio.run(lesson())
        served = process_of(tmp_path)
        alive = [psutil.pid_exists(learner.process) for learner in learners]
        each = [together(learner.process) / 1e6 for learner in learners]
        waited = sorted(seconds for learner in learners for seconds in learner.waited)
        with capsys.disabled():
            points = statistics.quantiles(waited, n=100)
            print(
                f"\n{len(waited)} answers in {duration(5):.0f} s: median {points[49]:.3f} s, 90 % {points[89]:.3f} s,"
            )
            print(f"99 % {points[98]:.3f} s, longest {waited[-1]:.3f} s; frames {[one.frames for one in learners]};")
            print(
                f"a kernel {statistics.median(each):.0f} MB (PSS), all with the server {together(served) / 1e6:.0f} MB"
            )
    assert alive == [True] * LEARNERS
    assert [learner.deaths for learner in learners] == [0] * LEARNERS
    assert all(last > first for first, last in steps)
    assert all(learner.frames > 0 for learner in learners)
