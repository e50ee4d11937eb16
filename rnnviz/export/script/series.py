"""How a script draws windows of a series, exactly as the task does; it holds the numbers themselves."""

import base64
import zlib
from string import Template
from textwrap import wrap
from typing import Any

import numpy as np

from rnnviz.export.script.text import SQUARED
from rnnviz.i18n import t
from rnnviz.tasks import Series

__all__ = ["blocks"]

_MOST = 3000  # numbers that are written out; more are packed, for nobody reads so many
_WIDTH = 110

_IMPORTS = """
import numpy as np
import torch
from torch import nn
"""

_PACKED_IMPORTS = """
import base64
import zlib

import numpy as np
import torch
from torch import nn
"""

_SERIES = '''
# $source
VALUES = $values
TRAINED = $trained  # $trained_words
AHEAD = $ahead  # $ahead_words
ANSWERS = $answers  # $answers_words

$changes
trained = changes[:$known]
mean, deviation = $moments
series = torch.tensor((changes - mean) / deviation, dtype=torch.float32, device=DEVICE)


def draw_batch(generator):
    """$about"""
    windows = len(trained) - $horizon - SEQ_LEN + 1
    first = torch.randint(windows, (BATCH_SIZE,), generator=generator, device=DEVICE)
    inputs = series.unfold(0, SEQ_LEN, 1)[first].transpose(1, 2)
    ahead = torch.tensor(AHEAD, device=DEVICE) + (SEQ_LEN - 1)
    answers = torch.tensor(ANSWERS, device=DEVICE)
    return inputs, series[(first[:, None] + ahead)[..., None], answers].flatten(1)
'''


def blocks(task: Series) -> list[str]:
    """Return the imports, the numbers with the function that draws a batch, and the loss."""
    values = task.record.values
    difference = task.difference
    words: dict[str, Any] = {
        "source": "\n# ".join(wrap(task.source, _WIDTH)),
        "values": _written(values) if values.size <= _MOST else _packed(values),
        "trained": task.record.trained,
        "trained_words": t("script.series.trained"),
        "ahead": [*task.ahead],
        "ahead_words": t("script.series.ahead"),
        "answers": [task.record.names.index(one) for one in task.answers],
        "answers_words": t("script.series.answers"),
        "changes": f"changes = VALUES[{difference}:] - VALUES[:-{difference}]" if difference else "changes = VALUES",
        "known": f"TRAINED - {difference}" if difference else "TRAINED",
        "moments": _moments(task.still),
        "horizon": task.horizon,
        "about": t("script.series.about"),
    }
    return [_IMPORTS if values.size <= _MOST else _PACKED_IMPORTS, Template(_SERIES).substitute(words), SQUARED]


def _moments(still: np.ndarray[Any, Any]) -> str:
    if not still.any():
        return "trained.mean(0), trained.std(0)"
    note = t("script.series.still")
    return (
        "trained.mean(0), trained.std(0)\n"
        f"still = np.array({still.tolist()})  # {note}\n"
        "mean, deviation = np.where(still, trained[0], mean), np.where(still, 1.0, deviation)"
    )


def _written(values: np.ndarray[Any, Any]) -> str:
    numbers = ", ".join(map(repr, values.ravel().tolist()))
    lines = "\n    ".join(wrap(numbers, _WIDTH))
    return f"np.array([\n    {lines},\n]).reshape(-1, {values.shape[1]})"


def _packed(values: np.ndarray[Any, Any]) -> str:
    text = base64.b64encode(zlib.compress(np.ascontiguousarray(values, "<f8").tobytes(), 9)).decode()
    lines = "\n    ".join(f'"{line}"' for line in wrap(text, _WIDTH))
    shape = f'"<f8").reshape(-1, {values.shape[1]})'
    return f"np.frombuffer(zlib.decompress(base64.b64decode(\n    {lines}\n)), {shape}"
