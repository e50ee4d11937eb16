"""Training: settings, a session that trains step by step, and a runner that plays it."""

from rnnviz.training.failures import NonFiniteLoss
from rnnviz.training.history import History
from rnnviz.training.race import Race
from rnnviz.training.racesnapshot import RaceSnapshot
from rnnviz.training.runner import Runner, RunState
from rnnviz.training.session import Session
from rnnviz.training.settings import LIVE, OPTIMIZERS, SCHEDULES, STRUCTURAL, Settings
from rnnviz.training.snapshot import Horizon, Scale, Snapshot
from rnnviz.training.tape import Tape
from rnnviz.training.trainable import Trainable

__all__ = [
    "LIVE",
    "OPTIMIZERS",
    "SCHEDULES",
    "STRUCTURAL",
    "History",
    "Horizon",
    "NonFiniteLoss",
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
]
