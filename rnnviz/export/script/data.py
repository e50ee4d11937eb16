"""The part of a script that draws the data, for each built-in task exactly as the task does."""

from string import Template
from textwrap import wrap

from rnnviz.i18n import t
from rnnviz.tasks import KNOWN, Adding, PythonTokens, Sunspots, Task, TemporalOrder
from rnnviz.tasks.python_tokens import KINDS, training_modules

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
    values = torch.rand(BATCH_SIZE, SEQ_LEN, generator=generator, dtype=torch.float32, device=DEVICE)
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

_TOKEN_IMPORTS = """
import importlib.util
import io
import re
import tokenize
from keyword import iskeyword
from pathlib import Path

import numpy as np
import torch
from torch import nn
"""

_TOKENS = '''
KINDS = $kinds
MODULES = $modules
CHARACTERS = "\\n" + "".join(map(chr, range(32, 127)))
FOLDER = Path(importlib.util.find_spec("ipywidgets").origin).with_name("widgets")


def kind_of(token):
    name = tokenize.tok_name[token.type]
    if name == "NAME":
        return "keyword" if iskeyword(token.string) else "name"
    if "STRING" in name:
        return "string"
    return {"NUMBER": "number", "COMMENT": "comment", "OP": "operator"}.get(name)


def read(module):
    """$read"""
    on_top = r"^\\s*(#.*\\n)+"  # $licence
    source = re.sub(on_top, "", (FOLDER / f"{module}.py").read_text(encoding="utf-8"))
    starts = np.cumsum([0, *(len(line) for line in io.StringIO(source))])
    kinds = np.zeros(len(source), np.int64)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind, (row, column), (last, end) = kind_of(token), token.start, token.end
        if kind is not None:
            kinds[starts[row - 1] + column : starts[last - 1] + end] = KINDS.index(kind)
    return np.array([CHARACTERS.find(character) % 97 for character in source]), kinds  # $other


parts = [read(module) for module in MODULES]
characters, kinds = (torch.from_numpy(np.concatenate(part)).to(DEVICE) for part in zip(*parts))


def draw_batch(generator):
    """$about"""
    starts = torch.randint(len(kinds) - SEQ_LEN + 1, (BATCH_SIZE, 1), generator=generator, device=DEVICE)
    places = starts + torch.arange(SEQ_LEN, device=DEVICE)
    return characters[places], kinds[places]
'''

_SQUARED = """
def loss_of(outputs, targets):
    return (outputs - targets).square().mean()
"""

_CROSS_ENTROPY_EACH_STEP = """
def loss_of(outputs, targets):
    return nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())
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
    makers = {Adding: _adding, TemporalOrder: _temporal_order, Sunspots: _sunspots, PythonTokens: _tokens}
    if type(task) in makers:  # a class that only derives from one of these may draw other data
        return makers[type(task)]()
    raise ValueError(
        f"code() knows the built-in tasks ({', '.join(KNOWN)}) and cannot write down how {task.name!r} draws its "
        "data; take the script of one of those and put your own draw_batch in."
    )


def _adding() -> list[str]:
    return [_TORCH, Template(_ADDING).substitute(about=t("script.adding")), _SQUARED]


def _temporal_order() -> list[str]:
    return [_TORCH, Template(_TEMPORAL_ORDER).substitute(about=t("script.temporal_order")), _CROSS_ENTROPY]


def _sunspots() -> list[str]:
    words = {"about": t("script.sunspots"), "read": t("script.sunspots.read"), "split": t("script.sunspots.split")}
    return [_SUNSPOT_IMPORTS, Template(_SUNSPOTS).substitute(words), _SQUARED]


def _tokens() -> list[str]:
    words = {"about": t("script.tokens"), "read": t("script.tokens.read"), "other": t("script.tokens.other")}
    words["licence"] = t("script.tokens.licence")
    lists = {"kinds": _written(KINDS), "modules": _written(training_modules())}
    return [_TOKEN_IMPORTS, Template(_TOKENS).substitute(words, **lists), _CROSS_ENTROPY_EACH_STEP]


def _written(names: tuple[str, ...]) -> str:
    lines = wrap(", ".join(f'"{name}"' for name in names), width=110)
    return f"[{lines[0]}]" if len(lines) == 1 else "[\n    " + "\n    ".join(lines) + ",\n]"
