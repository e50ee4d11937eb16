"""Runners that have ended when a test ends."""

from collections.abc import Iterator
from typing import Any

import pytest

from rnnviz.tasks import Task
from rnnviz.training import Runner, Session
from tests.training.examples import WAIT, Echo


class Runners(list[Runner]):
    """Makes small ones, and keeps them."""

    def __call__(
        self,
        task: str | Task | None = None,
        *,
        on_frame: Any = lambda frame: None,
        on_state: Any = lambda state: None,
        fps: float = 1000.0,
        goal: int | None = None,
        **settings: Any,
    ) -> Runner:
        session = Session(task or Echo(), device="cpu", **{"hidden_size": 4, "batch_size": 4, **settings})
        self.append(Runner(session, on_frame=on_frame, on_state=on_state, fps=fps, goal=goal))
        return self[-1]


@pytest.fixture
def runners() -> Iterator[Runners]:
    made = Runners()
    yield made
    for runner in made:
        runner.stop()
        assert runner.join(WAIT)
