"""`sweep`: many trials of a task with settings that are varied, one after another or on any executor."""

import contextlib
import sys
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

from rnnviz import limits
from rnnviz.checks import flag, one_of, optional, whole
from rnnviz.generators import kept
from rnnviz.sweep.results import Sweep
from rnnviz.sweep.shown.progress import Line, Progress
from rnnviz.sweep.trials.plan import Plan
from rnnviz.sweep.trials.proposals import SAMPLERS
from rnnviz.sweep.trials.space import Space
from rnnviz.sweep.trials.trial import takes
from rnnviz.sweep.workers.execution import carried_out, in_order
from rnnviz.sweep.workers.running import Running, checked_executor
from rnnviz.sweep.workers.store import Store
from rnnviz.tasks import Task

__all__ = ["sweep"]

_MOST = 10_000  # trials
_RETRIES = 20


def sweep(
    space: Mapping[str, Any],
    *,
    task: str | Task,
    trials: int,
    executor: Executor | None = None,
    store: Any = None,
    steps: int | None = None,
    sampler: str = "tpe",
    prune: bool = True,
    workers: int | None = None,
    retries: int = 2,
    model: Any = None,
    device: str = "auto",
    seed: int = 0,
    **settings: Any,
) -> Sweep:
    """Train a task with many settings, and return what came of each.

    The held-out part of the task is split in two halves (`rnnviz.tasks.Task.halves`). The first, for validation,
    decides: by its score trials are proposed, pruned, and the best one is found. The second is for the test: only a
    trial that has trained to its end is asked it, and nothing goes by what it says. So the test score of the best
    trial is not flattered by the choice; its validation score is.

    Every trial is trained as a `rnnviz.Lab` with its settings would be, bit for bit. One after another, or with an
    executor of one worker, the same call gives the same trials; of several workers the order in which they finish
    decides what is proposed next. No default of the process is changed.

    Parameters
    ----------
    space : mapping
        What each varied setting may be, by name: ``("log", low, high)`` for numbers whose every decade is as likely,
        ``("linear", low, high)``, ``("int", low, high)`` and ``("log int", low, high)`` for whole numbers, both ends
        among them, or a list of choices. Beside settings that is ``"dropout"``, of the states that go from layer to
        layer and into the head, and whatever a function given as ``model`` takes beside task and settings.
    task : str or Task
        What is learned, as for `rnnviz.Lab`.
    trials : int
        How many in all, those in the store among them.
    executor : concurrent.futures.Executor, optional
        Who trains: a pool of threads or processes, or ``client.get_executor()`` of ``dask.distributed``. A trial whose
        worker died is handed in again. By default this process, one trial after another.
    store : path, optional
        A folder, made where there is none, in which every trial is written down when it has finished. Called again with
        the same store, space, task and settings, a sweep goes on where it stopped.
    steps : int, optional
        How long each trial trains; the task suggests one.
    sampler : {"tpe", "random", "grid"}
        Who proposes: Optuna's tree-structured Parzen estimator (Bergstra et al. 2011), which learns from the trials
        before; chance; or all combinations in turn, where every setting has choices.
    prune : bool
        Whether a trial is given up at one of eight steps on its way at which its best score so far is worse than the
        median of those of the others by then.
    workers : int, optional
        Trials under way at a time; as many as the executor has workers.
    retries : int
        How often a trial whose worker died is handed in again.
    model, device
        As for `rnnviz.Lab`; for processes a model must be a function that can be pickled.
    seed : int
        Decides the proposals, and as a setting the first weights and batches of every trial, unless it is varied.
    **settings : object
        Any setting of `rnnviz.training.Settings`, the same for every trial.

    Returns
    -------
    Sweep
        Its ``trials`` is a table, its ``best`` the settings of the best, its ``figure()`` a picture. An interrupt ends
        the sweep with the trials that have finished.

    Raises
    ------
    TypeError, ValueError
        For a setting, range or value that does not exist; the sentence names it. What goes wrong in a trial is told in
        its row.
    ModuleNotFoundError
        If Optuna is not installed.

    Examples
    --------
    >>> found = sweep({"lr": ("log", 1e-4, 1e-1)}, task="adding", trials=3, steps=5, hidden_size=4, seq_len=10)
    >>> found
    Sweep(task='adding', trials=3, done=3, pruned=0, failed=0)
    >>> sorted(found.best)
    ['hidden_size', 'lr', 'seed', 'seq_len']
    """
    varied = Space.of(space, [name for name in space if takes(model, name)] if isinstance(space, Mapping) else ())
    whole(1, _MOST)("trials", trials)
    retries, prune = whole(0, _RETRIES)("retries", retries), flag("prune", prune)
    running = Running(checked_executor(executor), retries, optional(whole(1, _MOST))("workers", workers))
    plan = Plan.of(
        varied,
        task,
        {**settings, **({} if "seed" in varied.ranges else {"seed": limits.seed("seed", seed)})},
        steps=optional(limits.steps)("steps", steps),
        sampler=one_of(SAMPLERS)("sampler", sampler),
        prune=prune,
        seed=limits.seed("seed", seed),
        model=model,
        device=device,
    )
    return _found(plan, int(trials), running, store)


def _found(plan: Plan, wanted: int, running: Running, path: Any) -> Sweep:
    store = None if path is None else Store(path, plan)
    known = {} if store is None else store.rows()
    found, progress = Sweep(plan, wanted, known), _progress(plan, wanted)
    # the generators of the process, which models that drop states draw from, end as they began
    with kept(["cpu"]), contextlib.ExitStack() as until_it_ends:
        if store is not None:
            until_it_ends.callback(store.close)
        until_it_ends.callback(lambda: progress.end(in_order(known)))
        try:
            for row in carried_out(plan, known, wanted, running, progress.follow):
                if store is not None:
                    store.keep(row)
                known[row.number] = row
        except KeyboardInterrupt:
            found.interrupted = True
    return found


def _progress(plan: Plan, wanted: int) -> Progress:
    ipython = sys.modules.get("IPython")  # where nobody has imported it, there is no notebook
    if ipython is None or ipython.get_ipython() is None:
        return Line(plan, wanted)
    from rnnviz.lab.lifetime.rerun import running_cell  # widgets are loaded where there is a page for them

    cell = running_cell()
    if cell is None:
        return Line(plan, wanted)
    from rnnviz.sweep.shown.page import Page

    return Page(plan, wanted, attended=cell.attended)
