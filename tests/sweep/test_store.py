"""Finished trials on the disk: a sweep that was killed goes on as if nothing had been."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rnnviz as rv
from rnnviz.sweep import Sweep

TINY: dict[str, Any] = {"task": "adding", "steps": 4, "hidden_size": 4, "seq_len": 8, "batch_size": 4, "device": "cpu"}
SPACE = {"lr": ("log", 1e-4, 1e-1), "cell": ["rnn", "gru"]}
KILLED = """
import os, signal
import rnnviz as rv
from rnnviz.sweep.workers.store import Store

keep = Store.keep

def third(self, row):  # its trial is trained, and not yet written down
    if row.number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    keep(self, row)

Store.keep = third
rv.sweep({space}, trials=5, store={store!r}, **{tiny})
"""


def swept(store: Path | None, trials: int = 5, **more: Any) -> Sweep:
    return rv.sweep(more.pop("space", SPACE), trials=trials, store=store, **{**TINY, **more})


def test_a_killed_process_loses_the_running_trial_alone_and_the_sweep_goes_on(tmp_path: Path) -> None:
    store = tmp_path / "kept"
    program = KILLED.format(space=SPACE, store=str(store), tiny=TINY)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == -9, ended.stderr
    assert sorted(path.name for path in store.iterdir()) == ["sweep.json", "trial-00000.json", "trial-00001.json"]
    assert swept(store).rows == swept(None).rows


def test_trials_that_were_kept_are_not_trained_again(tmp_path: Path) -> None:
    first = swept(tmp_path, trials=2)
    written = {path.name: path.read_bytes() for path in tmp_path.glob("trial-*")}
    second = swept(tmp_path, trials=3)
    assert second.rows[:2] == first.rows
    assert {name: (tmp_path / name).read_bytes() for name in written} == written


def test_a_trial_that_was_lost_between_others_is_trained(tmp_path: Path) -> None:
    space = {"seed": [0, 1, 2]}
    whole = swept(tmp_path, 3, space=space, sampler="grid")
    (tmp_path / "trial-00001.json").unlink()
    assert swept(tmp_path, 3, space=space, sampler="grid").rows == whole.rows


def test_a_failed_trial_is_kept_with_its_reason(tmp_path: Path) -> None:
    more = {"space": {"cell": ["lstm"]}, "sampler": "grid", "nonlinearity": "relu"}
    first, second = (swept(tmp_path, 1, **more) for _ in range(2))
    assert second.rows[0]["reason"] == first.rows[0]["reason"] != ""
    assert json.loads((tmp_path / "trial-00000.json").read_text())["score"] is None


@pytest.mark.parametrize(
    ("more", "differs"),
    [
        ({"space": {"lr": ("log", 1e-4, 1e-2), "cell": ["rnn", "gru"]}}, "'space'"),
        ({"task": "temporal-order", "seq_len": 10}, "'task', 'settings'"),
        ({"seq_len": 9}, "'task', 'settings'"),
        ({"steps": 5}, "'steps'"),
        ({"hidden_size": 5}, "'settings'"),
        ({"prune": False}, "'prune'"),
        ({"seed": 1}, "'settings', 'seed'"),
    ],
)
def test_the_store_of_another_sweep_is_refused_and_left_as_it_is(
    tmp_path: Path, more: dict[str, Any], differs: str
) -> None:
    swept(tmp_path, 1)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ValueError, match=f"keeps a sweep with another {differs}; choose another folder, or call"):
        swept(tmp_path, 1, **more)
    assert sorted(tmp_path.iterdir()) == before


def test_the_same_sequences_with_other_answers_are_another_task(tmp_path: Path) -> None:
    texts = ["so good", "good fun", "a waste", "bad bad", "so bad", "good good", "what a waste", "fun fun"]
    tasks = [rv.tasks.from_texts(texts, labels) for labels in ([1, 1, 0, 0, 0, 1, 0, 1], [0, 0, 1, 1, 1, 0, 1, 0])]
    swept(tmp_path, 1, task=tasks[0], seq_len=None)
    with pytest.raises(ValueError, match="keeps a sweep with another 'task'"):
        swept(tmp_path, 1, task=tasks[1], seq_len=None)


@pytest.mark.parametrize("words", ["{", "[" * 100_000], ids=["cut off", "deep"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("trial-00001.json", "store has a file that is no trial of this sweep: .*trial-00001.json"),
        ("sweep.json", "store has a file that cannot be read: .*sweep.json"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, name: str, said: str, words: str) -> None:
    swept(tmp_path, 1)
    (tmp_path / name).write_text(words)
    with pytest.raises(ValueError, match=said):
        swept(tmp_path, 2)


def test_a_store_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("mine")
    with pytest.raises(OSError, match="store must be a folder that can be made"):
        swept(tmp_path / "words", 1)
    assert (tmp_path / "words").read_text() == "mine"


def test_a_store_that_another_process_is_at_is_refused(tmp_path: Path) -> None:
    swept(tmp_path, 1)
    program = (
        "import fcntl, sys\n"
        f"file = open({str(tmp_path / 'sweep.json')!r}, 'r+')\n"
        "fcntl.lockf(file, fcntl.LOCK_EX)\n"
        "print('locked', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(RuntimeError, match="is in use by another process; wait for it, or choose another folder"):
            swept(tmp_path, 2)
        other.communicate("")
    assert len(swept(tmp_path, 2)) == 2


@pytest.mark.parametrize(("key", "value"), [("settings", {"lr": "x", "cell": "rnn"}), ("score", None)])
def test_a_trial_that_cannot_have_been_is_no_trial_of_the_sweep(key: str, value: Any, tmp_path: Path) -> None:
    swept(tmp_path, 1)
    path = tmp_path / "trial-00000.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(ValueError, match=r"store has a file that is no trial of this sweep: .*trial-00000.json"):
        swept(tmp_path, 2)


def test_trials_of_nobody_knows_which_sweep_are_not_taken_for_this_one_s(tmp_path: Path) -> None:
    swept(tmp_path, 1)
    (tmp_path / "sweep.json").unlink()
    with pytest.raises(ValueError, match=r"has trials but no sweep\.json, which says of which sweep they are"):
        swept(tmp_path, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["trial-00000.json"]
