"""The part of a script that draws the data, for each built-in task exactly as the task does."""

from string import Template

from rnnviz.i18n import t
from rnnviz.tasks import KNOWN, Adding, Sunspots, Task, TemporalOrder

__all__ = ["data_blocks"]

_TORCH = """
import torch
from torch import nn
"""

_SUNSPOT_IMPORTS = """
import re
from importlib import resources

import numpy as np
import torch
from torch import nn
"""

_ADDING = '''
def draw_batch(generator):
    """$about"""
    half = SEQ_LEN // 2
    values = torch.rand(BATCH_SIZE, SEQ_LEN, generator=generator, device=DEVICE)
    first = torch.randint(half, (BATCH_SIZE, 1), generator=generator, device=DEVICE)
    second = torch.randint(half, SEQ_LEN, (BATCH_SIZE, 1), generator=generator, device=DEVICE)
    marks = torch.zeros_like(values).scatter_(1, torch.cat([first, second], 1), 1.0)
    return torch.stack([values, marks], -1), (values * marks).sum(1, keepdim=True)
'''

_TEMPORAL_ORDER = '''
def draw_batch(generator):
    """$about"""
    column = (BATCH_SIZE, 1)
    symbols = torch.randint(4, (BATCH_SIZE, SEQ_LEN), generator=generator, device=DEVICE)
    symbols[:, 0], symbols[:, -1] = 6, 7
    early = torch.randint(SEQ_LEN // 10, SEQ_LEN // 5 + 1, column, generator=generator, device=DEVICE)
    late = torch.randint(SEQ_LEN // 2, 6 * SEQ_LEN // 10 + 1, column, generator=generator, device=DEVICE)
    signs = torch.randint(2, (BATCH_SIZE, 2), generator=generator, device=DEVICE)
    symbols.scatter_(1, torch.cat([early, late], 1), 4 + signs)
    return nn.functional.one_hot(symbols, 8).float(), 2 * signs[:, 0] + signs[:, 1]
'''

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

_SQUARED = """
def loss_of(outputs, targets):
    return (outputs - targets).square().mean()
"""

_CROSS_ENTROPY = """
def loss_of(outputs, targets):
    return nn.functional.cross_entropy(outputs, targets)
"""


def data_blocks(task: Task) -> list[str]:
    """Return the imports, the function that draws a batch, and the loss.

    Raises
    ------
    ValueError
        For a task of somebody's own.
    """
    if type(task) is Adding:
        return [_TORCH, Template(_ADDING).substitute(about=t("script.adding")), _SQUARED]
    if type(task) is TemporalOrder:
        return [_TORCH, Template(_TEMPORAL_ORDER).substitute(about=t("script.temporal_order")), _CROSS_ENTROPY]
    if type(task) is Sunspots:
        about, read, split = t("script.sunspots"), t("script.sunspots.read"), t("script.sunspots.split")
        return [_SUNSPOT_IMPORTS, Template(_SUNSPOTS).substitute(about=about, read=read, split=split), _SQUARED]
    raise ValueError(
        f"code() knows the built-in tasks ({', '.join(KNOWN)}) and cannot write down how {task.name!r} draws its "
        "data; take the script of one of those and put your own draw_batch in."
    )
