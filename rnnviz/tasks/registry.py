"""The register of tasks: which there are by name, each imported when it is asked for, and what a recipe says of one."""

import inspect
import math
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from rnnviz import limits
from rnnviz.checks import kind_of, optional, refuse_unknown, shown, whole
from rnnviz.tasks.base import Task

__all__ = ["FETCHED", "KNOWN", "from_recipe", "make", "recorded", "sound"]

# A line a task: its name, and in which module of this folder the class, or the function, is that makes it. So that what
# one task needs, a package of the extra "chapters" perhaps, is asked of nobody who wants another.
_BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "sunspots": "sunspots.Sunspots",
        "adding": "adding.Adding",
        "temporal-order": "temporal_order.TemporalOrder",
        "python-tokens": "python_tokens.PythonTokens",
        "python-lines": "tags.pythonlines.PythonLines",
        "addresses": "tags.addresses.Addresses",
        "co2": "series.registered.CO2",
        "weather": "series.registered.Weather",
        "dates": "pairs.writtendates.Dates",
        "interface": "pairs.interface.Interface",
        "copy-memory": "longrange.copymemory.CopyMemory",
        "digits": "longrange.digits.Digits",
        "surnames": "texts.surnames.Surnames",
        "reviews": "texts.reviews.Reviews",
    }
)
# What a learner's own data make: the function that she calls, and the class, whose `from_options` makes it again.
_OWN_DATA: Mapping[str, str] = MappingProxyType(
    {
        "from_series": "series.series.Series",
        "from_pairs": "pairs.ownpairs.OwnPairs",
        "from_tags": "tags.owntags.OwnTags",
        "from_texts": "texts.owntexts.OwnTexts",
    }
)

FETCHED = ("reviews", "addresses")  # their data lie in an archive that a learner fetches first, with `rnnviz data get`
KNOWN = tuple(name for name in _BUILT_IN if name not in FETCHED)


def make(name: str, *, seq_len: int | None = None, seed: int = 0) -> Task:
    """Return the task called ``name``.

    Parameters
    ----------
    name : str
        One of `KNOWN`, or of `FETCHED` once its data are there; ``"temporal_order"`` is ``"temporal-order"`` too.
    seq_len : int, optional
        Timesteps a sequence; the task's own unless given.
    seed : int
        Decides the held-out sequences of a task that makes its data up.

    Raises
    ------
    ValueError
        If there is no such task, or it cannot give sequences of that length.
    ModuleNotFoundError, FileNotFoundError
        If the task's data come with a package that is not installed, or have not been fetched yet.

    Examples
    --------
    >>> make("adding", seq_len=20).held_out().inputs.shape
    torch.Size([512, 20, 2])
    """
    asked, name = name, name.strip().lower().replace("_", "-") if isinstance(name, str) else ""
    if name not in _BUILT_IN:
        refuse_unknown("unknown task {unknown}; the tasks are {known}.", [asked], _BUILT_IN)
    seq_len = optional(whole(-math.inf))("seq_len", seq_len)
    seed = limits.seed("seed", seed)
    maker = _maker(name)
    task = maker(**({"seed": seed} if "seed" in inspect.signature(maker).parameters else {}))
    return task if seq_len is None else task.with_seq_len(seq_len)


def from_recipe(recipe: Mapping[str, Any]) -> Task:
    """Return the task that `Task.to_recipe` has written down: a built-in one, or one of a learner's own data.

    A recipe may come from a stranger: nothing of it is run, and no file is read that it names.

    Parameters
    ----------
    recipe : mapping
        ``"task"``, its name, and ``"options"``, what it is made with.

    Raises
    ------
    TypeError, ValueError
        If there is no such task, or it cannot be made with these options.

    Examples
    --------
    >>> from_recipe({"task": "adding", "options": {"seed": 7}}).seed
    7
    """
    if not isinstance(recipe, Mapping) or not isinstance(recipe.get("options", {}), Mapping):
        raise TypeError(f"recipe must be a dict with 'task' and 'options', got {shown(recipe)}.")
    name, options = recipe.get("task"), recipe.get("options", {})
    options, maker = sound(name, options), _recorded_maker(name)
    made: Any = maker.from_options(**options) if isinstance(maker, type) and issubclass(maker, Task) else maker()
    return made  # type: ignore[no-any-return]


def sound(name: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a recipe's task, checked; ValueError or TypeError if it has none such."""
    maker = _recorded_maker(name)
    checks = (maker.options if isinstance(maker, type) and issubclass(maker, Task) else None) or {}
    refuse_unknown("options has no {unknown}; known: {known}.", options, checks)
    return {one: checks[one](one, value) for one, value in options.items()}


def recorded(task: Task) -> dict[str, Any] | None:
    """Return what `from_recipe` makes the same task of; None where nothing of a few words does."""
    # somebody's subclass may draw other data under the same name
    return task.to_recipe() if type(task).__module__.startswith("rnnviz.tasks.") else None


def _recorded_maker(name: Any) -> Callable[..., Task]:
    if not isinstance(name, str) or name not in {**_BUILT_IN, **_OWN_DATA}:
        what = shown(name) if isinstance(name, str) else kind_of(name)
        raise ValueError(f"task must be one of {', '.join([*_BUILT_IN, *_OWN_DATA])}, got {what}.")
    return _maker(name)


def _maker(name: str) -> Callable[..., Task]:
    module, _, maker = {**_BUILT_IN, **_OWN_DATA}[name].rpartition(".")
    found: Callable[..., Task] = getattr(import_module(f"rnnviz.tasks.{module}"), maker)
    return found
