"""Between whole frames a run hands out light ones, where somebody wants them; the last is always a whole one."""

import functools
from typing import Any

import numpy as np
import pytest
import torch

from rnnviz.training import Runner, Session, Snapshot
from rnnviz.training.runner.frameclock import FrameClock
from tests.clock import Clock


class Played:
    """A run whose every step takes 10 ms of a clock of its own, and whose frames take none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
        clock = Clock()
        monkeypatch.setattr(
            "rnnviz.training.runner.player.FrameClock", functools.partial(FrameClock, clock=lambda: clock.now)
        )
        self.frames: list[Snapshot] = []
        self.states: list[Any] = []
        small = {"seq_len": 10, "hidden_size": 4, "batch_size": 4, "device": "cpu"}
        self.session = Session("adding", **{**small, **settings})
        steps = self.session.steps

        def timed() -> Any:
            for step in steps():
                clock.now += 0.01
                yield step

        self.session.steps = timed  # type: ignore[method-assign]
        self.runner = Runner(
            self.session, on_frame=self.frames.append, on_state=self.states.append, fps=4.0, light_fps=20.0, goal=10**6
        )

    def kinds(self) -> str:
        return "".join("w" if one.sample is None else "l" for one in self.frames)


def test_without_a_wish_all_frames_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch)
    played.runner.train(100)
    assert played.kinds() == "wwwww"


def test_light_frames_fill_the_time_between_whole_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch)
    played.runner.light_sample = lambda: 3
    played.runner.train(100)
    # nothing is light before there is a whole one, of which it keeps the rest
    assert played.kinds() == "w" + "llllw" * 3 + "w"
    assert [one.step for one in played.frames] == [25, *range(30, 101, 5), 100]
    assert {one.sample for one in played.frames} == {None, 3}


def test_the_last_frame_is_whole_and_of_the_last_step(monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch)
    played.runner.light_sample = lambda: 0
    played.runner.train(93)
    assert (played.frames[-1].sample, played.frames[-1].step) == (None, 93)


def test_states_are_told_with_whole_frames_only(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    for wish in (None, 0):
        played = Played(monkeypatch)
        played.runner.light_sample = lambda wish=wish: wish  # type: ignore[misc]
        played.runner.train(100)
        told.append([one.step for one in played.states])
    assert told[0] == told[1]


def test_the_recording_and_the_last_frame_hold_whole_snapshots_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch)
    played.runner.light_sample = lambda: 0
    played.runner.train(60)
    assert all(one.sample is None for one in played.runner.recording.snapshots())
    assert played.runner.last_frame is played.frames[-1]


def test_a_run_nobody_watches_makes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch)
    played.runner.light_sample = lambda: 0
    played.runner.watched = False
    played.runner.train(60)
    assert played.frames == []


def test_a_run_with_light_frames_learns_the_same_to_the_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    curves, weights = [], []
    for wish in (None, 0):
        played = Played(monkeypatch, input_noise=0.1)
        played.runner.light_sample = lambda wish=wish: wish  # type: ignore[misc]
        played.runner.train(80)
        curves.append(played.session.history["loss"])
        weights.append([one.detach().clone() for one in played.session.model.parameters()])
    np.testing.assert_array_equal(*curves)
    assert all(torch.equal(one, other) for one, other in zip(*weights, strict=True))


def test_what_the_callback_raises_at_a_light_frame_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played(monkeypatch)
    played.runner.light_sample = lambda: 0

    def refuse(snapshot: Snapshot) -> None:
        if snapshot.sample is not None:
            raise ValueError("no light")

    played.runner._player._on_frame = refuse
    with pytest.raises(ValueError, match="no light"):
        played.runner.train(60)
    assert played.runner.state.phase == "failed"


def test_who_works_light_frames_out_elsewhere_is_handed_the_moment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    played, noted = Played(monkeypatch), []
    played.runner.light_sample, played.runner.on_light = lambda: 2, noted.append
    played.runner.train(100)
    assert played.kinds() == "wwwww"
    assert len(noted) == 12
    assert {(one.run, one.sample) for one in noted} == {(0, 2)}
    assert [one.step for one in noted] == sorted({one.step for one in noted} - {one.step for one in played.frames})
