"""How a script draws texts, exactly as the task does; it holds the training texts themselves, cut into tokens."""

import base64
import json
import zlib
from string import Template
from textwrap import wrap

from rnnviz.export.script.text import CROSS_ENTROPY, CROSS_ENTROPY_EACH_STEP
from rnnviz.i18n import t
from rnnviz.tasks import Texts
from rnnviz.tasks.texts.vocabulary import tokens

__all__ = ["blocks"]

_MOST = 6000  # characters that are written out; more are packed, for nobody reads so many
_LONGEST = 4_000_000  # characters that a program can hold at all
_WIDTH = 110

_IMPORTS = """
from collections import Counter

import torch
from torch import nn
"""

_PACKED_IMPORTS = """
import base64
import json
import zlib
from collections import Counter

import torch
from torch import nn
"""

_TEXTS = '''
# $source
CLASSES = $classes
TEXTS = $texts  # $texts_words
MIN_COUNT = $min_count

counts = Counter(token for tokens, _ in TEXTS for token in tokens)
known = sorted((token for token in counts if counts[token] >= MIN_COUNT), key=lambda token: (-counts[token], token))
number = {token: place for place, token in enumerate(["<PAD>", "<UNK>", *known])}

read = torch.tensor([min(len(tokens), SEQ_LEN) for tokens, _ in TEXTS])  # how much of each
block = torch.zeros(len(TEXTS), SEQ_LEN, dtype=torch.long)
for row, (tokens, _) in enumerate(TEXTS):
    block[row, : read[row]] = torch.tensor([number.get(token, 1) for token in tokens[:SEQ_LEN]])
answers = torch.tensor([CLASSES.index(name) for _, name in TEXTS])
$each
block, answers = block.to(DEVICE), answers.to(DEVICE)


def draw_batch(generator):
    """$about"""
    rows = torch.randint(len(TEXTS), (BATCH_SIZE,), generator=generator, device=DEVICE)
    return block[rows], read[rows.cpu()], answers[rows]
'''

_EACH = "answers = torch.where(torch.arange(SEQ_LEN) < read[:, None], answers[:, None], -100)  # {note}\n"


def blocks(task: Texts) -> list[str]:
    """Return the imports, the texts with the function that draws a batch, and the loss.

    Raises
    ------
    ValueError
        If the texts are more than a program can hold.
    """
    texts, names = task.texts(held_out=False)
    rows: list[list[object]] = [[list(tokens(text, task.level)), name] for text, name in zip(texts, names, strict=True)]
    size = len(json.dumps(rows))
    if size > _LONGEST:
        raise ValueError(
            f"code() writes the training texts into the program, and yours are {size:,} characters, more than "
            f"{_LONGEST:,}; take a part of them, or write draw_batch by hand."
        )
    words = {
        "source": "\n# ".join(wrap(task.source, _WIDTH)),
        "classes": json.dumps(task.classes, ensure_ascii=False),
        "texts": _written(rows) if size <= _MOST else _packed(rows),
        "texts_words": t("script.texts.cut"),
        "min_count": str(task.words.min_count),
        "each": _EACH.format(note=t("script.texts.each")) if task.each_step else "",
        "about": t("script.texts"),
    }
    loss = CROSS_ENTROPY_EACH_STEP if task.each_step else CROSS_ENTROPY
    return [_IMPORTS if size <= _MOST else _PACKED_IMPORTS, Template(_TEXTS).substitute(words), loss]


def _written(rows: list[list[object]]) -> str:
    lines = ",\n    ".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n    {lines},\n]"


def _packed(rows: list[list[object]]) -> str:
    packed = base64.b64encode(zlib.compress(json.dumps(rows, ensure_ascii=False).encode(), 9)).decode()
    lines = "\n".join(f'    "{line}"' for line in wrap(packed, _WIDTH))
    return f"json.loads(zlib.decompress(base64.b64decode(\n{lines}\n)))"
