"""Space: which settings a sweep varies, and over what: ranges and choices, each checked by the setting's own limits."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from rnnviz.checks import listed, number, refuse_unknown, shown, whole
from rnnviz.training.settings import Settings

__all__ = ["DROPOUT", "SETTINGS", "Choices", "Range", "Space", "checked"]

SETTINGS = tuple(field.name for field in fields(Settings))
DROPOUT = "dropout"  # of a network of ours; of one of somebody's own where it takes it
_WHOLE = {"log": "log int", "linear": "int"}
KINDS = ("log", "linear", "int", "log int")
_FORMS = "('log', 1e-5, 3e-2), ('linear', 0, 0.5), ('int', 16, 128), ('log int', 16, 128) or a list of choices"
_MOST = 10_000  # choices of one setting


@dataclass(frozen=True)
class Range:
    """All numbers between two ends, both among them; by their logarithm, or whole ones only, as ``kind`` says.

    Examples
    --------
    >>> Range("log", 1e-4, 1e-2).whole, Range("log int", 8, 64).by_log
    (False, True)
    """

    kind: str
    low: float
    high: float

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant."""
        return self.kind.endswith("int")

    @property
    def by_log(self) -> bool:
        """Whether each decade is as likely as another."""
        return self.kind.startswith("log")

    def holds(self, value: Any) -> bool:
        """Return whether a value lies in the range; what the logarithm makes of an end may be off by rounding."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return False
        room = 0.0 if self.whole else 1e-9 * max(abs(self.low), abs(self.high))
        return self.low - room <= value <= self.high + room

    def plain(self) -> list[Any]:
        """Return the range as JSON writes it."""
        return [self.kind, self.low, self.high]


@dataclass(frozen=True)
class Choices:
    """Some values, in the order in which they were given."""

    values: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        """Return whether a value is one of them."""
        return value in self.values

    def plain(self) -> list[Any]:
        """Return the choices as JSON writes them."""
        return ["choices", list(self.values)]


@dataclass(frozen=True)
class Space:
    """The varied settings by name.

    Parameters
    ----------
    ranges : mapping
        A `Range` or `Choices` by the setting's name.

    Examples
    --------
    >>> Space.of({"lr": ("log", 1e-4, 1e-2), "cell": ["gru", "lstm"]}).names
    ('lr', 'cell')
    """

    ranges: Mapping[str, Range | Choices]

    @classmethod
    def of(cls, space: Any, own: Sequence[str] = ()) -> "Space":
        """Return what a reader has written, checked; a TypeError or ValueError names the setting and what came.

        Parameters
        ----------
        space : object
            What came.
        own : sequence of str
            What a model of the reader's own takes beside settings.
        """
        if not isinstance(space, Mapping) or not space:
            raise TypeError(
                f"space must be a dict of settings' names to what they may be, such as {{'lr': ('log', 1e-5, 3e-2)}}, "
                f"got {shown(space)}."
            )
        if wrong := [name for name in space if not isinstance(name, str)]:
            raise TypeError(f"space must name settings by words, got {listed(wrong)}.")
        if "steps" in space:
            raise ValueError("steps is how long every trial trains, so it is no part of space; pass steps=… beside it.")
        sentence = "space has an unknown setting {unknown}; the settings are {known}."
        refuse_unknown(sentence, (name for name in space if name not in own), (*SETTINGS, DROPOUT), TypeError)
        return cls(MappingProxyType({name: _one(name, given) for name, given in space.items()}))

    def __reduce__(self) -> tuple[Any, ...]:
        # a read-only mapping can be neither copied nor pickled
        return _remade, (dict(self.ranges),)

    def holds(self, settings: Mapping[str, Any]) -> bool:
        """Return whether there is a value of each varied setting, and of nothing else, and each is in its range."""
        return set(settings) == set(self.names) and all(self.ranges[name].holds(one) for name, one in settings.items())

    @property
    def names(self) -> tuple[str, ...]:
        """The varied settings."""
        return tuple(self.ranges)

    @property
    def combinations(self) -> int | None:
        """How many there are where every setting has choices; None where one has a range."""
        sizes = [len(one.values) if isinstance(one, Choices) else None for one in self.ranges.values()]
        return math.prod(size for size in sizes if size is not None) if None not in sizes else None

    def combination(self, place: int) -> dict[str, Any]:
        """Return the settings at a place in the grid of all combinations; the last setting changes first."""
        found = {}
        for name, one in reversed(list(self.ranges.items())):
            assert isinstance(one, Choices)  # `combinations` was asked before
            place, here = divmod(place, len(one.values))
            found[name] = one.values[here]
        return {name: found[name] for name in self.names}

    def plain(self) -> dict[str, Any]:
        """Return the space as JSON writes it."""
        return {name: one.plain() for name, one in self.ranges.items()}


def _remade(ranges: dict[str, Range | Choices]) -> Space:
    return Space(MappingProxyType(ranges))


def _one(name: str, given: Any) -> Range | Choices:
    if isinstance(given, list | range):
        return _choices(name, given)
    if isinstance(given, tuple) and given and isinstance(given[0], str) and given[0] in KINDS:
        return _range(name, given)
    raise ValueError(f"{name} in space must be {_FORMS}, got {shown(given)}.")


def _choices(name: str, given: Sequence[Any]) -> Choices:
    if not 1 <= len(given) <= _MOST:
        raise ValueError(f"{name} in space must have 1 to {_MOST:,} choices, got {len(given):,}.")
    values = tuple(checked(name, value) for value in given)
    if twice := [value for place, value in enumerate(values) if value in values[:place]]:
        raise ValueError(f"{name} in space must have each choice once, got {listed(twice)} again.")
    return Choices(values)


def _range(name: str, given: tuple[Any, ...]) -> Range:
    kind, *ends = given
    if len(ends) != 2:
        raise ValueError(f"{name} in space must be ({kind!r}, lowest, highest), got {shown(given)}.")
    whole_only = kind.endswith("int")
    check = whole(-math.inf) if whole_only else number(-math.inf, open_end=False)
    low, high = (check(f"{name} in space", end) for end in ends)
    if low >= high:
        raise ValueError(f"{name} in space must go from a lower to a higher number, got {shown(given)}.")
    if kind.startswith("log") and low <= 0:
        raise ValueError(f"{name} in space must begin above 0, as {kind!r} goes by the logarithm, got {shown(given)}.")
    # a setting that takes whole numbers only refuses this: every number between the ends is meant
    if not whole_only and _counted(name):
        ends_alone = f"({_WHOLE[kind]!r}, {shown(ends[0])}, {shown(ends[1])})"
        raise TypeError(f"{name} must be a whole number, got any number of {shown(given)}; write {ends_alone}.")
    for value in (low, high) if whole_only else (low, high, _between(low, high)):
        checked(name, value)
    return Range(kind, low, high)


def _counted(name: str) -> bool:
    """Whether a setting takes whole numbers only."""
    return name == "seq_len" or (name in SETTINGS and type(getattr(Settings(), name)) is int)


def _between(low: float, high: float) -> float:
    """Return a number between the ends that is not whole."""
    middle = (low + high) / 2
    return middle if middle % 1 else (low + middle) / 2 if (low + middle) / 2 % 1 else middle + (high - low) / 7


def checked(name: str, value: Any) -> Any:
    """Return the value as a setting keeps it; the setting's own sentence says what is wrong."""
    if name in SETTINGS:
        beside = {"cell": "rnn"} if name == "nonlinearity" else {}
        return getattr(Settings().replace(**{**beside, name: value}), name)
    if name == DROPOUT:
        if (share := number(0, 1, open_end=False)(name, value)) == 1:
            raise ValueError(f"{name} must be below 1, or nothing is left, got {shown(value)}.")
        return share
    if value is not None and type(value) not in (bool, int, float, str):
        raise TypeError(f"{name} must be a number, a word, True, False or None, got {shown(value)}.")
    return value
