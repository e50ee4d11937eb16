"""The lab: controls and pictures around a live run, ours or somebody else's."""

from rnnviz.lab.compare import Comparison, compare
from rnnviz.lab.lab import Lab
from rnnviz.lab.lifetime.playing import pause_all
from rnnviz.lab.watch.watch import Watch, watch

__all__ = ["Comparison", "Lab", "Watch", "compare", "pause_all", "watch"]
