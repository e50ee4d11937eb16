"""The tasks whose data are fetched: on the real sets, with no socket, and one sentence where they are not here."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import rnnviz as rv
from rnnviz.data import ARCHIVES
from rnnviz.tasks import Task, make
from rnnviz.training import Session


@pytest.fixture(params=ARCHIVES)
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of a set, which is here: fetched now unless it was before."""
    rv.data.get(request.param)
    return str(request.param)


@pytest.fixture
def task(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Task]:
    def blocked(*_given: object, **_named: object) -> None:
        raise AssertionError("a socket was asked for")

    monkeypatch.setattr(socket, "socket", blocked)
    return make(name)


def test_it_says_whose_the_data_are_and_under_which_licence(name: str, task: Task) -> None:
    assert "MIT" in task.source
    assert f"{ARCHIVES[name].package} {ARCHIVES[name].version}" in task.source


def test_no_held_out_sequence_is_among_those_to_train_on(task: Task) -> None:
    held_out = {tuple(row) for row in task.held_out().inputs.tolist()}
    known = {tuple(row) for row in task.batch(4096, torch.Generator().manual_seed(0)).inputs.tolist()}
    unknown = sum(1 in row for row in held_out)  # two texts whose words are unknown may look the same
    assert len(known & held_out) <= unknown / 20


def test_a_session_trains_on_it_and_beats_the_most_frequent_answer(task: Task) -> None:
    session = Session(task, device="cpu", seed=0)
    steps = session.steps()
    for _ in range(100):
        next(steps)
    scores = session.evaluate()
    assert scores["model"] > scores[next(name for name in scores if "most frequent" in name)]


def test_a_set_that_is_not_here_is_asked_for_in_a_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda _name: str(tmp_path / "nothing"))
    with pytest.raises(FileNotFoundError, match=f"rnnviz data get {name}"):
        make(name)
    assert not (tmp_path / "nothing").exists()
