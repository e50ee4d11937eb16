"""Rolling origins: a trained model's forecasts from many moments, several steps ahead, beside simple rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rnnviz.checks import brief, kind_of, number, one_of, optional, shown, whole
from rnnviz.i18n import t
from rnnviz.tasks.series.series import Series
from rnnviz.tasks.series.table import Floats

__all__ = ["Interval", "Rolling", "rolling_origins"]

_CHUNK = 512  # windows answered at once


@dataclass(frozen=True, eq=False)
class Interval:
    """A band around forecasts, and how often the truth lay in it.

    Parameters
    ----------
    low, high : numpy.ndarray
        Its edges in the data's own units, axes (origin, step, answer).
    level : float
        The share of the truth that it was made for.
    coverage : numpy.ndarray
        The share of the truth that it held, axis (step,).

    Examples
    --------
    >>> Interval(np.zeros((1, 1, 1)), np.ones((1, 1, 1)), level=0.8, coverage=np.array([0.75])).coverage
    array([0.75])
    """

    low: Floats
    high: Floats
    level: float
    coverage: Floats

    __repr__ = brief


@dataclass(frozen=True, eq=False)
class Rolling:
    """Forecasts from many origins, and what came.

    Parameters
    ----------
    origins : numpy.ndarray
        The last row that each forecast knew, axis (origin,).
    ahead : tuple of int
        Which steps ahead are forecast, axis (step,).
    truth : numpy.ndarray
        In the data's own units, axes (origin, step, answer).
    forecasts : mapping of str to numpy.ndarray
        ``"network"``, the first, and each simple rule by its name; the axes are those of ``truth``.

    Examples
    --------
    >>> truth = np.array([[[2.0], [4.0]]])
    >>> made = Rolling(np.array([0]), (1, 2), truth, {"network": truth - 0.5, "same as now": truth - [[[1.0], [3.0]]]})
    >>> made.mae(), made.skill()
    (array([0.5, 0.5]), array([0.5       , 0.83333333]))
    """

    origins: NDArray[np.int64]
    ahead: tuple[int, ...]
    truth: Floats
    forecasts: Mapping[str, Floats]

    __repr__ = brief

    @property
    def network(self) -> Floats:
        """The network's forecasts, axes (origin, step, answer)."""
        return next(iter(self.forecasts.values()))

    def mae(self, name: str | None = None) -> Floats:
        """Return the mean absolute error at each step over origins and answers, axis (step,).

        Parameters
        ----------
        name : str, optional
            Whose; the network's unless given.
        """
        return self._mae("name", next(iter(self.forecasts)) if name is None else name)

    def skill(self, name: str | None = None, against: str | None = None) -> Floats:
        """Return 1 − MAE ÷ MAE of another at each step: 1 is perfect, 0 no better, below 0 worse; axis (step,).

        Parameters
        ----------
        name : str, optional
            Whose; the network's unless given.
        against : str, optional
            The one to beat, the value at the origin unless given. Where that is never wrong, the skill is NaN.
        """
        other = self._mae("against", t("task.series.naive") if against is None else against)
        return np.asarray(1 - self.mae(name) / np.where(other > 0, other, np.nan), np.float64)

    def _mae(self, argument: str, name: str) -> Floats:
        forecast = self.forecasts[one_of(self.forecasts)(argument, name)]
        return np.asarray(np.abs(forecast - self.truth).mean((0, 2)), np.float64)

    def interval(self, earlier: "Rolling", level: float = 0.8) -> Interval:
        """Return bands around the network's forecasts, as wide as its errors were from other origins.

        The edges are the forecast plus the quantiles (1 ∓ ``level``) / 2 of truth − forecast from ``earlier``, for each
        step and answer. Nothing is assumed of the errors, but that they stay what they were.

        Parameters
        ----------
        earlier : Rolling
            The same model's, from origins whose errors it was not trained on: those of the validation part.
        level : float
            The share of the truth that the band is to hold, above 0 and below 1.

        Raises
        ------
        TypeError, ValueError
            If ``earlier`` is none of these, has other steps, or an origin of this.
        """
        level = number(0, 1, open_end=True)("level", level)
        if level == 1:
            raise ValueError("level must be below 1: no band holds everything, got 1.")
        if not isinstance(earlier, Rolling):
            raise TypeError(f"earlier must be a Rolling, such as rolling_origins gives, got {shown(earlier)}.")
        if earlier.ahead != self.ahead or earlier.truth.shape[2] != self.truth.shape[2]:
            raise ValueError(f"earlier must have the steps {self.ahead}, got {shown(earlier.ahead)}.")
        if len(np.intersect1d(earlier.origins, self.origins)):
            raise ValueError("earlier must have other origins: a band is not measured on what it was made of.")
        errors = earlier.truth - earlier.network
        low, high = (self.network + np.quantile(errors, (1 + side * level) / 2, axis=0) for side in (-1, 1))
        held = (low <= self.truth) & (self.truth <= high)
        return Interval(low, high, level, held.mean((0, 2)))


def rolling_origins(task: Series, model: nn.Module, *, steps: int | None = None, part: str = "test") -> Rolling:
    """Forecast from every origin of a part, and from none that would answer outside it.

    A model that answers one step ahead forecasts several by reading its own answers, the *recursive* forecast; one that
    was trained for several steps gives them at once, the *direct* forecast.

    Parameters
    ----------
    task : Series
        What the model was trained on.
    model : torch.nn.Module
        Answers ``task.windows(origins).inputs``. It is asked in eval mode, and left in the mode that it is in.
    steps : int, optional
        How many steps ahead; those of the task unless given. More than these only where the task asks for one step, of
        every feature that is read.
    part : {"test", "validation", "train"}
        Where the answers lie.

    Raises
    ------
    TypeError, ValueError
        If the task is none of these, or cannot be forecast so far, or no origin is left.

    Examples
    --------
    >>> class Last(nn.Module):
    ...     def forward(self, inputs):
    ...         return inputs[:, -1]
    >>> from rnnviz.tasks.series.own import from_series
    >>> made = rolling_origins(from_series(np.arange(100.0), lookback=5), Last(), steps=3)
    >>> made.mae().round(3), made.skill().round(3)
    (array([1., 2., 3.]), array([0., 0., 0.]))
    """
    if not isinstance(task, Series):
        raise TypeError(f"task must be a Series, such as rv.tasks.from_series gives, got {kind_of(task)}.")
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {kind_of(model)}.")
    one_of(task.record.parts)("part", part)
    steps = optional(whole(1, 10_000))("steps", steps) or task.horizon
    again = steps != task.horizon
    if again and not (task.ahead == (1,) and task.answers == task.record.names):
        raise ValueError(
            f"steps must be {task.horizon}, as the task has, got {steps}; only a task with horizon=1 that answers "
            "every feature it reads can be asked on and on."
        )
    asked = task.reaching(steps) if again else task
    origins = asked.origins(part)
    if not len(origins):
        raise ValueError(f"the part {part!r} has no origin with {steps} measured steps behind it; take fewer steps.")
    network = asked.real(_said(model, task, origins, steps if again else 1), origins)
    found = {t("task.series.network"): network, **asked.simple(origins)}
    return Rolling(origins, asked.ahead, asked.truth(origins), MappingProxyType(found))


def _said(model: nn.Module, task: Series, origins: NDArray[np.int64], times: int) -> Tensor:
    """Ask a model so many times on, each time with its own answer as the newest row."""
    like = next(model.parameters(), torch.empty(0))
    modes = {module: module.training for module in model.modules()}
    said = []
    try:
        model.eval()
        with torch.no_grad():
            for start in range(0, len(origins), _CHUNK):
                window, answers = task.windows(origins[start : start + _CHUNK]).inputs.to(like.device), []
                for _ in range(times):
                    answers.append(model(window))
                    if times > 1:
                        window = torch.cat([window[:, 1:], answers[-1][:, None]], 1)
                said.append(torch.cat(answers, 1).cpu())
    finally:
        for module, mode in modes.items():
            module.training = mode
    return torch.cat(said)
