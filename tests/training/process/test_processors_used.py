"""How many processors a process may use: the machine's, those it is held to, and the quota of its container."""

import os
from pathlib import Path

import pytest

from rnnviz.training.process.processors import usable_processors


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A machine of 32 processors, whose ``proc`` and ``sys`` hold these files."""
    monkeypatch.setattr(os, "cpu_count", lambda: 32)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(32)), raising=False)

    def made(group: str, **files: str) -> Path:
        for name, text in {"proc/self/cgroup": group, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
        return tmp_path

    return made


SECOND = "sys/fs/cgroup"
FIRST = "sys/fs/cgroup/cpu"


def old(quota: str, period: str = "100000", folder: str = FIRST) -> dict[str, str]:
    return {f"{folder}/cpu.cfs_quota_us": quota, f"{folder}/cpu.cfs_period_us": period}


@pytest.mark.parametrize(
    ("limit", "processors"),
    [
        ("200000 100000", 2),
        ("150000 100000", 1),
        ("50000 100000", 1),
        ("400000 50000", 8),
        ("max 100000", 32),
        ("6400000 100000", 32),
        ("", 32),
        ("nonsense", 32),
        ("100000 0", 32),
        ("-1 100000", 32),
    ],
)
def test_the_quota_of_a_container(machine, limit, processors):
    assert usable_processors(machine("0::/", **{f"{SECOND}/cpu.max": limit})) == processors


@pytest.mark.parametrize(("quota", "processors"), [("200000", 2), ("-1", 32), ("0", 32), ("50000", 1), ("many", 32)])
def test_the_quota_of_a_container_of_the_first_version(machine, quota, processors):
    assert usable_processors(machine("4:cpu,cpuacct:/\n0::/", **old(quota))) == processors


def test_the_tightest_of_the_groups_above_counts(machine):
    files = {f"{SECOND}/user/hub/cpu.max": "max 100000", f"{SECOND}/user/cpu.max": "300000 100000"}
    assert usable_processors(machine("0::/user/hub", **files)) == 3


def test_a_container_that_sees_its_own_group_as_the_root_is_read_there(machine):
    assert usable_processors(machine("4:cpu:/docker/1a2b", **old("400000"))) == 4


@pytest.mark.parametrize("name", ["cpu,cpuacct", "cpuacct,cpu"])
def test_the_first_version_s_folder_under_its_other_names(machine, name):
    root = machine("4:cpu,cpuacct:/hub", **old("500000", folder=f"sys/fs/cgroup/{name}/hub"))
    assert usable_processors(root) == 5


def test_a_quota_of_another_s_group_does_not_count(machine):
    files = {f"{SECOND}/other/cpu.max": "100000 100000"}
    assert usable_processors(machine("0::/mine", **files)) == 32


def test_a_group_of_other_things_than_processors_does_not_count(machine):
    assert usable_processors(machine("4:cpuacct,memory:/", **old("100000"))) == 32


def test_processors_that_the_process_is_held_to_count(machine, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 5}, raising=False)
    assert usable_processors(machine("0::/")) == 2


def test_where_nothing_is_known_there_is_one(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert usable_processors(tmp_path) == 1
