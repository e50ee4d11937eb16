"""How a script draws stretches of Python source, exactly as the task does."""

from string import Template
from textwrap import wrap

from rnnviz.export.script.text import CROSS_ENTROPY_EACH_STEP
from rnnviz.i18n import t
from rnnviz.tasks import Task
from rnnviz.tasks.python_tokens import KINDS, training_modules

__all__ = ["blocks"]

_IMPORTS = """
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


def blocks(task: Task) -> list[str]:
    """Return the imports, the function that draws a batch, and the loss."""
    words = {"about": t("script.tokens"), "read": t("script.tokens.read"), "other": t("script.tokens.other")}
    words["licence"] = t("script.tokens.licence")
    lists = {"kinds": _written(KINDS), "modules": _written(training_modules())}
    return [_IMPORTS, Template(_TOKENS).substitute(words, **lists), CROSS_ENTROPY_EACH_STEP]


def _written(names: tuple[str, ...]) -> str:
    lines = wrap(", ".join(f'"{name}"' for name in names), width=110)
    return f"[{lines[0]}]" if len(lines) == 1 else "[\n    " + "\n    ".join(lines) + ",\n]"
