"""How a script draws pairs, exactly as the tasks do: dates, JupyterLab's interface, and pairs of somebody's own."""

import ast
import inspect
from collections.abc import Callable
from string import Template
from typing import Any

from rnnviz.export.script.text import CROSS_ENTROPY_EACH_STEP
from rnnviz.export.script.translator import translator_blocks
from rnnviz.i18n import t
from rnnviz.tasks import Dates, Interface, Pairs, Task
from rnnviz.tasks.pairs import interface, splitting, writtendates
from rnnviz.tasks.pairs.tokens import tokens
from rnnviz.training.settings import Settings

__all__ = ["blocks", "network"]

_IMPORTS = """$standard${babel}import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
"""

_STANDARD = {
    "dates": "from collections import Counter\nfrom datetime import date, timedelta\n\n",
    "interface": "import hashlib\nimport importlib.util\nimport re\nimport unicodedata\n"
    "from collections import Counter\nfrom pathlib import Path\n\n",
    "own": "from collections import Counter\n\n",
}
_BABEL = {"dates": "from babel.dates import format_date\n", "interface": "from babel.messages.mofile import read_mo\n"}

_DATES = '''
LOCALES = $locales
STYLES = $styles


def drawn_numbers(state):
    """$numbers"""
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield state >> 33


draws = drawn_numbers($state)


def written(count, forbidden):
    """$about"""
    found = {}
    while len(found) < count:
        day = date(1950, 1, 1) + timedelta(days=next(draws) % $days)
        locale, style = LOCALES[next(draws) % len(LOCALES)], STYLES[next(draws) % len(STYLES)]
        if day.isoformat() not in forbidden:
            found[format_date(day, style, locale=locale)] = day.isoformat()
    return found


held_out = written($held_out, set())
pairs = list(written($count, set(held_out.values())).items())  # $kept
'''

_INTERFACE = '''
$functions


def read_pairs():
    """$about"""
    folder = Path(importlib.util.find_spec("$package").submodule_search_locations[0])
    messages, found = [], {}
    for path in folder.rglob("*.mo"):
        with path.open("rb") as file:
            for message in read_mo(file):
                both = [one[0] if isinstance(one, (list, tuple)) else one for one in (message.id, message.string)]
                messages += [[" ".join(one.split()) for one in both]] if all(both) else []
    for english, chinese in sorted(messages):
        unfit = re.search(r"$code", english + chinese) or not re.search("[\\u4e00-\\u9fff]", chinese)
        if len(english) <= $longest and not unfit:
            found.setdefault(english, chinese)
    return list(found.items())


pairs = read_pairs()
tied = groups([{*variants(english), ("zh", plain(chinese))} for english, chinese in pairs])
out = held_out([pairs[leader][0] for leader in tied], $share)  # $kept
pairs = [pair for row, pair in enumerate(pairs) if row not in out]
'''

_OWN = """
pairs = [  # $about
$rows
]
"""

_BATCHES = '''
TARGET_LEN = $target_len


def numbered(texts):
    """$numbered"""
    counts = Counter(token for text in texts for token in text)
    return {token: number for number, token in enumerate(sorted(counts, key=lambda one: (-counts[one], one)), start=4)}


def padded(rows, width, filling=0):
    return torch.tensor([[*row, *[filling] * (width - len(row))] for row in rows], device=DEVICE)


source_numbers, target_numbers = (numbered(side) for side in zip(*pairs))
sources = [[source_numbers[token] for token in source]$turned for source, _ in pairs]
wanted = [[target_numbers[token] for token in target] for _, target in pairs]
all_inputs, all_lengths = padded(sources, SEQ_LEN), torch.tensor([len(row) for row in sources], device="cpu")
all_target_in = padded([[2, *row] for row in wanted], TARGET_LEN)  # $one_later
all_targets = padded([[*row, 3] for row in wanted], TARGET_LEN, -100)  # $no_answer


def draw_batch(generator):
    """$about"""
    rows = torch.randint(len(pairs), (BATCH_SIZE,), generator=generator, device=DEVICE)
    return all_inputs[rows], all_lengths[rows.cpu()], all_target_in[rows], all_targets[rows]
'''


def blocks(task: Task) -> list[str]:
    """Return the imports, the function that draws a batch, and the loss."""
    assert isinstance(task, Pairs)
    pairs = [(tokens(source, task.levels[0]), tokens(target, task.levels[1])) for source, target in task.training]
    # where the letters of a text are not the code points that it is made of, its tokens are written down instead
    as_it_is = all(list(text) == one for row, pair in zip(pairs, task.training, strict=True)
                   for one, text in zip(row, pair, strict=True))  # fmt: skip
    if isinstance(task, Dates) and as_it_is:
        kind, data = "dates", _dates(task)
    elif isinstance(task, Interface) and as_it_is:
        kind, data = "interface", _interface()
    else:
        kind, data = "own", _own(list(task.training) if as_it_is else pairs)
    batches = Template(_BATCHES).substitute(
        target_len=task.target_len,
        turned="[::-1]" if task.reverse_source else "",
        numbered=t("script.pairs.numbered"),
        one_later=t("script.pairs.one_later"),
        no_answer=t("script.pairs.no_answer"),
        about=t("script.pairs"),
    )
    imports = Template(_IMPORTS).substitute(standard=_STANDARD[kind], babel=_BABEL.get(kind, ""))
    return [imports, data, batches, CROSS_ENTROPY_EACH_STEP]


def network(task: Task, settings: Settings) -> list[str]:
    """Return encoder, attention, decoder and the model that holds them."""
    assert isinstance(task, Pairs)
    return translator_blocks(task, settings)


def _dates(task: Dates) -> str:
    return Template(_DATES).substitute(
        locales=_listed(writtendates.LOCALES),
        styles=_listed(writtendates.STYLES),
        state=writtendates.first_state(task.seed),
        days=writtendates.DAYS,
        held_out=writtendates.HELD_OUT,
        count=task.pairs,
        numbers=t("script.pairs.drawn"),
        about=t("script.pairs.dates"),
        kept=t("script.pairs.days"),
    )


def _interface() -> str:
    names: list[Callable[..., Any]] = [splitting.plain, splitting.variants, splitting.groups, splitting.held_out]
    return Template(_INTERFACE).substitute(
        functions="\n\n\n".join(_bare(one) for one in names),
        package=interface.PACKAGE,
        code=interface.CODE.pattern,
        longest=interface.LONGEST,
        share=interface.SHARE,
        about=t("script.pairs.interface"),
        kept=t("script.pairs.kept"),
    )


def _own(pairs: list[Any]) -> str:
    rows = "\n".join(f"    ({source!r}, {target!r})," for source, target in pairs)
    return Template(_OWN).substitute(about=t("script.pairs.own"), rows=rows)


def _listed(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _bare(function: Callable[..., Any]) -> str:
    """Return a function of this package as it works, without docstring and annotations."""
    tree = ast.parse(inspect.getsource(function))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
                node.body = node.body[1:]
            for one in node.args.args:
                one.annotation = None
        for name, values in ast.iter_fields(node):
            if isinstance(values, list):
                setattr(node, name, [_unannotated(one) for one in values])
    return ast.unparse(ast.fix_missing_locations(tree))


def _unannotated(node: Any) -> Any:
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return ast.Assign(targets=[node.target], value=node.value)
    return node
