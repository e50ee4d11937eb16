"""How often each class is taken for which, and the mistakes of which a model is surest."""

from collections import Counter

import numpy as np
import torch
from torch import Tensor

from rnnviz.trace.result.arrays import read_only
from rnnviz.training.snapshots.snapshot import Confusion, Mistake
from rnnviz.training.taskcheck.checked import CheckedTask

__all__ = ["confusion_of"]

_KEPT = 8  # mistakes of each kind


def confusion_of(task: CheckedTask, outputs: Tensor, targets: Tensor, places: Tensor | None) -> Confusion | None:
    """Count the answers, one a sequence or one a timestep, by what is true and what was said; None without classes.

    ``places`` are the held-out sequences that these are the answers for; None: all of them.
    """
    classes = task.task.classes
    if not classes or targets.is_floating_point():
        return None
    outputs, targets = task.judged(outputs, targets)
    # both in one number: one bincount fills the whole table, and no loop waits for the device
    pairs = len(classes) * targets.flatten() + outputs.argmax(-1).flatten()
    pairs = pairs[targets.flatten() >= 0]  # a negative class is torch's way to say that no answer is wanted
    counts = torch.bincount(pairs, minlength=len(classes) ** 2).reshape(len(classes), -1)
    counted = read_only(counts.cpu().numpy().astype(np.int64))
    worst = _worst(task, outputs, targets, places) if outputs.dim() == 2 and task.described(0) is not None else ()
    return Confusion(classes, counted, worst)


def _worst(task: CheckedTask, outputs: Tensor, targets: Tensor, places: Tensor | None) -> tuple[Mistake, ...]:
    classes = task.task.classes
    shares, said = (one.cpu().numpy() for one in outputs.softmax(-1).max(-1))
    true = targets.cpu().numpy()
    rows = np.arange(len(true)) if places is None else places.cpu().numpy()
    wrong = np.flatnonzero((said != true) & (true >= 0))
    kinds: Counter[tuple[int, int]] = Counter()
    found = []
    for one in wrong[np.argsort(-shares[wrong], kind="stable")].tolist():
        kind = int(true[one]), int(said[one])
        kinds[kind] += 1
        if kinds[kind] <= _KEPT:
            text = task.described(int(rows[one])) or ""
            found.append(Mistake(text, classes[kind[0]], classes[kind[1]], float(shares[one])))
    return tuple(found)
