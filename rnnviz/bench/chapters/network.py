"""One row of what `rnnviz bench chapters` trains: the same network from three seeds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from rnnviz.tasks import Task
from rnnviz.training import Settings

__all__ = ["Network"]

Builder = Callable[[Task, Settings], nn.Module]


@dataclass(frozen=True)
class Network:
    """One row of networks: the same from each seed.

    Parameters
    ----------
    task : str
        The name of a task.
    label : str
        What is special about it.
    settings : mapping
        Settings that are not the task's own.
    steps : int, optional
        How long a run is, where that is not the task's own length.
    model : callable, optional
        From task and settings to a model that is not the task's own.
    made : callable, optional
        Returns the task, where it is not the one of that name as it is.
    more : callable, optional
        From task and model to other scores by name.
    rivals : callable, optional
        From the task to scores of its metric that others reach, by name, beside its own baselines.
    """

    task: str
    label: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    steps: int | None = None
    model: Builder | None = None
    made: Callable[[], Task] | None = None
    more: Callable[[Any, nn.Module], Mapping[str, float]] | None = None
    rivals: Callable[[Any], Mapping[str, float]] | None = None
