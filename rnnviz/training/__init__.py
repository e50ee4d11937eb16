"""Training: settings, a session that trains step by step, and a runner that plays it."""

from rnnviz.training.edits import symbols_of
from rnnviz.training.failures import NonFiniteLoss
from rnnviz.training.history import History
from rnnviz.training.perturb import Perturbation, perturb
from rnnviz.training.race import Race
from rnnviz.training.racesnapshot import RaceSnapshot
from rnnviz.training.runner import Runner, RunState
from rnnviz.training.session import Session
from rnnviz.training.settings import LIVE, OPTIMIZERS, SCHEDULES, STRUCTURAL, Settings
from rnnviz.training.snapshot import Confusion, Horizon, Scale, Snapshot
from rnnviz.training.tape import Tape
from rnnviz.training.trainable import Trainable

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
