"""Sweeps: many trials of a task with varied settings, proposed, pruned and compared.

The package can be called like the function it is named after, as `rnnviz.trace` can.
"""

import sys
from types import ModuleType
from typing import Any

from rnnviz.sweep.results import Sweep
from rnnviz.sweep.sweeping import sweep

__all__ = ["Sweep", "sweep"]


class _CallableModule(ModuleType):
    """A module that forwards a call to its function of the same name."""

    def __call__(self, *args: Any, **keywords: Any) -> Sweep:
        """Call `rnnviz.sweep.sweep`, whose parameters and result are described there."""
        return sweep(*args, **keywords)


sys.modules[__name__].__class__ = _CallableModule
