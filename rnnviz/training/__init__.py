"""Training: settings, a session that trains step by step, and a runner that plays it."""

from rnnviz.training.failures import NonFiniteLoss
from rnnviz.training.history import History
from rnnviz.training.runner import Runner, RunState
from rnnviz.training.session import Session
from rnnviz.training.settings import LIVE, OPTIMIZERS, STRUCTURAL, Settings
from rnnviz.training.snapshot import Scale, Snapshot

__all__ = [
    "LIVE",
    "OPTIMIZERS",
    "STRUCTURAL",
    "History",
    "NonFiniteLoss",
    "RunState",
    "Runner",
    "Scale",
    "Session",
    "Settings",
    "Snapshot",
]
