"""Preset: settings under a name, and one sentence on what to look at when they act."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rnnviz.checks import flag, shown
from rnnviz.i18n import t
from rnnviz.trace.result.arrays import read_only
from rnnviz.training.settings import Settings, refuse_unknown
from rnnviz.training.snapshots.before import value_words

__all__ = ["Preset", "checked_presets"]

_LONGEST_NAME, _LONGEST_SENTENCE = 30, 200  # a button of the rail, a line above the pictures
_MOST = 8
_SAID = 3  # settings that one sentence names
_EXAMPLE = '{"Shut": {"forget_bias": -3.0}, "Open": ({"forget_bias": 4.0}, "Watch the gradient come level.")}'


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
        refuse_unknown(self.settings)
        flag("anew", self.anew)
        # each by itself, and once more together with a lab's own: what a check makes of a value is what is kept
        found = {name: getattr(Settings(**_alone(name, value)), name) for name, value in self.settings.items()}
        object.__setattr__(self, "settings", read_only(found))

    def fits(self, settings: Settings) -> bool:
        """Whether these settings are those that a press would set.

        >>> Preset("fast", {"lr": 0.1}, "Watch it.").fits(Settings(lr=0.1))
        True
        """
        return all(getattr(settings, name) == value for name, value in self.settings.items())


def checked_presets(presets: Any, check: Callable[[Mapping[str, Any]], object]) -> tuple[Preset, ...] | None:
    """Return the presets that somebody has asked for, None for the usual ones.

    Parameters
    ----------
    presets : mapping, sequence of Preset or None
        By name the settings, or the settings and a sentence; or a list of `Preset`.
    check : callable
        Raises a ValueError for settings that cannot be set here.

    Raises
    ------
    TypeError, ValueError
        If it is neither, two have one name, or one cannot be set here.
    """
    if presets is None:
        return None
    given = _listed(presets)
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


def _listed(presets: Any) -> tuple[Any, ...]:
    if isinstance(presets, Mapping):
        return tuple(_named(name, value) for name, value in presets.items())
    try:
        if isinstance(presets, str | bytes | Preset):
            raise TypeError
        return tuple(presets)
    except TypeError:
        raise TypeError(
            f"presets must be a list of rv.Preset, got {shown(presets)}; "
            f"a dict such as {_EXAMPLE} or the name of a set will do too."
        ) from None


def _named(name: Any, value: Any) -> Preset:
    """Return one entry of a dict as a preset; where it has no sentence, the button's settings are said."""
    if isinstance(value, tuple | list) and len(value) == 2:
        return Preset(name, *value)
    if not isinstance(value, Mapping):
        raise TypeError(
            f"presets must give each name its settings, or settings and a sentence, as in {_EXAMPLE}, "
            f"got {shown(value)} for {shown(name)}."
        )
    return Preset(name, value, _look(Preset(name, value, "…").settings))


def _look(settings: Mapping[str, Any]) -> str:
    if len(settings) > _SAID:
        return t("preset.own.many", count=len(settings))
    named = (
        t("before.setting", name=t(f"knob.{name}"), value=value_words(name, one)) for name, one in settings.items()
    )
    return t("preset.own.look", changes=", ".join(named))


def _alone(name: str, value: Any) -> dict[str, Any]:
    # the one setting that another one bounds: whether they go together is asked of the whole lab
    return {name: value} | ({"cell": "rnn"} if name == "nonlinearity" else {})
