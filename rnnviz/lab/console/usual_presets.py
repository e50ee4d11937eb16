"""What there is to try: the presets of each task and of a comparison, those under a name, and who finds them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rnnviz.checks import refuse_unknown, shown
from rnnviz.i18n import t
from rnnviz.tasks import Task
from rnnviz.training import Preset, Settings
from rnnviz.training.presets import checked_presets
from rnnviz.training.snapshots.before import value_words

__all__ = ["SETS", "Presets", "asked_presets", "compared_presets", "finder", "usual_presets"]

_TOKENS = "python-tokens"  # its question is what stands on both sides of a symbol
_OVERSHOOTS = {"sunspots": 0.3}  # a learning rate at which each loss of a task leaps, whatever its cell
_YEARS = 132  # months: a window of eleven years
_SAID = 3  # settings that one sentence names
_EXAMPLE = '{"Shut": {"forget_bias": -3.0}, "Open": ({"forget_bias": 4.0}, "Watch the gradient come level.")}'
_FEW = 2  # a comparison's rail has as many at least

Find = Callable[[Settings], tuple[Preset, ...]]
Presets = str | Mapping[str, Mapping[str, Any] | tuple[Mapping[str, Any], str]] | Sequence[Preset | str]


def usual_presets(task: Task, settings: Settings) -> tuple[Preset, ...]:
    """Return what a task's rail offers to try, for the cell of these settings.

    What keeps a state is a gate, or in a plain RNN the recurrent matrix; each preset names all that the others change.

    Parameters
    ----------
    task : Task
        Whose own learning rate is what a rescue goes back to.
    settings : Settings
        Their cell.

    Examples
    --------
    >>> from rnnviz import tasks
    >>> [one.name for one in usual_presets(tasks.make("adding"), Settings())]
    ['Make it forget', 'Make it explode', 'Rescue it']
    """
    words = "sunspots" if task.name == "sunspots" and settings.seq_len == _YEARS else "other"
    sound = {"lr": task.defaults.get("lr", Settings().lr), "clip": 1.0}
    explode = _explode(task)
    if task.name == _TOKENS:
        one, both = ({"bidirectional": both} | sound for both in (False, True))
        return _preset("one_way", one), _preset("both_ways", both), explode
    if settings.cell == "rnn":
        forget, rescue = {"rho": 0.5}, {"rho": 1.1, "init": "orthogonal"}
        return _preset("forget", forget | sound, words), explode, _preset("rescue", rescue | sound, "radius", anew=True)
    forget, rescue = {"forget_bias": -3.0}, {"forget_bias": 2.0}
    return _preset("forget", forget | sound, words), explode, _preset("rescue", rescue | sound, words, anew=True)


def compared_presets(task: Task, models: Collection[Settings], varied: Collection[str]) -> tuple[Preset, ...]:
    """Return what the rail of a comparison offers these models: nothing that is itself ``varied``.

    >>> from rnnviz import tasks
    >>> models = [Settings(cell="rnn"), Settings(cell="lstm")]
    >>> [one.name for one in compared_presets(tasks.make("adding"), models, ["cell"])]
    ['Longer sequence', 'Forget bias 4']
    """
    found = [_preset("longer", {"seq_len": min(2 * task.seq_len, task.seq_lens[1])})]
    if any(one.cell != "rnn" for one in models):
        found.append(_preset("bias.open", {"forget_bias": 4.0}, "compared"))
    found = [one for one in found if _possible(one, varied) and one.settings.get("seq_len") != task.seq_len]
    return tuple([*found, _explode(task)] if len(found) < _FEW and _possible(_explode(task), varied) else found)


def asked_presets(
    presets: Presets | None, usual: Find, settings: Settings, task: Task, check: Callable[[Mapping[str, Any]], object]
) -> tuple[Preset, ...] | None:
    """Return the presets that somebody has asked for, None for the usual ones; see `rnnviz.Lab`.

    Parameters
    ----------
    presets : str, mapping, sequence of Preset or str, or None
        The name of a set, a dict, or a list of presets and names of sets.
    usual : callable
        Finds the task's own, which go by the name ``"task"``.
    settings, task : Settings, Task
        Those at the start.
    check : callable
        Raises a ValueError for settings that cannot be set here.

    Raises
    ------
    TypeError, ValueError
        For anything else.
    """

    def named(name: str) -> tuple[Preset, ...]:
        which = name.strip().lower().replace("-", "_")
        if which != "task" and which not in SETS:
            refuse_unknown(
                "presets has no set {unknown}; the sets are {known}, or give a dict.", [name], ("task", *SETS)
            )
        return usual(settings) if which == "task" else SETS[which](task, settings)

    if isinstance(presets, str):
        return checked_presets(named(presets), check)
    if isinstance(presets, Mapping):
        return checked_presets([_entry(name, value) for name, value in presets.items()], check)
    if not isinstance(presets, Sequence):
        return checked_presets(presets, check)
    return checked_presets(
        [one for given in presets for one in (named(given) if isinstance(given, str) else [given])], check
    )


def _entry(name: Any, value: Any) -> Preset:
    """Return one entry of a dict as a preset; where it has no sentence, its settings are said."""
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


def finder(usual: Find, presets: Sequence[Preset] | None, show: Sequence[str] | None) -> Find | None:
    """Return what finds a rail's presets; None where it has none: somebody asked for named controls alone."""
    if presets is not None:
        return (lambda settings: tuple(presets)) if presets else None
    return usual if show is None else None


def _biases(task: Task, settings: Settings) -> tuple[Preset, ...]:
    if settings.cell == "rnn":
        raise ValueError("presets 'forget_bias' needs a gate, and a plain RNN has none; take 'rho', or cell='lstm'.")
    values = {"shut": -3.0, "half": 0.0, "open": 4.0}
    return tuple(_preset(f"bias.{name}", {"forget_bias": value}) for name, value in values.items())


def _radii(task: Task, settings: Settings) -> tuple[Preset, ...]:
    return tuple(
        _preset(f"rho.{name}", {"rho": value}) for name, value in (("small", 0.5), ("one", 1.0), ("large", 1.5))
    )


def _lengths(task: Task, settings: Settings) -> tuple[Preset, ...]:
    (low, high), now = task.seq_lens, settings.seq_len or task.seq_len
    if low == high:
        raise ValueError(f"presets 'seq_len' needs another length, and the task {task.name!r} has {now} steps only.")
    lengths = {"shorter": max(now // 2, low), "longer": min(2 * now, high)}
    return tuple(_preset(name, {"seq_len": length}) for name, length in lengths.items() if length != now)


SETS: Mapping[str, Callable[[Task, Settings], tuple[Preset, ...]]] = MappingProxyType(
    {"forget_bias": _biases, "rho": _radii, "seq_len": _lengths}
)


def _explode(task: Task) -> Preset:
    fast = _OVERSHOOTS.get(task.name, 1.0)
    return _preset("explode", {"lr": fast, "clip": None}, rate=f"{fast:g}")


def _possible(preset: Preset, varied: Collection[str]) -> bool:
    return not set(preset.settings) & set(varied)


def _preset(name: str, settings: Mapping[str, Any], words: str = "look", *, anew: bool = False, **named: str) -> Preset:
    sentence = t(f"preset.{name}.{words}", **named)
    return Preset(t(f"preset.{name}"), settings, sentence, anew)
