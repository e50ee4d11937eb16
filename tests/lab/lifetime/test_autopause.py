"""On a borrowed machine a run rests while no page is seen, and goes on when one is, unless somebody said otherwise."""

import threading
from collections.abc import Iterator

import pytest

from rnnviz.lab import Lab
from rnnviz.lab.lifetime.autopause import AutoPause
from rnnviz.live import Feed
from rnnviz.training import Runner, Session
from tests.training.examples import WAIT


class Watched:
    """A run that plays, seen through a feed with one page."""

    def __init__(self) -> None:
        self.playing, self.paused = threading.Event(), threading.Event()
        session = Session("adding", seq_len=5, hidden_size=2, device="cpu")
        self.runner = Runner(session, on_frame=lambda frame: None, on_state=self._heard, goal=10**9)
        self.feed = Feed()
        self.resting = AutoPause(self.runner, self.feed, grace=0.0)

    def _heard(self, state) -> None:
        (self.playing if state.phase == "playing" else self.paused).set()

    def play(self) -> None:
        self.runner.play()
        assert self.playing.wait(WAIT)

    def turn(self, hidden: bool, page: str = "one") -> None:
        """Hide or show a page, and wait for what comes of it."""
        self.feed._heard(self.feed, {"kind": "seen", "page": page, "hidden": hidden}, [])
        timer = self.resting._timer
        if timer is not None:
            timer.thread.join(WAIT)
            assert not timer.thread.is_alive()


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.runner.stop()
    made.runner.join(WAIT)


def test_a_run_that_nobody_sees_pauses_and_plays_on_when_somebody_does(watched: Watched) -> None:
    watched.play()
    watched.turn(hidden=True)
    assert watched.runner.state.phase == "paused"
    watched.playing.clear()
    watched.turn(hidden=False)
    assert watched.playing.wait(WAIT)


def test_it_plays_while_one_of_two_pages_is_seen(watched: Watched) -> None:
    watched.play()
    watched.turn(hidden=False, page="two")
    watched.turn(hidden=True)
    assert watched.runner.state.phase == "playing"
    watched.turn(hidden=True, page="two")
    assert watched.runner.state.phase == "paused"


def test_a_run_that_was_paused_before_stays_so(watched: Watched) -> None:
    watched.play()
    watched.runner.pause(wait=True)
    watched.turn(hidden=True)
    watched.turn(hidden=False)
    assert watched.runner.state.phase == "paused"


def test_a_pause_pressed_meanwhile_stands(watched: Watched) -> None:
    watched.play()
    watched.turn(hidden=True)
    watched.runner.pause()
    watched.turn(hidden=False)
    assert watched.runner.state.phase == "paused"


def test_steps_that_were_ordered_one_by_one_are_all_done(watched: Watched) -> None:
    watched.runner.step(200, wait=False)
    watched.turn(hidden=True)
    assert watched.runner.join(WAIT)
    assert watched.runner.state.step == 200


def test_who_looks_again_in_time_has_missed_nothing(watched: Watched) -> None:
    watched.resting._grace = 60.0
    watched.play()
    watched.feed._heard(watched.feed, {"kind": "seen", "page": "one", "hidden": True}, [])
    timer = watched.resting._timer
    watched.turn(hidden=False)
    assert timer is not None
    timer.thread.join(WAIT)
    assert watched.runner.state.phase == "playing"


@pytest.mark.parametrize(("name", "rests"), [("BINDER_REPO_URL", True), ("HOME", False)])
def test_labs_rest_on_binder_and_nowhere_else(name: str, rests: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in ("BINDER_LAUNCH_HOST", "BINDER_REPO_URL"):
        monkeypatch.delenv(one, raising=False)
    monkeypatch.setenv(name, "somewhere")
    lab = Lab("adding", seq_len=5, hidden_size=2, device="cpu")
    owner = getattr(lab._console.shown().feed.on_away, "__self__", None)
    assert isinstance(owner, AutoPause) == rests
    lab.close()
