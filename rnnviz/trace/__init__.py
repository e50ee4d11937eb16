"""What any torch recurrent layer did on a batch: states, gates, and the exact gradient through time.

The package can be called like the function it is named after, so that ``rnnviz.trace(model, x)`` works whether
``rnnviz.trace`` was reached as a name of ``rnnviz`` or imported as a module.
"""

import sys
from types import ModuleType
from typing import Any

from rnnviz.trace.attribution.saliency import Saliency, saliency
from rnnviz.trace.fixedpoints.points import FixedPoints
from rnnviz.trace.fixedpoints.search import fixed_points
from rnnviz.trace.modules.custom import register_cell
from rnnviz.trace.result import layertrace
from rnnviz.trace.result.layertrace import LayerTrace, Saturation
from rnnviz.trace.result.trace import Trace
from rnnviz.trace.tracing import trace

__all__ = [
    "FixedPoints",
    "LayerTrace",
    "Saliency",
    "Saturation",
    "Trace",
    "fixed_points",
    "register_cell",
    "saliency",
    "trace",
]


class _CallableModule(ModuleType):
    """A module that forwards a call to its function of the same name."""

    def __call__(self, *args: Any, **keywords: Any) -> Trace:
        """Call `rnnviz.trace.trace`, whose parameters and result are described there."""
        return trace(*args, **keywords)


sys.modules[__name__].__class__ = _CallableModule
sys.modules[f"{__name__}.layer"] = layertrace  # where a trace that was pickled earlier looks for `LayerTrace`
