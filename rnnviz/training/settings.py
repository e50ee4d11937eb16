"""Settings: one frozen value that says how to train, checked once, swapped whole."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from rnnviz import limits
from rnnviz.checks import flag, number, one_of, optional, refuse_unknown, whole
from rnnviz.models import CELLS, INITIALISATIONS, NONLINEARITIES
from rnnviz.training.schedules import SCHEDULES

__all__ = ["LIVE", "OPTIMIZERS", "SCHEDULES", "STRUCTURAL", "Former", "Settings", "only_settings"]

OPTIMIZERS = ("sgd", "adam", "adamw")
LIVE = ("lr", "schedule", "clip", "batch_size", "optimizer", "input_noise", "teacher_forcing", "rho", "forget_bias")
STRUCTURAL = ("cell", "hidden_size", "num_layers", "bidirectional", "seq_len", "init", "nonlinearity", "seed")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to train: live settings act at the next step, structural ones rebuild the model.

    Parameters
    ----------
    lr : float
        Learning rate, above 0. Live.
    schedule : {"constant", "step", "cosine", "warmup"}
        How the learning rate changes on the way to the run's goal; see `rnnviz.training.schedules.factor`. Live.
    clip : float or None
        Gradients whose total norm is larger are scaled down to it; None leaves them alone. Live.
    batch_size : int
        Sequences a step, 1 to 2^20. Live.
    optimizer : {"sgd", "adam", "adamw"}
        Who turns gradients into steps; the weights are kept when it changes. Live.
    input_noise : float
        Standard deviation of the normal noise added to the training inputs, 0 to 1e6; tokens take none. Live.
    teacher_forcing : float
        From 0 to 1: how likely a decoder reads the true token at a step of training, else it reads the one that it has
        just scored highest itself; see `rnnviz.models.Seq2Seq`. Networks without a decoder know no such thing. Live.
    rho : float or None
        Spectral radius to which the recurrent matrix of every gate is rescaled, above 0, when the model is built and
        whenever this changes; training may then move it. None leaves the matrices alone. Live.
    forget_bias : float or None
        Bias to which the gate that keeps the state (f of an LSTM, z of a GRU) is set at the same moments; a plain RNN
        has no such gate. None leaves it alone. Live.
    cell : {"rnn", "lstm", "gru"}
        The recurrent layer. Structural, like all below.
    hidden_size : int
        Units a layer, at least 1 and at most 2^20.
    num_layers : int
        Layers on top of each other, 1 to 1,000; a model of rnnviz's own has 64 at most.
    bidirectional : bool
        Also read the sequence from its end.
    seq_len : int or None
        Timesteps a sequence; None means the task's own.
    init : {"default", "xavier", "orthogonal", "identity"}
        How the weights start; see `rnnviz.models.initialise`.
    nonlinearity : {"tanh", "relu"}
        What a plain RNN applies to its state; only ``cell="rnn"`` has the choice.
    seed : int
        Decides the first weights and every batch, 0 to 2^63 − 2.

    Raises
    ------
    TypeError, ValueError
        If a value is of the wrong type or out of range; the sentence names it.

    Examples
    --------
    >>> settings = Settings(lr=3e-3, cell="gru")
    >>> settings.replace(lr=1e-3, hidden_size=64).rebuilds(settings)
    ('hidden_size',)
    """

    lr: float = 1e-3
    schedule: str = "constant"
    clip: float | None = 1.0
    batch_size: int = 32
    optimizer: str = "adam"
    input_noise: float = 0.0
    teacher_forcing: float = 1.0
    rho: float | None = None
    forget_bias: float | None = None
    cell: str = "lstm"
    hidden_size: int = 32
    num_layers: int = 1
    bidirectional: bool = False
    seq_len: int | None = None
    init: str = "default"
    nonlinearity: str = "tanh"
    seed: int = 0

    def __post_init__(self) -> None:
        for name, check in _CHECKS.items():
            # what the check returns: numpy's numbers become Python's, which JSON and a repr can write
            object.__setattr__(self, name, check(name, getattr(self, name)))
        if self.nonlinearity == "relu" and self.cell != "rnn":
            raise ValueError(
                f"nonlinearity 'relu' exists only for the plain RNN, got cell {self.cell!r}; "
                "set cell='rnn' or nonlinearity='tanh'."
            )

    def replace(self, **changes: Any) -> Self:
        """Return a copy with new values by name; TypeError for a name that is no setting, ValueError out of range.

        >>> Settings().replace(clip=None).clip is None
        True
        """
        only_settings(changes)
        return replace(self, **changes)

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether these are among the values set, each under its name."""
        return all(getattr(self, name) == value for name, value in values.items())

    def rebuilds(self, other: "Settings") -> tuple[str, ...]:
        """Return the structural settings in which ``other`` differs: going there rebuilds the model."""
        return tuple(name for name in STRUCTURAL if getattr(self, name) != getattr(other, name))


class Former(NamedTuple):
    """A run that can be gone back to: its number, its finished steps, its settings."""

    run: int
    step: int
    settings: Settings


def only_settings(names: Iterable[str]) -> None:
    """Raise a TypeError if one of the names is no setting; the sentence lists those that are."""
    sentence = "unknown setting {unknown}; the settings are {known}."
    refuse_unknown(sentence, names, (field.name for field in fields(Settings)), TypeError)


_WIDEST = 1e300  # a spectral radius: what is beyond may overflow while it is worked with, in double precision
_LOUDEST = 1e6  # noise beside inputs of size one
_CHECKS: Mapping[str, Callable[[str, Any], Any]] = MappingProxyType(
    {
        "lr": number(0, open_end=True),
        "schedule": one_of(SCHEDULES),
        "clip": optional(number(0, open_end=True)),
        "batch_size": limits.batch_size,
        "optimizer": one_of(OPTIMIZERS),
        "input_noise": number(0, _LOUDEST, open_end=False),
        "teacher_forcing": number(0, 1, open_end=False),
        "rho": optional(number(0, _WIDEST, open_end=True)),
        "forget_bias": optional(number(-100, limits.GATE_BIAS, open_end=False)),
        "cell": one_of(CELLS),
        "hidden_size": whole(1, limits.SIZE),
        "num_layers": whole(1, 1000),
        "bidirectional": flag,
        "seq_len": optional(whole(1)),
        "init": one_of(INITIALISATIONS),
        "nonlinearity": one_of(NONLINEARITIES),
        "seed": limits.seed,
    }
)
