"""What the networks of chapters 08 to 11 reach on data that they have not seen, three seeds, beside the baselines."""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from rnnviz import tasks
from rnnviz.bench.instruments.report import Cell, Score, Table
from rnnviz.tasks import Task
from rnnviz.training import Session

__all__ = ["CHAPTERS", "Network", "tables"]

SEEDS = (0, 1, 2)
_QUICK = 20  # a quick run takes this part of a run's steps, from one seed
_NOTE = (
    "Scores of the held-out part after a whole run at each task's own settings, all else as named; baselines need no\n"
    "seed. Of none of these sets, split like this, a published figure is known. On {device}; of a CPU its own seconds."
)


@dataclass(frozen=True)
class Network:
    """One row of networks: the same from each seed.

    Parameters
    ----------
    task : str
        The name of a task.
    label : str
        What is special about it.
    settings : mapping
        Settings that are not the task's own.
    made : callable, optional
        Returns the task, where it is not the one of that name as it is.
    more : callable, optional
        From task and model to other scores by name.
    rivals : callable, optional
        From the task to scores of its metric that others reach, by name, beside its own baselines.
    """

    task: str
    label: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    made: Callable[[], Task] | None = None
    more: Callable[[Any, nn.Module], Mapping[str, float]] | None = None
    rivals: Callable[[Any], Mapping[str, float]] | None = None


def recipe(task: str, **options: Any) -> Callable[[], Task]:
    """Return what makes a task with these options."""
    return lambda: tasks.from_recipe({"task": task, "options": options})


def ngrams(task: Any) -> Mapping[str, float]:
    """Return what a linear model of n-grams gets right."""
    from rnnviz.tasks.texts.ngrams import ngram_baseline

    return {"n-grams, logistic regression": ngram_baseline(task)}


def tagged(task: Any, model: nn.Module) -> Mapping[str, float]:
    """Return how many held-out sequences are right to the last tag, and the mean F1 of tags with 25 cases or more."""
    from rnnviz.tasks.tags import tag_scores

    batch = task.held_out()
    model.eval()
    with torch.no_grad():
        said = model(*batch.arguments).argmax(-1)
    model.train()
    scores = tag_scores(said, batch.targets, task.classes)
    return {"whole sequences": scores.whole, "macro F1": scores.macro_f1(25)}


def translated(task: Any, model: nn.Module) -> Mapping[str, float]:
    """Return the BLEU of the held-out part: of interface words as Chinese, of dates character by character."""
    from rnnviz.tasks.pairs import bleu, translations

    found = translations(task, model)
    return {"BLEU": bleu(found.written, found.wanted, tokenize="zh" if task.name == "interface" else "char")}


CHAPTERS: Mapping[str, Sequence[Network]] = {
    "08": (Network("surnames", "LSTM", rivals=ngrams), Network("reviews", "LSTM", rivals=ngrams)),
    "09": (
        Network("addresses", "LSTM", {"bidirectional": False}, more=tagged),
        Network("addresses", "BiLSTM", {"bidirectional": True}, more=tagged),
        Network("python-lines", "LSTM", {"bidirectional": False}, more=tagged),
        Network("python-lines", "BiLSTM", {"bidirectional": True}, more=tagged),
        Network("python-tokens", "LSTM", {"bidirectional": False}),
        Network("python-tokens", "BiLSTM", {"bidirectional": True}),
    ),
    "10": (
        Network("sunspots", "LSTM"),
        Network("co2", "LSTM"),
        Network("co2", "LSTM, on the change in a year", made=recipe("co2", difference=52)),
        Network("weather", "LSTM"),
    ),
    "11": (
        Network("dates", "with attention", more=translated),
        Network("dates", "without attention", made=recipe("dates", attention=None), more=translated),
        Network("interface", "with attention", more=translated),
        Network("interface", "without attention", made=recipe("interface", attention=None), more=translated),
    ),
}
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
            steps = max(1, task.steps // _QUICK) if quick else task.steps
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
        session = Session(task, device=device, seed=seed, planned=steps, **network.settings)
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
