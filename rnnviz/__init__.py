"""rnnviz: watch hidden states, gates and the exact gradient through time, live.

The names below are loaded when they are first used, so ``import rnnviz`` costs nothing.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rnnviz.garbage import uncollected

__version__ = "0.2.0rc1"

_HOMES = {
    "Comparison": "rnnviz.lab",
    "Lab": "rnnviz.lab",
    "LightningWatch": "rnnviz.lab.watch.adapters.lightning",
    "Preset": "rnnviz.training",
    "Trace": "rnnviz.trace",
    "TransformersWatch": "rnnviz.lab.watch.adapters.transformers",
    "cells": "rnnviz.cells",
    "compare": "rnnviz.lab",
    "data": "rnnviz.data",
    "data_button": "rnnviz.notebook",
    "exercises": "rnnviz.exercises",
    "fixed_points": "rnnviz.trace",
    "models": "rnnviz.models",
    "pause_all": "rnnviz.lab",
    "register_cell": "rnnviz.trace",
    "saliency": "rnnviz.trace",
    "scale": "rnnviz.notebook",
    "sweep": "rnnviz.sweep",
    "tasks": "rnnviz.tasks",
    "trace": "rnnviz.trace",
    "watch": "rnnviz.lab",
}
_MODULES = {"cells", "data", "exercises", "models", "sweep", "tasks", "trace"}  # `trace` and `sweep` can be called

__all__ = [
    "Comparison",
    "Lab",
    "LightningWatch",
    "Preset",
    "Trace",
    "TransformersWatch",
    "__version__",
    "cells",
    "compare",
    "data",
    "data_button",
    "exercises",
    "fixed_points",
    "models",
    "pause_all",
    "register_cell",
    "saliency",
    "scale",
    "sweep",
    "tasks",
    "trace",
    "watch",
]

if TYPE_CHECKING:
    from rnnviz import cells, data, exercises, models, sweep, tasks, trace
    from rnnviz.lab import Lab
    from rnnviz.lab.compare import Comparison, compare
    from rnnviz.lab.lifetime.playing import pause_all
    from rnnviz.lab.watch.adapters.lightning import LightningWatch
    from rnnviz.lab.watch.adapters.transformers import TransformersWatch
    from rnnviz.lab.watch.watch import watch
    from rnnviz.notebook import data_button, scale
    from rnnviz.trace import Trace, fixed_points, register_cell, saliency
    from rnnviz.training import Preset


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"rnnviz has no name {name!r}; it has {', '.join(__all__)}.")
    try:
        with uncollected():
            module = import_module(_HOMES[name])
    except ModuleNotFoundError as error:
        if error.name == "torch" and sys.platform == "emscripten":
            from rnnviz.i18n import t

            raise ImportError(t("browser.no_torch", name=name)) from error
        raise
    value = module if name in _MODULES else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
