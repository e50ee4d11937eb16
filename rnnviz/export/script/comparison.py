"""The script of several models: what they share stands at the top, what differs in a function for each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import indent

from rnnviz import limits
from rnnviz.export.script.data import data_blocks
from rnnviz.export.script.loop import constants, loop, numbers
from rnnviz.export.script.model import model_blocks
from rnnviz.export.script.schedule import rate_blocks, with_import
from rnnviz.export.script.text import Script, program
from rnnviz.i18n import t
from rnnviz.tasks import Task
from rnnviz.training.settings import Settings

__all__ = ["together"]

_BATCHES = {"SEED", "BATCH_SIZE", "SEQ_LEN"}  # what decides which batches a model sees

_TELL = """for step, losses in enumerate(zip(*MODELS.values()), start=1):
    for label, loss in zip(MODELS, losses):
        print(f"{label} step {step} loss {loss:.9g}")"""


def together(models: Mapping[str, tuple[Task, Settings]], steps: int, planned: int | None = None) -> Script:
    """Return a program without rnnviz that trains models side by side and prints each one's curve, bit for bit.

    Parameters
    ----------
    models : mapping of str to (Task, Settings)
        By label: one of the built-in tasks, the same for all, on the device, and settings with a sequence length.
    steps : int
        How long each trains, at least 1.
    planned : int, optional
        Steps of the whole run, as for `script`.

    Raises
    ------
    ValueError
        For a task of somebody's own, whose data the program could not draw.

    Examples
    --------
    >>> from rnnviz.training import Session
    >>> sessions = {cell: Session("adding", cell=cell, device="cpu") for cell in ("rnn", "gru")}
    >>> text = together({label: (one.task, one.settings) for label, one in sessions.items()}, steps=300)
    >>> [line for line in text.splitlines() if line.startswith("def train")]
    ['def train_rnn():', 'def train_gru():']
    """
    steps = limits.steps("steps", steps)
    parts = [_Part.of(label, task, settings, steps, planned) for label, (task, settings) in models.items()]
    same = {name: value for name, value in parts[0].numbers.items() if all(_has(one, name, value) for one in parts)}
    own = {name for one in parts for name in one.numbers} - set(same)
    top = [block for block in parts[0].blocks if all(block in one.blocks for one in parts) and not _reads(block, own)]
    names = _names(list(models))
    task, settings = next(((task, one) for task, one in models.values() if one.schedule == "cosine"), parts[0].made_of)
    calls = [f'    "{label}": {name}(),' for label, name in zip(models, names, strict=True)]
    title = t("script.about.together" if own & _BATCHES else "script.about.together.same", task=task.name)
    return program(
        title,
        with_import(data_blocks(task)[0], settings),
        constants(same),
        [
            *top,
            *(one.function(name, set(same), top) for name, one in zip(names, parts, strict=True)),
            "\n".join(["MODELS = {", *calls, "}", "", _TELL]),
        ],
    )


@dataclass(frozen=True)
class _Part:
    """One of the models: its numbers, the blocks that it needs, its training loop."""

    label: str
    made_of: tuple[Task, Settings]
    numbers: dict[str, object]
    blocks: list[str]
    loop: str

    @classmethod
    def of(cls, label: str, task: Task, settings: Settings, steps: int, planned: int | None) -> "_Part":
        blocks = [*data_blocks(task)[1:], *model_blocks(task, settings), *rate_blocks(settings)]
        values = numbers(task, settings, steps, planned)
        return cls(label, (task, settings), values, blocks, loop(task, settings, "yield loss.item()"))

    def function(self, name: str, same: set[str], top: list[str]) -> str:
        """Return the function that trains this model, and in it what is not the same in all."""
        values = constants({key: value for key, value in self.numbers.items() if key not in same})
        inner = [values, *(block for block in self.blocks if block not in top), self.loop]
        body = "\n\n".join(block.strip("\n") for block in inner if block)
        about = t("script.train", label=self.label)
        return f"def {name}():\n" + indent(f'"""{about}"""\n\n{body}', "    ")


def _has(part: _Part, name: str, value: object) -> bool:
    return name in part.numbers and part.numbers[name] == value


def _reads(block: str, names: set[str]) -> bool:
    return not names.isdisjoint(re.findall(r"\w+", block))


def _names(labels: list[str]) -> list[str]:
    """Return a name for each model's function: of its label where that makes different ones."""
    names = [f"train_{re.sub(r'[^0-9A-Za-z]+', '_', label).strip('_')}" for label in labels]
    return names if len(set(names)) == len(names) else [f"train_{number}" for number in range(1, 1 + len(labels))]
