"""What the networks of the chapters reach on data that they have not seen, three seeds, beside the baselines."""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch

from rnnviz import tasks
from rnnviz.bench.chapters.applied import APPLIED
from rnnviz.bench.chapters.limits import LIMITS
from rnnviz.bench.chapters.network import Network
from rnnviz.bench.chapters.today import TODAY
from rnnviz.bench.instruments.report import Cell, Score, Table
from rnnviz.tasks import Task
from rnnviz.training import Session

__all__ = ["CHAPTERS", "tables"]

CHAPTERS: Mapping[str, Sequence[Network]] = {**APPLIED, **LIMITS, **TODAY}
SEEDS = (0, 1, 2)
_QUICK = 20  # a quick run takes this part of a run's steps, from one seed
_NOTE = (
    "Scores of the held-out part after a whole run at each task's own settings, all else as named; baselines need no\n"
    "seed. Of none of these sets, split like this, a published figure is known. On {device}; of a CPU its own seconds."
)


_COLUMNS = ("task", "what", "metric", "median", *(f"seed {seed}" for seed in SEEDS), "steps", "seconds a run")


def tables(
    device: torch.device,
    *,
    chapters: Mapping[str, Sequence[Network]] = CHAPTERS,
    quick: bool = False,
    say: Callable[[str], None] = lambda words: None,
) -> Iterator[Table]:
    """Train and yield one table a chapter.

    Parameters
    ----------
    device : torch.device
        Where the models run.
    chapters : mapping of str to sequence of Network
        What is trained; a network whose data are not here is left out and said so.
    quick : bool
        A twentieth of the steps, and one seed: to see that it runs.
    say : callable
        Told what is trained next.
    """
    seeds = SEEDS[:1] if quick else SEEDS
    for chapter, networks in chapters.items():
        rows: list[tuple[Cell, ...]] = []
        for network in networks:
            try:
                task = network.made() if network.made else tasks.make(network.task)
            except (ImportError, OSError, ValueError) as error:  # a package, a set that is not fetched, no such task
                say(f"chapters: {network.task} is left out: {error}")
                continue
            whole = network.steps or task.steps
            steps = max(1, whole // _QUICK) if quick else whole
            say(f"chapters: {chapter}, {network.task}, {network.label}: {len(seeds)} × {steps:,} steps")
            scores, baselines, seconds = _trained(network, task, device, seeds, steps)
            rows += [_row(network, name, found, steps, seconds) for name, found in scores.items()]
            baselines |= network.rivals(task) if network.rivals else {}
            stood = [_baseline(network, task, name, value) for name, value in baselines.items()]
            rows += [row for row in stood if row not in rows]  # once a task, unless its data are others
        note = _NOTE.format(device=device)
        yield Table(f"chapters.{chapter}", f"Chapter {chapter}: reached scores", note, _COLUMNS, rows)


def _trained(
    network: Network, task: Task, device: torch.device, seeds: Sequence[int], steps: int
) -> tuple[dict[str, list[float]], dict[str, float], float]:
    """Return scores by metric, one a seed, those of the baselines, and the median seconds of a run."""
    scores: dict[str, list[float]] = {}
    seconds = []
    clock = time.process_time if device.type == "cpu" else time.perf_counter  # of a busy processor, what is ours
    baselines: dict[str, float] = {}
    for seed in seeds:
        session = Session(task, model=network.model, device=device, seed=seed, planned=steps, **network.settings)
        began = clock()
        for _ in itertools.islice(session.steps(), steps):
            pass
        seconds.append(clock() - began)
        baselines = session.evaluate()
        reached = {task.metric_name: baselines.pop("model")}
        reached |= network.more(task, session.model) if network.more else {}
        for name, score in reached.items():
            scores.setdefault(name, []).append(score)
    return scores, baselines, statistics.median(seconds)


def _row(network: Network, metric: str, found: Sequence[float], steps: int, seconds: float) -> tuple[Cell, ...]:
    each: list[Cell] = [Score(one) for one in found]
    each += [""] * (len(SEEDS) - len(each))
    return (network.task, network.label, metric, Score(statistics.median(found)), *each, steps, seconds)


def _baseline(network: Network, task: Task, name: str, value: float) -> tuple[Cell, ...]:
    return (network.task, name, task.metric_name, Score(value), *[""] * len(SEEDS), "", "")
