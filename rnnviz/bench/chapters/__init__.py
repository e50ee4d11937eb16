"""`rnnviz bench chapters`: what the networks of the chapters reach, three seeds, beside the baselines."""

from rnnviz.bench.chapters.network import Network
from rnnviz.bench.chapters.reached import CHAPTERS, tables

__all__ = ["CHAPTERS", "Network", "tables"]
