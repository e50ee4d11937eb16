"""What is public and takes an argument, gathered from the package itself, to hold the list of doors against."""

import inspect
from types import MappingProxyType
from typing import Any

import rnnviz as rv
from rnnviz.lab import Watch
from rnnviz.models import BeamTree
from rnnviz.sweep.results import Sweep
from rnnviz.tasks import Rolling, TagScores
from rnnviz.trace import Trace
from rnnviz.training.history import Histories, History
from rnnviz.training.snapshots.snapshot import Snapshot

__all__ = ["NO_DOORS", "public", "reached"]

MODULES = (rv, rv.tasks, rv.models)
CLASSES = (rv.Lab, rv.Comparison, Watch, Trace, History, Histories, Snapshot, Sweep, Rolling, TagScores, BeamTree)
CALLED = MappingProxyType({"lab": "Lab", "both": "Comparison", "w": "Watch"})  # what doors call one that is made
_HANDED_OUT = "what a function hands out; nobody makes one"
_FOR_A_RUN = "a run writes it, a reader never does"
_BASE = "what the tasks of learners' own data are made of; those have doors"
_FETCHED = "its data lie in an archive; its argument is that of every task, which have doors"
_CHECKED_LATER = "an own task hands it over, and is told what is wrong there"
_HANDED_ON = "is rv.watch's argument, or what the layer itself is called with"
NO_DOORS = MappingProxyType(  # what needs none, and why
    dict.fromkeys(("BeamTree", "Decoded", "Hypothesis", "Interval", "Paths", "Record", "Rolling"), _HANDED_OUT)
    | dict.fromkeys(("TagScores", "Comparison"), _HANDED_OUT)
    | {f"History.{name}": _FOR_A_RUN for name in ("append", "clear", "pop", "popitem", "setdefault", "to", "update")}
    | dict.fromkeys(("Pairs", "Series", "Tags", "Texts"), _BASE)
    | dict.fromkeys(("Addresses", "Reviews"), _FETCHED)
    | dict.fromkeys(("InputPicture", "Prediction"), _CHECKED_LATER)
    | dict.fromkeys(("LightningWatch", "TransformersWatch", "trace", "sweep"), _HANDED_ON)
)
_KEYWORDS = inspect.Parameter.VAR_KEYWORD


def public() -> dict[str, frozenset[str]]:
    """Return what can be called by name, such as ``"Lab.train"``, with the names of its arguments."""
    exported = {name: getattr(module, name) for module in MODULES for name in module.__all__}
    found = {name: one for name, one in exported.items() if callable(one)}
    for kind in CLASSES:
        found |= {f"{kind.__name__}.{name}": getattr(kind, name) for name in dir(kind) if _method(kind, name)}
    named = {name: _arguments(one) for name, one in sorted(found.items())}
    return {name: arguments for name, arguments in named.items() if arguments is not None}


def reached(door: str) -> str:
    """Return what a door leads to: ``"lab.figure perturbation"`` leads to ``"Lab.figure"``."""
    owner, dot, rest = door.split(" ")[0].removeprefix("tasks.").removeprefix("models.").partition(".")
    return f"{CALLED.get(owner, owner)}{dot}{rest}"


def _method(kind: type[Any], name: str) -> bool:
    method = getattr(kind, name)
    ours = str(getattr(method, "__module__", "")).startswith(rv.__name__)  # and not what a dict or a Mapping has
    return not name.startswith("_") and inspect.isroutine(method) and ours


def _arguments(called: Any) -> frozenset[str] | None:
    """Return the names of the arguments, None where there are none at all; of ``**settings`` no name is known."""
    taken = [one for one in inspect.signature(called).parameters.values() if one.name != "self"]
    return frozenset(one.name for one in taken if one.kind is not _KEYWORDS) if taken else None
