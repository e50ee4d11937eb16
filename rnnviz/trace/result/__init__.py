"""What a trace hands back: frozen arrays, their checks, their file."""

from rnnviz.trace.result.trace import Trace

__all__ = ["Trace"]
