"""Series: forecast numbers over time from a window of them, one step ahead or several at once."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rnnviz.checks import flag, shown, text, whole
from rnnviz.i18n import t
from rnnviz.tasks.base import Batch, Prediction, Task, answered, drawn, forecasts, length
from rnnviz.tasks.halves import Halves, in_time
from rnnviz.tasks.inputpicture import InputPicture
from rnnviz.tasks.paths import Paths
from rnnviz.tasks.series.record import Record, recorded
from rnnviz.tasks.series.simple import Linear, last_value, season_ago
from rnnviz.tasks.series.table import Floats

__all__ = ["Series"]

_MOST = 2048  # held-out windows; where there are more, evenly spaced ones
_LONGEST = 528


def _names(name: str, given: Any) -> list[str]:
    if not isinstance(given, list):
        raise TypeError(f"{name} must be a list of names, got {shown(given)}.")
    return [text(name, one) for one in given]


class Series(Task):
    """Read a window of a record and forecast what comes after it.

    The parts follow each other in time: training, validation, test. A training window lies in the training part with
    all its answers; those of a held-out one are in the test part. What the network reads and answers is standardised
    with mean and deviation of the training part; with ``difference`` it is what changed since so many steps before.

    Parameters
    ----------
    record : Record
        The values and their parts.
    lookback : int
        Timesteps of a window.
    horizon : int
        Steps ahead.
    path : bool
        Answer all steps up to the horizon at once, the *direct* forecast; otherwise the last of them only.
    answers : sequence of str, optional
        Which features are forecast; all unless given.
    difference : int
        0, or at least ``horizon``: forecast the change over so many steps.

    Examples
    --------
    >>> from rnnviz.tasks.series.record import Record
    >>> task = Series(Record.of(np.sin(np.arange(400.0) / 5)), lookback=20, horizon=3)
    >>> task.held_out().inputs.shape, task.output_size
    (torch.Size([58, 20, 1]), 3)
    """

    metric_name = "MAE"
    steps = 1000
    options: ClassVar[Mapping[str, Callable[[str, Any], Any]] | None] = MappingProxyType(
        {
            "record": recorded,
            "lookback": whole(1, 100_000),
            "horizon": whole(1, 10_000),
            "path": flag,
            "answers": _names,
            "difference": whole(0, 10_000),
        }
    )
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({"lr": 5e-3, "batch_size": 64})

    def __init__(
        self,
        record: Record,
        *,
        lookback: int,
        horizon: int = 1,
        path: bool = True,
        answers: Sequence[str] | None = None,
        difference: int = 0,
    ) -> None:
        self.record, self.path = record, bool(path)
        self.name, self.source = record.name, " ".join((record.source, *record.notes)).strip()
        self.horizon, self.difference = whole(1, 10_000)("horizon", horizon), whole(0, 10_000)("difference", difference)
        if 0 < self.difference < self.horizon:
            raise ValueError(
                f"difference must be 0 or at least horizon={self.horizon}, so that what is added back is known, "
                f"got {self.difference}."
            )
        lookback = whole(1)("lookback", lookback)
        record.check_room(lookback, self.horizon, self.difference)
        self._answers = _places(record.names, answers)
        self.answers = tuple(record.names[at] for at in self._answers)
        most = min(_LONGEST, record.trained - self.horizon - self.difference)
        self.seq_lens = (min(lookback, 4), max(lookback, most))
        self.seq_len = length(self, lookback)
        self.input_size = len(record.names)
        # which steps ahead are answered
        self.ahead = tuple(range(1, self.horizon + 1)) if self.path else (self.horizon,)
        self.output_size = len(self.ahead) * len(self._answers)
        self._scale()

    def _scale(self) -> None:
        """Standardise, with numbers of the training part alone: those of all would tell of what is held out."""
        changes, trained = self.changes(), self.record.trained - self.difference
        self._mean, self._deviation = _moments(changes[:trained], self.record.values[: self.record.trained])
        self._scaled = (changes - self._mean) / self._deviation
        if not (np.abs(self._scaled) < 1e30).all():
            raise ValueError("values must not leave the range of the training part by more than 1e30 deviations.")
        self._series = torch.tensor(self._scaled, dtype=torch.float32, device="cpu")
        # tensors, so that they go where the task goes: to make them there would wait for the device at every batch
        self._steps_on = torch.tensor(self.ahead, device="cpu")
        self._columns = torch.tensor(self._answers, device="cpu")
        widths = np.tile(self._deviation[self._answers], len(self.ahead))
        self._widths = torch.tensor(widths, dtype=torch.float32, device="cpu")
        if not len(self.origins()):
            raise ValueError("the test part must have a window whose answers were measured, got none: all are gaps.")

    def changes(self) -> Floats:
        """Return what the network reads before it is standardised, axes (time, feature), ``difference`` rows fewer."""
        values = self.record.values
        return values[self.difference :] - values[: len(values) - self.difference] if self.difference else values

    def _resized(self, seq_len: int) -> Self:
        made = self._again(seq_len)
        made.seq_lens = self.seq_lens
        return made

    def _again(self, lookback: int) -> Self:
        asked: dict[str, Any] = {"horizon": self.horizon, "path": self.path, "difference": self.difference}
        return type(self)(self.record, lookback=lookback, answers=self.answers, **asked)

    def reaching(self, horizon: int) -> "Series":
        """Return the same task with answers to all steps up to another horizon.

        Parameters
        ----------
        horizon : int
            Steps ahead.
        """
        asked: dict[str, Any] = {"horizon": horizon, "difference": self.difference}
        return Series(self.record, lookback=self.seq_len, answers=self.answers, **asked)

    def to_recipe(self) -> dict[str, Any] | None:
        """Return the record and what is asked of it."""
        asked = {"lookback": self.seq_len, "horizon": self.horizon, "path": self.path, "difference": self.difference}
        return {"task": "from_series", "options": {"record": self.record.plain(), "answers": [*self.answers], **asked}}

    @classmethod
    def from_options(cls, **options: Any) -> Self:
        """Return the task of a recipe.

        Parameters
        ----------
        **options : object
            What `to_recipe` wrote.
        """
        missing = [name for name in cls.options or () if name not in options]
        if missing and cls is Series:
            raise ValueError(f"the options of a series must have {', '.join(missing)}.")
        # the built-in ones bring a record of their own
        given: dict[str, Any] = {
            name: Record.from_plain(one) if name == "record" else one for name, one in options.items()
        }
        return cls(**given)

    def origins(self, part: str = "test") -> NDArray[np.int64]:
        """Return the last row of each window whose answers all lie in a part and were measured, in order of time.

        Parameters
        ----------
        part : {"train", "validation", "test"}
            Which one.
        """
        start, end = self.record.parts[part]
        first = max(start - 1, self.seq_len + self.difference - 1)
        origins = np.arange(first, end - self.horizon)
        measured = np.logical_not(self.record.missing[:, self._answers].any(1))
        kept = np.array([measured[origins + step] for step in self.ahead]).all(0)
        return origins if part == "train" else origins[kept]

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw windows that lie in the training part with all their answers."""
        batch_size = drawn(self, batch_size, generator)
        count = self.record.trained - self.difference - self.horizon - self.seq_len + 1
        return self._windows(torch.randint(count, (batch_size,), generator=generator, device=generator.device))

    def held_out(self) -> Batch:
        """Return the windows whose answers lie in the test part, in order of time."""
        return self.windows(self._held_out())

    def halves(self) -> Halves:
        """Return the windows of the test part's earlier half, and those of the later one, which share no answer."""
        return in_time(self._held_out(), self.horizon)

    def windows(self, origins: NDArray[np.int64]) -> Batch:
        """Return the windows that end at some rows of the record.

        Parameters
        ----------
        origins : numpy.ndarray
            Rows of the record, axis (origin,).
        """
        first = torch.from_numpy(origins - self.difference - self.seq_len + 1)
        return self._windows(first.to(self._series.device))

    def _held_out(self) -> NDArray[np.int64]:
        origins = self.origins()
        return origins[:: -(-len(origins) // _MOST)]

    def _windows(self, first: Tensor) -> Batch:
        inputs = self._series.unfold(0, self.seq_len, 1)[first].transpose(1, 2)  # (window, time, feature)
        rows = first[:, None] + self._steps_on + (self.seq_len - 1)
        targets = self._series[rows[..., None], self._columns]  # (window, step, answer)
        return Batch(inputs, targets.flatten(1))

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean squared error, in squared deviations of the training part."""
        answered(self, outputs, targets, numbers=True)
        return functional.mse_loss(outputs, targets)

    def metric(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean absolute error over steps and answers, in the data's own units."""
        answered(self, outputs, targets, numbers=True)
        # steps and answers lie beside each other, so the deviations come round again with each step
        off: Tensor = (outputs - targets).abs() * self._widths
        return off.mean()

    def real(self, outputs: Tensor, origins: NDArray[np.int64]) -> Floats:
        """Return answers in the data's own units, axes (origin, step, answer).

        Parameters
        ----------
        outputs : torch.Tensor
            The model's answers to ``windows(origins)``, axes (origin, output).
        origins : numpy.ndarray
            Rows of the record.
        """
        said = outputs.detach().cpu().double().numpy().reshape(len(origins), len(self.ahead), -1)
        return self._unscaled(said, origins)

    def _unscaled(self, said: Floats, origins: NDArray[np.int64]) -> Floats:
        values = said * self._deviation[self._answers] + self._mean[self._answers]
        if not self.difference:
            return values
        before = origins[:, None] + np.array(self.ahead) - self.difference
        return np.asarray(values + self.record.values[:, self._answers][before], np.float64)

    def truth(self, origins: NDArray[np.int64]) -> Floats:
        """Return what came after some rows, axes (origin, step, answer).

        Parameters
        ----------
        origins : numpy.ndarray
            Rows of the record, axis (origin,).
        """
        return np.asarray(self.record.values[:, self._answers][origins[:, None] + np.array(self.ahead)], np.float64)

    def simple(self, origins: NDArray[np.int64]) -> dict[str, Floats]:
        """Return forecasts without a network by the rule's name, axes (origin, step, answer).

        Parameters
        ----------
        origins : numpy.ndarray
            Rows of the record, axis (origin,).
        """
        values, steps = self.record.values[:, self._answers], np.array(self.ahead) - 1
        rules = {t("task.series.naive"): last_value(values, origins, self.horizon)[:, steps]}
        season = self.record.season
        if season is not None and season <= origins.min() + 1:
            name = t("task.series.seasonal", season=season)
            rules[name] = season_ago(values, origins, self.horizon, season)[:, steps]
        linear = Linear(
            self._scaled, self.seq_len, self.horizon, self.record.trained - self.difference, self._answers
        ).forecast(self._scaled, origins - self.difference)
        rules[t("task.series.linear")] = self._unscaled(linear[:, steps], origins)
        return rules

    def baselines(self) -> dict[str, float]:
        """Return the mean absolute error of forecasts without any network."""
        origins = self._held_out()
        truth = self.truth(origins)
        return {name: float(np.abs(said - truth).mean()) for name, said in self.simple(origins).items()}

    def prediction(self, outputs: Tensor) -> Prediction:
        """Return the forecast of the first answer, at the last step, beside the truth and the naive forecast."""
        forecasts(self, outputs)
        origins = self._held_out()
        said = self.real(outputs, origins)
        said.flags.writeable = False
        paths = Paths(
            self._x, self.record.values[:, self._answers], origins, self.ahead, said, self._naive, self.answers
        )
        truth, forecast, naive = (part[:, -1, 0] for part in (paths.truth, said, self._naive))
        x, titles = self._x[origins + self.horizon], (self.record.x_title, self.answers[0])
        return Prediction(x, truth, forecast, naive, *titles, paths=None if self.output_size == 1 else paths)

    @cached_property
    def _naive(self) -> Floats:
        origins = self._held_out()
        steps = np.array(self.ahead) - 1
        return last_value(self.record.values[:, self._answers], origins, self.horizon)[:, steps]

    @cached_property
    def _x(self) -> Floats:
        return self.record.axis(np.arange(len(self.record.values)))

    def time_labels(self, sample: int) -> tuple[str, ...]:
        """Return the date of each timestep, or the number of its row."""
        return self.record.labels(slice(self._first(sample), self._first(sample) + self.seq_len))

    def input_picture(self, sample: int) -> InputPicture | None:
        """Return the values of a window where there is one feature."""
        words = t("task.series.reads", names=", ".join(self.record.names[:3]))
        if self.input_size > 1 or self.difference:
            return InputPicture(None, words=words)
        first = self._first(sample)
        return InputPicture(self.record.values[first : first + self.seq_len, 0], unit=self.record.names[0], words=words)

    def sample_span(self, sample: int) -> tuple[float, float]:
        """Return where a window's first timestep stands on the prediction's axis, and a timestep's width."""
        first = self._first(sample)
        start, end = self.record.axis(np.array([first, first + self.seq_len - 1]))
        return float(start), float((end - start) / max(1, self.seq_len - 1))

    @property
    def still(self) -> NDArray[np.bool_]:
        """Which features are constant in the training part, axis (feature,)."""
        return _still(
            self.changes()[: self.record.trained - self.difference], self.record.values[: self.record.trained]
        )

    def _first(self, sample: int) -> int:
        return int(self._held_out()[self.probe_index(sample)]) - self.seq_len + 1


def _places(names: tuple[str, ...], answers: Sequence[str] | None) -> NDArray[np.int64]:
    if answers is None:
        return np.arange(len(names))
    for one in answers:
        if one not in names:
            raise ValueError(f"answers must be features of the series ({', '.join(names)}), got {shown(one)}.")
    if not len(answers):
        raise ValueError("answers must name a feature at least, got none.")
    return np.array([names.index(one) for one in answers], np.int64)


def _still(values: Floats, before: Floats) -> NDArray[np.bool_]:
    # of equal steps the rounded differences are not equal to the last digit
    return np.asarray(np.ptp(values, axis=0) <= 1e-12 * np.abs(before).max(0), np.bool_)


def _moments(values: Floats, before: Floats) -> tuple[Floats, Floats]:
    """Return mean and deviation of each feature; a constant one has the deviation 1, which leaves it 0."""
    mean, deviation = values.mean(0), values.std(0)
    still = _still(values, before)
    mean = np.where(still, values[0], mean)
    return mean, np.where(still | (deviation == 0), 1.0, deviation)
