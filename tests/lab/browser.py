"""What stands in for the browser, and helpers to wait without sleeping."""

import threading
from collections.abc import Callable
from typing import Any

from rnnviz.lab import Lab
from rnnviz.live import Feed
from tests.training import examples
from tests.training.examples import WAIT

LabMaker = Callable[..., Lab]


class Browser:
    """Keeps what a lab's feed has sent; answers every frame at once unless told otherwise."""

    def __init__(self, lab: Lab) -> None:
        self.answers = True
        self.frames: list[tuple[dict[str, Any], list[bytes]]] = []
        self.sent = threading.Condition()
        lab.widget  # noqa: B018  # opens the screen
        self.screen = lab._console.screen
        self.feed: Feed = self.screen.feed
        self.statuses: list[tuple[str, int]] = []
        self.screen.panel.status.observe(
            lambda change: self.statuses.append((change["new"], lab._runner.session.run)), names="value"
        )
        self.feed.send = self._hear
        self.answer(1)  # the first frame may be out already

    def _hear(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        with self.sent:
            self.frames.append((content, buffers or []))
            self.sent.notify_all()
        if self.answers:
            self.answer(content["id"])

    def answer(self, *numbers: int) -> None:
        self.feed._heard(self.feed, {"kind": "ack", "ids": list(numbers), "sizes": {}}, [])

    def catch_up(self) -> None:
        """Wait until everything offered so far is on the screen."""
        assert self.screen.pump.flush(WAIT)

    @property
    def status(self) -> str:
        return self.screen.panel.status.value

    def words(self) -> list[str]:
        return [text for text, _ in self.statuses]


def settle(lab: Lab) -> None:
    """Wait until the lab rests, without asking for its error."""
    examples.settle(lab._runner)
