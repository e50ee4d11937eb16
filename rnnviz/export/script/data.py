"""The part of a script that is the task's: which module of this folder writes a kind of task down.

Such a module has ``blocks(task)``: the imports, what draws a batch exactly as the task does (`draw_batch`, which gives
what the model is called with, then the targets) and the loss (`loss_of`). Where the task brings a network of its own,
it has ``network(task, settings)`` too: the blocks that define it, as the class `Model`.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType, ModuleType

from rnnviz.tasks import KNOWN, Task
from rnnviz.training.settings import Settings

__all__ = ["arguments", "data_blocks", "network_blocks"]

# A line a kind of task: its module and class in `rnnviz.tasks`, and what module of this folder writes it down.
_WRITTEN_BY: Mapping[str, str] = MappingProxyType(
    {
        "adding.Adding": "made_up",
        "temporal_order.TemporalOrder": "made_up",
        "longrange.copymemory.CopyMemory": "made_up",
        "longrange.digits.Digits": "digits",
        "sunspots.Sunspots": "sunspots",
        "python_tokens.PythonTokens": "tags",
        "tags.addresses.Addresses": "tags",
        "tags.owntags.OwnTags": "tags",
        "tags.pythonlines.PythonLines": "tags",
        "pairs.writtendates.Dates": "pairs",
        "pairs.interface.Interface": "pairs",
        "pairs.ownpairs.OwnPairs": "pairs",
        "series.series.Series": "series",
        "series.registered.CO2": "series",
        "series.registered.Weather": "series",
        "texts.surnames.Surnames": "texts",
        "texts.reviews.Reviews": "texts",
        "texts.owntexts.OwnTexts": "texts",
    }
)


def data_blocks(task: Task) -> list[str]:
    """Return the imports, the function that draws a batch, and the loss; ValueError for somebody's own class."""
    found: list[str] = _writer(task).blocks(task)
    return found


def network_blocks(task: Task, settings: Settings) -> list[str] | None:
    """Return the class of the network that the task brings; None where it takes the lab's own."""
    if type(task).network is Task.network:
        return None
    found: list[str] | None = _writer(task).network(task, settings)
    return found


def arguments(task: Task) -> tuple[str, ...]:
    """Return by name what a model is called with: what `draw_batch` returns before the targets."""
    batch = task.held_out()
    names = {id(value): name for name, value in vars(batch).items()}
    return tuple(names[id(value)] for value in batch.arguments)


def _writer(task: Task) -> ModuleType:
    # by its exact class: one that only derives from a built-in one may draw other data
    name = _WRITTEN_BY.get(f"{type(task).__module__}.{type(task).__qualname__}".removeprefix("rnnviz.tasks."))
    if name is None:
        raise ValueError(
            f"code() knows the built-in tasks ({', '.join(KNOWN)}) and cannot write down how {task.name!r} draws its "
            "data; take the script of one of those and put your own draw_batch in."
        )
    return import_module(f"rnnviz.export.script.{name}")
