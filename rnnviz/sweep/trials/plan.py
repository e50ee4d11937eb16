"""Plan: what a sweep is to do, checked: what is varied, what is the same for all, and which trial comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnnviz import tasks
from rnnviz.checks import listed
from rnnviz.sweep.trials.proposals import proposed, require_optuna
from rnnviz.sweep.trials.pruning import NO_BAR, bars, rungs
from rnnviz.sweep.trials.rows import Row
from rnnviz.sweep.trials.space import DROPOUT, Space, checked
from rnnviz.sweep.trials.trial import Job, takes
from rnnviz.tasks import Task
from rnnviz.training import Session
from rnnviz.training.session.building import builder_of, complete
from rnnviz.training.settings import only_settings

__all__ = ["Plan"]


@dataclass(frozen=True)
class Plan:
    """A sweep before it begins.

    Parameters
    ----------
    space : Space
        What is varied.
    task : Task
        What is learned.
    name : Task or str
        What a worker is told of it.
    fixed : mapping
        Settings of every trial.
    steps : int
        How long each trains.
    sampler, prune, seed, model, device
        As for `sweep`.
    """

    space: Space
    task: Task
    name: Task | str
    fixed: Mapping[str, Any]
    steps: int
    sampler: str
    prune: bool
    seed: int
    model: Any
    device: str

    @classmethod
    def of(cls, space: Space, task: Task | str, fixed: Mapping[str, Any], *, steps: int | None, **more: Any) -> "Plan":
        """Return the plan, or say in a sentence what cannot be."""
        model = more["model"]
        builder_of(model)  # for its sentence
        beside = {name for name in fixed if takes(model, name)} | {DROPOUT}
        only_settings(name for name in fixed if name not in beside)
        fixed = {name: checked(name, one) for name, one in fixed.items()}
        if both := [name for name in fixed if name in space.ranges]:
            raise ValueError(
                f"space varies {listed(both)}, so it cannot be the same for every trial too; leave one out."
            )
        if more["sampler"] == "grid":
            if space.combinations is None:
                raise ValueError("sampler 'grid' needs a list of choices for every setting in space, got a range.")
        else:
            require_optuna()
        length = {"seq_len": fixed["seq_len"]} if "seq_len" in fixed else {}
        # a session before the first trial: what no trial could do is an error of the call
        about = {"device": more["device"], "probe_size": 1, "planned": steps, **length}
        made = (
            Session(task, **about).task
            if model is None
            else complete(tasks.make(task) if isinstance(task, str) else task)
        )
        return cls(space, made, task, fixed, made.steps if steps is None else steps, **more)

    @property
    def higher_is_better(self) -> bool:
        """Whether a larger score is a better one."""
        return self.task.higher_is_better

    def job(self, number: int, finished: Sequence[Row], running: Sequence[Job], *, near: bool) -> Job:
        """Return what the trial of a number has to do, from what is known when it is handed in.

        Parameters
        ----------
        number : int
            Of the trial.
        finished : sequence of Row
            In order.
        running : sequence of Job
            Under way.
        near : bool
            Whether it is trained in this process, which has the task already.
        """
        at = rungs(self.steps)
        known = [job.varied for job in running]
        varied = proposed(self.space, self.sampler, self.seed, number, finished, known, self.higher_is_better)
        limits = bars(finished, at, self.higher_is_better) if self.prune else (NO_BAR,) * len(at)
        return Job(
            number,
            self.task if near else self.name,
            varied,
            self.fixed,
            self.steps,
            at,
            limits,
            self.higher_is_better,
            self.model,
            self.device,
        )
