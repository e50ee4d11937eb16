"""How a script draws windows of the sunspot record, exactly as the task does."""

from string import Template

from rnnviz.export.script.text import SQUARED
from rnnviz.i18n import t
from rnnviz.tasks import Task

__all__ = ["blocks"]

_IMPORTS = """
import re
from importlib import resources

import numpy as np
import torch
from torch import nn
"""

_SUNSPOTS = '''
def read_months():
    """$read"""
    record = resources.files("statsmodels").joinpath("datasets/sunspots/src/sunspots_monthly.dat")
    lines = record.read_text(encoding="latin-1").splitlines()
    rows = [line.split()[1:13] for line in lines if re.match(r"\\d{4}\\s", line)]
    return np.array([float(month) for row in rows for month in row])


months = read_months()
split = int(0.8 * len(months))  # $split
mean, deviation = months[:split].mean(), months[:split].std()
series = torch.tensor((months - mean) / deviation, dtype=torch.float32, device=DEVICE)


def draw_batch(generator):
    """$about"""
    windows = split - HORIZON - SEQ_LEN + 1
    first = torch.randint(windows, (BATCH_SIZE,), generator=generator, device=DEVICE)
    inputs = series.unfold(0, SEQ_LEN, 1)[first]
    return inputs[..., None], series[first + SEQ_LEN + HORIZON - 1][:, None]
'''


def blocks(task: Task) -> list[str]:
    """Return the imports, the function that draws a batch, and the loss."""
    words = {"about": t("script.sunspots"), "read": t("script.sunspots.read"), "split": t("script.sunspots.split")}
    return [_IMPORTS, Template(_SUNSPOTS).substitute(words), SQUARED]
