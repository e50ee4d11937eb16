"""Tasks: named data sets with batches, a loss, a metric, baselines and labels for the time axis."""

import math
from collections.abc import Callable

from rnnviz import limits
from rnnviz.checks import optional, shown, whole
from rnnviz.tasks.adding import Adding
from rnnviz.tasks.base import Batch, Prediction, Task
from rnnviz.tasks.inputpicture import InputPicture
from rnnviz.tasks.python_tokens import PythonTokens
from rnnviz.tasks.series import Series, co2, from_series, weather
from rnnviz.tasks.sunspots import Sunspots
from rnnviz.tasks.temporal_order import TemporalOrder
from rnnviz.tasks.texts.owntexts import from_texts
from rnnviz.tasks.texts.reviews import Reviews
from rnnviz.tasks.texts.surnames import Surnames
from rnnviz.tasks.texts.texts import Texts

__all__ = [
    "FETCHED",
    "KNOWN",
    "Adding",
    "Batch",
    "InputPicture",
    "Prediction",
    "PythonTokens",
    "Reviews",
    "Series",
    "Sunspots",
    "Surnames",
    "Task",
    "TemporalOrder",
    "Texts",
    "co2",
    "from_series",
    "from_texts",
    "make",
    "weather",
]

# a line a task: how it is made, from the seed that decides what a task makes up
_MAKERS: dict[str, Callable[[int], Task]] = {
    "sunspots": lambda _seed: Sunspots(),
    "adding": lambda seed: Adding(seed=seed),
    "temporal-order": lambda seed: TemporalOrder(seed=seed),
    "python-tokens": lambda _seed: PythonTokens(),
    "co2": lambda _seed: co2(),
    "weather": lambda _seed: weather(),
    "surnames": lambda _seed: Surnames(),
}
_ARCHIVED: dict[str, Callable[[int], Task]] = {  # their data are fetched first, with `rnnviz data get`
    "reviews": lambda _seed: Reviews(),
}
KNOWN, FETCHED = tuple(_MAKERS), tuple(_ARCHIVED)


def make(name: str, *, seq_len: int | None = None, seed: int = 0) -> Task:
    """Return the task called ``name``.

    Parameters
    ----------
    name : str
        One of `KNOWN`, or of `FETCHED` once its data are there; ``"temporal_order"`` is ``"temporal-order"`` too.
    seq_len : int, optional
        Timesteps a sequence; the task's own unless given.
    seed : int
        Decides the held-out sequences of a task that makes its data up.

    Raises
    ------
    ValueError
        If there is no such task, or it cannot give sequences of that length.
    ModuleNotFoundError, FileNotFoundError
        If the task's data come with a package that is not installed, or have not been fetched yet.

    Examples
    --------
    >>> make("adding", seq_len=20).held_out().inputs.shape
    torch.Size([512, 20, 2])
    """
    asked, name = name, name.strip().lower().replace("_", "-") if isinstance(name, str) else ""
    makers = _MAKERS | _ARCHIVED
    if name not in makers:
        raise ValueError(f"unknown task {shown(asked)}; the tasks are {', '.join(makers)}.")
    seq_len = optional(whole(-math.inf))("seq_len", seq_len)
    task = makers[name](limits.seed("seed", seed))
    return task if seq_len is None else task.with_seq_len(seq_len)
