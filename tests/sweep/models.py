"""Models that end the process that builds them, in a module that workers can import."""

import os
import signal
from pathlib import Path
from typing import Any

from torch import nn

from rnnviz.models import SequenceModel


def mortal(task: Any, settings: Any, *, doomed: int, grave: str, once: bool = True) -> nn.Module:
    """A worker that is to train with the seed ``doomed`` is killed, and where it is ``once`` no later one."""
    if settings.seed == doomed and not (once and Path(grave).exists()):
        Path(grave).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return SequenceModel(settings.cell, task.input_size, settings.hidden_size, task.output_size)


def interrupted(task: Any, settings: Any) -> nn.Module:
    """Somebody presses Ctrl-C while the trial with the seed 2 begins."""
    if settings.seed == 2:
        signal.raise_signal(signal.SIGINT)
    return SequenceModel(settings.cell, task.input_size, settings.hidden_size, task.output_size)
