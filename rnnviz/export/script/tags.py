"""How a script draws what is tagged, exactly as the task does: sentences, as numbers, or stretches of Python source."""

import json
from string import Template
from textwrap import wrap

from rnnviz.export.script.text import CROSS_ENTROPY_EACH_STEP
from rnnviz.i18n import t
from rnnviz.tasks import Task
from rnnviz.tasks.python_tokens import KINDS, PythonTokens, training_modules
from rnnviz.tasks.tags.tags import Tags
from rnnviz.training.settings import Settings

__all__ = ["blocks", "network"]

_IMPORTS = """
import torch
from torch import nn
"""

_DATA = '''
TAGS = $tags  # $source
SENTENCES = """
$sentences
""".strip().splitlines()  # $about


def padded(part, filling):
    rows = [[int(number) for number in line.split("|")[part].split()] for line in SENTENCES]
    return torch.tensor([row + [filling] * (SEQ_LEN - len(row)) for row in rows], device=DEVICE)


all_inputs, all_targets = padded(0, 0), padded(1, -100)  # $no_answer
all_lengths = (all_inputs > 0).sum(1).cpu()


def draw_batch(generator):
    """$drawn"""
    rows = torch.randint(len(all_inputs), (BATCH_SIZE,), generator=generator, device=DEVICE)
    return all_inputs[rows], all_lengths[rows.cpu()], all_targets[rows]
'''

_NETWORK = """
WORD_OF = $word_of  # $words
SHAPE_OF = $shape_of  # $shapes


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("word_of", torch.tensor(WORD_OF))
        self.register_buffer("shape_of", torch.tensor(SHAPE_OF))
        self.words = nn.Embedding(max(WORD_OF) + 1, 48, padding_idx=0, dtype=torch.float32)
        self.shapes = nn.Embedding(max(SHAPE_OF) + 1, 16, padding_idx=0, dtype=torch.float32)
        self.recurrent = nn.$kind(64, HIDDEN_SIZE, $layers, batch_first=True$more, dtype=torch.float32)
        self.head = nn.Linear($answered, len(TAGS), dtype=torch.float32)

    def forward(self, inputs, lengths):
        entering = torch.cat([self.words(self.word_of[inputs]), self.shapes(self.shape_of[inputs])], -1)
        packed = nn.utils.rnn.pack_padded_sequence(entering, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(
            self.recurrent(packed)[0], batch_first=True, total_length=inputs.shape[1]
        )
        return self.head(states)  # $each_step
"""


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


def blocks(task: Task) -> list[str]:
    """Return the imports, the function that draws a batch, and the loss."""
    if isinstance(task, PythonTokens):
        return _stretches()
    assert isinstance(task, Tags)
    words = {"source": " ".join(task.source.split()), "about": t("script.tags.sentences"), "drawn": t("script.tags")}
    words["no_answer"] = t("script.tags.no_answer")
    lines = "\n".join(
        f"{' '.join(map(str, tokens))}|{' '.join(map(str, tags))}" for tokens, tags in task.numbered_training()
    )
    return [
        _IMPORTS,
        Template(_DATA).substitute(words, tags=_written(task.classes), sentences=lines),
        CROSS_ENTROPY_EACH_STEP,
    ]


def _stretches() -> list[str]:
    words = {"about": t("script.tokens"), "read": t("script.tokens.read"), "other": t("script.tokens.other")}
    words["licence"] = t("script.tokens.licence")
    lists = {"kinds": _written(KINDS), "modules": _written(training_modules())}
    return [_TOKEN_IMPORTS, Template(_TOKENS).substitute(words, **lists), CROSS_ENTROPY_EACH_STEP]


def network(task: Task, settings: Settings) -> list[str] | None:
    """Return the class of the network that reads words and their shapes; None for characters: the lab's own does."""
    assert isinstance(task, Tags)
    if task.level == "char":
        return None
    more = ", bidirectional=True" if settings.bidirectional else ""
    more += f', nonlinearity="{settings.nonlinearity}"' if settings.cell == "rnn" else ""
    text = Template(_NETWORK).substitute(
        word_of=_written(task.words.word_of),
        shape_of=_written(task.words.shape_of),
        words=t("script.tags.words"),
        shapes=t("script.tags.shapes"),
        kind=settings.cell.upper(),
        layers=settings.num_layers,
        more=more,
        answered="2 * HIDDEN_SIZE" if settings.bidirectional else "HIDDEN_SIZE",
        each_step=t("script.each_step"),
    )
    return [text]


def _written(values: tuple[str, ...] | tuple[int, ...]) -> str:
    lines = wrap(", ".join(json.dumps(one, ensure_ascii=False) for one in values), width=110)
    return f"[{lines[0]}]" if len(lines) == 1 else "[\n    " + "\n    ".join(lines) + ",\n]"
