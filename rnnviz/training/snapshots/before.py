"""Before: what a run looked like just before a setting was changed, for pictures that show cause and effect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.i18n import t
from rnnviz.i18n.numbers import figure
from rnnviz.trace.result.arrays import read_only
from rnnviz.training.settings import Settings
from rnnviz.training.snapshots.measured import measured

__all__ = ["Before", "changed_between", "value_words"]

Floats = NDArray[np.floating[Any]]

_MENUS = ("schedule", "optimizer", "cell", "init", "nonlinearity")
_NAMED = 2  # settings that the words name; a preset may change more


@dataclass(frozen=True, eq=False)
class Before:
    """What a run looked like when the last change of its settings took effect; it stays until the next one.

    Arrays have the shapes of that moment: after a structural change they may differ from those of the present run.

    Parameters
    ----------
    name : str
        The setting that was changed; the first of several.
    was : float, int, bool, str or None
        What it was; of a forget bias or a spectral radius that nobody had set, what the weights said.
    words : str
        What to write at a line of before, such as ``"before: forget bias 0"``.
    changed : mapping
        All settings that were changed together, with what they were.
    at : int
        The finished steps of the present run when the change took effect: 0 where it began a new one.
    gradient : numpy.ndarray or None
        Norm of the total dL/dh_t over batch and unit, axes (layer, direction, time).
    loss, step : numpy.ndarray or None
        The loss curve of the run that a structural change has ended; None where the curve goes on.
    forecast : numpy.ndarray or None
        The forecast of the held-out part, on the x axis of the prediction.
    gates : mapping of str to numpy.ndarray
        The mean of each gate over the probe's sequences, timesteps and units, axes (layer, direction).
    """

    name: str
    was: Any
    words: str
    changed: Mapping[str, Any]
    at: int
    gradient: Floats | None = None
    loss: Floats | None = None
    step: Floats | None = None
    forecast: Floats | None = None
    gates: Mapping[str, Floats] = field(default_factory=dict)

    @classmethod
    def of(cls, look: Any, settings: Settings, changed: Iterable[str], at: int, *, ended: bool) -> "Before":
        """Return what is to be kept of a moment.

        Parameters
        ----------
        look : Snapshot
            The moment.
        settings : Settings
            Those that were in force.
        changed : iterable of str
            The settings that change.
        at : int
            See the class.
        ended : bool
            Whether the run of that moment ends with the change.
        """
        was = {name: getattr(settings, name) for name in changed}
        # never set, they were what they were all the same
        was |= {name: found for name, one in was.items() if one is None and (found := measured(look, name)) is not None}
        first = next(iter(was))
        layer, prediction = look.layer, look.prediction
        return cls(
            name=first,
            was=was[first],
            words=_words(was),
            changed=read_only(was),
            at=at,
            gradient=None if look.horizon is None else look.horizon.norms[-1],
            loss=look.history["loss"] if ended else None,
            step=look.history["step"] if ended else None,
            forecast=None if prediction is None else prediction.forecast,
            gates=read_only({name: read_only(_mean(values)) for name, values in layer.gates.items()}),
        )


def changed_between(now: Settings, wanted: Settings) -> tuple[str, ...]:
    """Return the names of the settings in which two differ, in their order."""
    return tuple(name for name in vars(now) if getattr(now, name) != getattr(wanted, name))


def value_words(name: str, value: Any) -> str:
    """Return a setting's value as it is read on screen, with a true minus sign.

    >>> value_words("forget_bias", -0.5), value_words("lr", 1e-5), value_words("cell", "lstm")
    ('−0.5', '1 × 10⁻⁵', 'LSTM')
    """
    if value is None:
        return t("knob.none")
    if isinstance(value, bool):
        return t("knob.yes") if value else t("knob.no")
    if name in _MENUS:
        return t(f"knob.{name}.{value}")
    return f"{value:,}".replace("-", "−") if isinstance(value, int) else figure(float(f"{value:.3g}"))


def _words(was: Mapping[str, Any]) -> str:
    if len(was) > _NAMED:
        return t("before.many", count=len(was))
    named = [t("before.setting", name=t(f"knob.{name}"), value=value_words(name, one)) for name, one in was.items()]
    return t("before", settings=", ".join(named))


def _mean(values: Floats) -> Floats:
    # past a sequence's end values are NaN; but every sequence has a first timestep
    # but where a run has broken, and then numpy would warn
    lost = np.asarray(np.isnan(values).all((2, 3, 4), keepdims=True))
    mean: Floats = np.nanmean(np.where(lost, 0, values), axis=(2, 3, 4))
    return np.where(lost[..., 0, 0, 0], np.nan, mean)
