"""Processors: how many this process may use, which in a container is fewer than the machine has."""

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["usable_processors"]

_OLD_MOUNTS = ("cpu", "cpu,cpuacct", "cpuacct,cpu")  # how systems name the first version's folder of quotas


def usable_processors(root: Path = Path("/")) -> int:
    """Return how many processors' worth of time this process may take, one at least.

    The least of the machine's processors, those that the process is held to (``taskset``, a cpuset), and the quota of
    its control group and of those above it, of either version: what Docker, Kubernetes and JupyterHub's spawners set.
    ``root`` is where ``proc`` and ``sys`` lie.

    >>> usable_processors() >= 1
    True
    """
    counts = [os.cpu_count() or 1]
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        counts.append(len(os.sched_getaffinity(0)))
    # a part of a processor is no thread: two threads on one and a half wait for each other
    return max(1, min([*counts, *(int(quota) for quota in _quotas(root))]))


def _quotas(root: Path) -> Iterator[float]:
    """Yield each quota that holds this process, in processors."""
    mount = root / "sys" / "fs" / "cgroup"
    for controllers, group in _groups(root / "proc" / "self" / "cgroup"):
        if not controllers:
            for folder in _upwards(mount, group):
                limit, _, period = _text(folder / "cpu.max").partition(" ")
                yield from _ratio(limit, period)
        elif "cpu" in controllers.split(","):
            for folder in (folder for name in _OLD_MOUNTS for folder in _upwards(mount / name, group)):
                yield from _ratio(_text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us"))


def _groups(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the controllers and the path of each control group; the second version names no controllers."""
    for line in _text(path).splitlines():
        _, found, rest = line.partition(":")
        controllers, colon, group = rest.partition(":")
        if found and colon:
            yield controllers, group


def _upwards(mount: Path, group: str) -> Iterator[Path]:
    """Yield a group's folder and those above it; in a container the mount may be the group itself."""
    parts = [part for part in group.split("/") if part not in ("", ".", "..")]
    for length in range(len(parts), -1, -1):
        yield mount.joinpath(*parts[:length])


def _ratio(quota: str, period: str) -> Iterator[float]:
    """Yield how many processors a quota is; nothing where there is none, which is written "max" or -1."""
    try:
        taken, whole = int(quota), int(period)
    except ValueError:
        return
    if taken > 0 and whole > 0:
        yield taken / whole


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
