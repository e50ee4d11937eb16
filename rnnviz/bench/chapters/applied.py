"""The networks of chapters 08 to 11: texts, tags, series, translations."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from rnnviz import tasks
from rnnviz.bench.chapters.network import Network
from rnnviz.tasks import Task

__all__ = ["APPLIED"]


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


APPLIED: Mapping[str, Sequence[Network]] = {
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
