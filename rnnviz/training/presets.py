"""Preset: settings under a name, and one sentence on what to look at when they act."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rnnviz.checks import flag, iterable, shown
from rnnviz.trace.result.arrays import read_only
from rnnviz.training.settings import Settings, only_settings

__all__ = ["Preset", "checked_presets"]

_LONGEST_NAME, _LONGEST_SENTENCE = 30, 200  # a button of the rail, a line above the pictures
_MOST = 8


@dataclass(frozen=True)
class Preset:
    """Settings that one press sets together, as one move.

    Parameters
    ----------
    name : str
        What stands on the button, at most 30 characters.
    settings : mapping
        New values by name, as for `rnnviz.Lab.set`; the others stay what they are.
    sentence : str
        What to look at, at most 200 characters; it stands above the pictures once the button is pressed.
    anew : bool
        Whether a press also begins with a new model, at step 0, as a structural setting does by itself.

    Raises
    ------
    TypeError, ValueError
        For a name or a sentence that is none, or a setting that does not exist or is out of range.

    Examples
    --------
    >>> Preset("Make it forget", {"forget_bias": -3.0}, "Watch the left end of the gradient sink.").name
    'Make it forget'
    """

    name: str
    settings: Mapping[str, Any]
    sentence: str
    anew: bool = False

    def __hash__(self) -> int:
        return hash((self.name, self.sentence))

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), (self.name, dict(self.settings), self.sentence, self.anew)

    def __post_init__(self) -> None:
        for part, most in (("name", _LONGEST_NAME), ("sentence", _LONGEST_SENTENCE)):
            value = getattr(self, part)
            if not isinstance(value, str):
                raise TypeError(f"{part} of a preset must be words, got {shown(value)}.")
            if not 0 < len(value.strip()) <= most:
                raise ValueError(f"{part} of a preset must have 1 to {most} characters, got {shown(value)}.")
        if not isinstance(self.settings, Mapping) or not all(isinstance(name, str) for name in self.settings):
            raise TypeError(
                f"settings of a preset must be a dict such as {{'forget_bias': 4.0}}, got {shown(self.settings)}."
            )
        if not self.settings:
            raise ValueError(f"settings of the preset {self.name!r} must name a setting, such as {{'lr': 0.01}}.")
        only_settings(self.settings)
        flag("anew", self.anew)
        # each by itself, and once more together with a lab's own: what a check makes of a value is what is kept
        found = {name: getattr(Settings(**_alone(name, value)), name) for name, value in self.settings.items()}
        object.__setattr__(self, "settings", read_only(found))


def checked_presets(presets: Any, check: Callable[[Mapping[str, Any]], object]) -> tuple[Preset, ...] | None:
    """Return the presets that somebody has asked for, None for the usual ones.

    Parameters
    ----------
    presets : iterable of Preset or None
        What somebody gave.
    check : callable
        Raises a ValueError for settings that cannot be set here.

    Raises
    ------
    TypeError, ValueError
        If it is no list of presets, two have one name, or one cannot be set here.
    """
    if presets is None:
        return None
    if isinstance(presets, str | Preset | Mapping) or not iterable(presets):
        raise TypeError(f"presets must be a list of rv.Preset, got {shown(presets)}; put it into a list.")
    given = tuple(presets)
    for one in given:
        if not isinstance(one, Preset):
            raise TypeError(f"presets must hold rv.Preset(name, settings, sentence), got {shown(one)}.")
        try:
            check(one.settings)
        except ValueError as error:
            raise ValueError(f"the preset {one.name!r} cannot be set here: {error}") from None
    names = [one.name for one in given]
    if len(set(names)) < len(names):
        raise ValueError(f"presets must all have different names, got {', '.join(names)}.")
    if len(given) > _MOST:
        raise ValueError(f"presets must be {_MOST} at most, got {len(given)}.")
    return given


def _alone(name: str, value: Any) -> dict[str, Any]:
    # the one setting that another one bounds: whether they go together is asked of the whole lab
    return {name: value} | ({"cell": "rnn"} if name == "nonlinearity" else {})
