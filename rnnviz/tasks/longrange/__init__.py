"""Tasks whose answers lie far behind: copying symbols after a long pause, and digits read pixel by pixel."""

from rnnviz.tasks.longrange.copymemory import CopyMemory
from rnnviz.tasks.longrange.digits import Digits

__all__ = ["CopyMemory", "Digits"]
