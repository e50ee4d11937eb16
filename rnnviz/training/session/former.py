"""FormerRun: the run that a new model has put aside, whole, so that a session can go back to it."""

from dataclasses import dataclass

from torch import Tensor

from rnnviz.training.session.run import TrainingRun
from rnnviz.training.snapshots.before import Before

__all__ = ["FormerRun"]


@dataclass(frozen=True, eq=False)
class FormerRun:
    """Its model, optimiser, batches and curves as they were, none of them a copy: nobody trains it meanwhile.

    Parameters
    ----------
    training_run : TrainingRun
        All of it.
    number : int
        What `Session.run` was.
    before : Before or None
        What its pictures were compared with.
    drawn : list of torch.Tensor
        Where the process's generators stood, for a model that draws from them.
    """

    training_run: TrainingRun
    number: int
    before: Before | None
    drawn: list[Tensor]
