"""Every file that the package writes, on a disk that is full after so many bytes: the old one stays as it was."""

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.cli.chapters import copy_chapters

OLD = b"the good old file"


@contextmanager
def room(size: int) -> Iterator[None]:
    """Let no file grow beyond ``size`` bytes: the system refuses the write that would, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def trace_save(path: Path) -> None:
    seen = rv.trace(nn.LSTM(3, 8, batch_first=True), torch.zeros(2, 20, 3), loss=lambda output: output[0].sum())
    seen.save(path)


def lab_replay(path: Path) -> None:
    lab = rv.Lab("adding", hidden_size=4, seq_len=8, device="cpu", seed=0)
    lab.train(2)
    try:
        lab.save_replay(path, views=["hidden"])
    finally:
        lab.close()


def comparison_replay(path: Path) -> None:
    both = rv.compare(["rnn", "gru"], task="adding", hidden_size=4, seq_len=8, device="cpu", seed=0)
    both.train(2)
    try:
        both.save_replay(path)
    finally:
        both.close()


def watch_replay(path: Path) -> None:
    model = nn.GRU(2, 5, batch_first=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with rv.watch(model, every=1) as watched:
        for _ in range(3):
            optimizer.zero_grad()
            loss = model(torch.ones(4, 6, 2))[0].square().mean()
            loss.backward()
            optimizer.step()
            watched.step(loss=loss)
    watched.save_replay(path)


WRITERS = {one.__name__: one for one in (trace_save, lab_replay, comparison_replay, watch_replay)}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_breaks_no_file(name: str, tmp_path: Path) -> None:
    writer: Callable[[Path], Any] = WRITERS[name]
    path = tmp_path / "run.html"
    writer(path)
    whole = path.stat().st_size
    for size in (0, 100, whole // 2, whole * 9 // 10):
        path.write_bytes(OLD)
        with room(size), pytest.raises(OSError, match=r"^path '.*run.html' could not be written: file too large"):
            writer(path)
        assert (path.read_bytes(), os.listdir(tmp_path)) == (OLD, ["run.html"])
    writer(path)
    assert path.read_bytes() != OLD


def test_chapters_that_do_not_fit_leave_those_that_are_there(tmp_path: Path) -> None:
    edition, desk = tmp_path / "edition", tmp_path / "desk"
    edition.mkdir()
    (edition / "00_start.ipynb").write_bytes(OLD)
    copy_chapters(edition, desk)
    before = {path.name: path.read_bytes() for path in desk.iterdir()}
    (edition / "00_start.ipynb").write_bytes(OLD * 1000)
    with room(1000), pytest.raises(OSError, match=r"^cannot write your chapters into .*desk \(File too large\)"):
        copy_chapters(edition, desk)
    assert {path.name: path.read_bytes() for path in desk.iterdir()} == before
