"""A sweep on any executor: the same trials, and none lost with a worker."""

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

import rnnviz as rv
from rnnviz.sweep import Sweep
from tests.sweep.models import mortal

TINY: dict[str, Any] = {"task": "adding", "steps": 4, "hidden_size": 4, "seq_len": 8, "batch_size": 4, "device": "cpu"}
SEEDS = {"seed": [0, 1, 2, 3]}


@pytest.fixture
def pool() -> Iterator[ProcessPoolExecutor]:
    context = get_context("forkserver")
    context.set_forkserver_preload(["rnnviz.sweep.trials.trial"])  # torch is loaded once, and not in every process
    with ProcessPoolExecutor(2, mp_context=context) as made:
        yield made


def swept(executor: Executor | None, **more: Any) -> Sweep:
    return rv.sweep(SEEDS, sampler="grid", trials=4, executor=executor, **{**TINY, **more})


def test_threads_train_what_one_after_another_train() -> None:
    with ThreadPoolExecutor(2) as threads:
        assert swept(threads).rows == swept(None).rows


def test_one_worker_is_proposed_what_no_executor_is() -> None:
    space, asked = {"lr": ("log", 1e-4, 1e-1)}, {**TINY, "trials": 13}
    with ThreadPoolExecutor(1) as thread:
        assert rv.sweep(space, executor=thread, **asked).rows == rv.sweep(space, **asked).rows


def test_processes_train_the_same_and_a_killed_one_loses_no_trial(pool: ProcessPoolExecutor, tmp_path: Path) -> None:
    whole = swept(None, model=mortal, doomed=-1, grave="")
    found = swept(pool, model=mortal, doomed=2, grave=str(tmp_path / "grave"))
    assert (tmp_path / "grave").exists()
    assert [(row["state"], row["score"]) for row in found.rows] == [("done", row["score"]) for row in whole.rows]


def test_a_trial_that_kills_every_worker_is_a_row_and_the_others_are_not_blamed(
    pool: ProcessPoolExecutor, tmp_path: Path
) -> None:
    found = swept(pool, model=mortal, doomed=1, grave=str(tmp_path / "grave"), once=False, retries=1)
    assert list(found.trials["state"]) == ["done", "failed", "done", "done"]
    assert found.rows[1]["reason"].startswith("Its worker died 2 times, at last with BrokenProcessPool")


def test_a_worker_of_a_dask_cluster_is_killed_in_the_middle_and_nothing_is_lost(tmp_path: Path) -> None:
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        Client(cluster) as client,
    ):
        found = swept(client.get_executor(), model=mortal, doomed=2, grave=str(tmp_path / "grave"))
    assert (tmp_path / "grave").exists()
    assert found.rows == swept(None, model=mortal, doomed=-1, grave="").rows


def test_an_executor_that_was_shut_down_is_told_in_a_sentence() -> None:
    threads = ThreadPoolExecutor(1)
    threads.shutdown()
    with pytest.raises(RuntimeError, match="executor must be able to work, got a ThreadPoolExecutor that takes no"):
        swept(threads)
