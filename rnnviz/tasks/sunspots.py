"""Sunspots: forecast the monthly sunspot number a year ahead, on the record from 1749 to 2009."""

import math
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rnnviz.checks import shown, whole
from rnnviz.i18n import t
from rnnviz.tasks.base import Batch, Prediction, Task, answered, drawn, forecasts, length
from rnnviz.tasks.halves import Halves, in_time
from rnnviz.tasks.inputpicture import InputPicture

__all__ = ["FIRST_YEAR", "Sunspots", "monthly_sunspots"]

FIRST_YEAR = 1749
_SOLAR_CYCLE = 132  # months, 11 years
_TRAINED_SHARE = 0.8
_FILE = "datasets/sunspots/src/sunspots_monthly.dat"


@cache
def monthly_sunspots() -> NDArray[np.float64]:
    """Return the mean sunspot number of each month from January 1749 to June 2009, axis (3126,), read-only.

    Raises
    ------
    ModuleNotFoundError
        If statsmodels, which carries the record, is not installed.

    Examples
    --------
    >>> monthly_sunspots()[:3]
    array([58. , 62.6, 70. ])
    """
    try:
        text = resources.files("statsmodels").joinpath(_FILE).read_text(encoding="latin-1")
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "the sunspot record comes with statsmodels, which is not installed; run: pip install 'rnnviz[chapters]'",
            name="statsmodels",
        ) from None
    # the year, then twelve months; lines without a year in front are the headings
    rows = [line.split()[1:13] for line in text.splitlines() if re.match(r"\d{4}\s", line)]
    months = np.array([float(month) for row in rows for month in row])
    months.flags.writeable = False
    return months


class Sunspots(Task):
    """Read some years of monthly sunspot numbers and forecast the one ``horizon`` months after the last.

    The first 80 % of the months are for training, the rest, from May 1957, for scoring. Inputs and targets are
    standardised with the mean and deviation of the training part; the metric is in sunspot numbers.

    Parameters
    ----------
    seq_len : int
        Months a sequence, 12 to 528.
    horizon : int
        Months ahead, 1 to 132.

    Examples
    --------
    >>> task = Sunspots(seq_len=24)
    >>> task.held_out().inputs.shape
    torch.Size([626, 24, 1])
    >>> {name: round(error, 1) for name, error in task.baselines().items()}
    {'same as now': 28.5, 'same as 11 years before': 32.2, 'linear in the last 11 years': 20.4}
    """

    name = "sunspots"
    input_size = 1
    output_size = 1
    seq_lens = (12, 528)
    metric_name = "MAE"
    steps = 1500
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({"lr": 3e-3, "batch_size": 64, "input_noise": 0.1})
    options: ClassVar[Mapping[str, Any]] = MappingProxyType({"horizon": whole(1)})

    def __init__(self, seq_len: int = 132, horizon: int = 12) -> None:
        if not 1 <= whole(-math.inf)("horizon", horizon) <= _SOLAR_CYCLE:
            raise ValueError(f"horizon must be from 1 to {_SOLAR_CYCLE} months, got {shown(horizon)}.")
        self.source = t("task.sunspots.source")
        self.seq_len = length(self, seq_len)
        self.horizon = int(horizon)
        self._months = monthly_sunspots()
        self._split = int(_TRAINED_SHARE * len(self._months))
        # mean and deviation of the training part alone: those of all would tell of what is held out
        trained = self._months[: self._split]
        self._mean, self._deviation = float(trained.mean()), float(trained.std())
        series = (self._months - self._mean) / self._deviation
        self._series = torch.tensor(series, dtype=torch.float32, device="cpu")

    def _resized(self, seq_len: int) -> Self:
        return type(self)(seq_len, self.horizon)

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw windows whose target lies in the training part: inputs (batch, time, 1), targets (batch, 1)."""
        batch_size = drawn(self, batch_size, generator)
        windows = self._split - self.horizon - self.seq_len + 1
        return self._windows(torch.randint(windows, (batch_size,), generator=generator, device=generator.device))

    def held_out(self) -> Batch:
        """Return the windows whose target lies after the training part, in order of time."""
        first = self._split - self.horizon - self.seq_len + 1
        return self._windows(torch.arange(first, first + len(self._truth()), device=self._series.device))

    def halves(self) -> Halves:
        """Return the windows of the earlier held-out months, and those of the later ones."""
        return in_time(np.arange(len(self._truth())), horizon=1)

    def _windows(self, first: Tensor) -> Batch:
        inputs = self._series.unfold(0, self.seq_len, 1)[first]
        return Batch(inputs[..., None], self._series[first + self.seq_len + self.horizon - 1][:, None])

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean squared error, in squared deviations of the training part."""
        answered(self, outputs, targets, numbers=True)
        return functional.mse_loss(outputs, targets)

    def metric(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean absolute error, in sunspot numbers."""
        answered(self, outputs, targets, numbers=True)
        return (outputs - targets).abs().mean() * self._deviation

    def _truth(self) -> NDArray[np.float64]:
        return self._months[self._split :]

    def _naive(self, months: int) -> NDArray[np.float64]:
        return self._months[self._split - months : len(self._months) - months]

    def _linear(self) -> NDArray[np.float64]:
        """Forecast by least squares from the last 132 months and a constant, fitted to the training part."""
        # a view: 2,000 windows of 132 months take no memory of their own
        past = np.lib.stride_tricks.sliding_window_view(self._months[: -self.horizon], _SOLAR_CYCLE)
        past = np.column_stack([past, np.ones(len(past))])
        later = self._months[_SOLAR_CYCLE - 1 + self.horizon :]
        trained = len(past) - len(self._truth())
        weights = np.linalg.lstsq(past[:trained], later[:trained], rcond=None)[0]
        forecast: NDArray[np.float64] = past[trained:] @ weights
        return forecast

    def baselines(self) -> dict[str, float]:
        """Return the mean absolute error of three forecasts without any network."""
        forecasts = {
            t("task.sunspots.naive"): self._naive(self.horizon),
            t("task.sunspots.seasonal"): self._naive(_SOLAR_CYCLE),
            t("task.sunspots.linear"): self._linear(),
        }
        return {name: float(np.abs(forecast - self._truth()).mean()) for name, forecast in forecasts.items()}

    def prediction(self, outputs: Tensor) -> Prediction:
        """Return the forecast of every held-out month beside the truth and the naive forecast, in sunspot numbers."""
        forecasts(self, outputs)
        forecast = outputs[:, 0].cpu().double().numpy() * self._deviation + self._mean
        months = np.arange(self._split, len(self._months))
        x_title, y_title = t("task.sunspots.x"), t("task.sunspots.y")
        return Prediction(_year(months), self._truth(), forecast, self._naive(self.horizon), x_title, y_title)

    def time_labels(self, sample: int) -> tuple[str, ...]:
        """Return the months of a sequence, such as ``"1989-04"``."""
        first = self._first_month(sample)
        return tuple(f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02}" for month in range(first, first + self.seq_len))

    def input_picture(self, sample: int) -> InputPicture:
        """Return the sunspot numbers of a sequence's months."""
        first = self._first_month(sample)
        return InputPicture(
            self._months[first : first + self.seq_len],
            unit=t("task.sunspots.unit"),
            digits=0,
            words=t("task.sunspots.reads"),
        )

    def sample_span(self, sample: int) -> tuple[float, float]:
        """Return the decimal year of a sequence's first month, and a month's part of a year."""
        return float(_year(np.array(self._first_month(sample)))), 1 / 12

    def _first_month(self, sample: int) -> int:
        return self._split - self.horizon - self.seq_len + 1 + self.probe_index(sample)


def _year(months: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    return FIRST_YEAR + months / 12
