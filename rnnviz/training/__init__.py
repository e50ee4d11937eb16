"""Training: settings, a session that trains step by step, and a runner that plays it."""

from rnnviz.training.comparison.comparison import Race
from rnnviz.training.comparison.comparison_snapshot import RaceSnapshot
from rnnviz.training.failures import NonFiniteLoss
from rnnviz.training.history import History
from rnnviz.training.perturbation.edits import symbols_of
from rnnviz.training.perturbation.perturb import Perturbation, perturb
from rnnviz.training.runner.runner import Runner, RunState
from rnnviz.training.runner.trainable import Trainable
from rnnviz.training.session.session import Session
from rnnviz.training.settings import LIVE, OPTIMIZERS, SCHEDULES, STRUCTURAL, Settings
from rnnviz.training.snapshots.recording import Tape
from rnnviz.training.snapshots.snapshot import Confusion, Horizon, Scale, Snapshot

__all__ = [
    "LIVE",
    "OPTIMIZERS",
    "SCHEDULES",
    "STRUCTURAL",
    "Confusion",
    "History",
    "Horizon",
    "NonFiniteLoss",
    "Perturbation",
    "Race",
    "RaceSnapshot",
    "RunState",
    "Runner",
    "Scale",
    "Session",
    "Settings",
    "Snapshot",
    "Tape",
    "Trainable",
    "perturb",
    "symbols_of",
]
