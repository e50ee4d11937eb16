"""Tasks: named data sets with batches, a loss, a metric, baselines and labels for the time axis."""

import math

from rnnviz import limits
from rnnviz.checks import optional, shown, whole
from rnnviz.tasks.adding import Adding
from rnnviz.tasks.base import Batch, Prediction, Task
from rnnviz.tasks.inputpicture import InputPicture
from rnnviz.tasks.paths import Paths
from rnnviz.tasks.python_tokens import PythonTokens
from rnnviz.tasks.series import Interval, Record, Rolling, Series, co2, from_series, rolling_origins, weather
from rnnviz.tasks.sunspots import Sunspots
from rnnviz.tasks.temporal_order import TemporalOrder

__all__ = [
    "KNOWN",
    "Adding",
    "Batch",
    "InputPicture",
    "Interval",
    "Paths",
    "Prediction",
    "PythonTokens",
    "Record",
    "Rolling",
    "Series",
    "Sunspots",
    "Task",
    "TemporalOrder",
    "co2",
    "from_series",
    "make",
    "rolling_origins",
    "weather",
]

KNOWN = ("sunspots", "adding", "temporal-order", "python-tokens", "co2", "weather")


def make(name: str, *, seq_len: int | None = None, seed: int = 0) -> Task:
    """Return the task called ``name``.

    Parameters
    ----------
    name : str
        One of `KNOWN`; ``"temporal_order"`` is ``"temporal-order"`` too.
    seq_len : int, optional
        Timesteps a sequence; the task's own unless given.
    seed : int
        Decides the held-out sequences of a task that makes its data up.

    Raises
    ------
    ValueError
        If there is no such task, or it cannot give sequences of that length.
    ModuleNotFoundError
        If the task's data come with a package that is not installed.

    Examples
    --------
    >>> make("adding", seq_len=20).held_out().inputs.shape
    torch.Size([512, 20, 2])
    """
    asked, name = name, name.strip().lower().replace("_", "-") if isinstance(name, str) else ""
    if name not in KNOWN:
        raise ValueError(f"unknown task {shown(asked)}; the tasks are {', '.join(KNOWN)}.")
    seq_len = optional(whole(-math.inf))("seq_len", seq_len)
    seed = limits.seed("seed", seed)
    task: Task
    if name == "sunspots":
        task = Sunspots()
    elif name == "adding":
        task = Adding(seed=seed)
    elif name == "temporal-order":
        task = TemporalOrder(seed=seed)
    elif name in ("co2", "weather"):
        task = co2() if name == "co2" else weather()
    else:
        task = PythonTokens()
    return task if seq_len is None else task.with_seq_len(seq_len)
