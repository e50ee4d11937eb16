"""Training: settings, a session that trains step by step, and a runner that plays it."""

from rnnviz.training.comparison.comparison import LockstepSessions
from rnnviz.training.comparison.comparison_snapshot import ComparisonSnapshot
from rnnviz.training.failures import NonFiniteLoss
from rnnviz.training.history import History
from rnnviz.training.perturbation.edits import symbols_of
from rnnviz.training.perturbation.perturb import Perturbation, perturb
from rnnviz.training.presets import Preset
from rnnviz.training.runner.runner import Runner, RunState
from rnnviz.training.runner.trainable import Trainable
from rnnviz.training.session.session import Session
from rnnviz.training.settings import LIVE, OPTIMIZERS, SCHEDULES, STRUCTURAL, Settings
from rnnviz.training.snapshots.before import Before
from rnnviz.training.snapshots.light import DeferredSnapshot
from rnnviz.training.snapshots.recording import Recording
from rnnviz.training.snapshots.snapshot import Confusion, Horizon, Mistake, Scale, Snapshot

__all__ = [
    "LIVE",
    "OPTIMIZERS",
    "SCHEDULES",
    "STRUCTURAL",
    "Before",
    "ComparisonSnapshot",
    "Confusion",
    "DeferredSnapshot",
    "History",
    "Horizon",
    "LockstepSessions",
    "Mistake",
    "NonFiniteLoss",
    "Perturbation",
    "Preset",
    "Recording",
    "RunState",
    "Runner",
    "Scale",
    "Session",
    "Settings",
    "Snapshot",
    "Trainable",
    "perturb",
    "symbols_of",
]
