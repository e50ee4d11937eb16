"""Remedies: what one press can do about an insight, at the end of its line."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from rnnviz.i18n import t
from rnnviz.insights import Insight
from rnnviz.lab.console.moves import Moves
from rnnviz.lab.controls.line import Act
from rnnviz.lab.screen.screen import Screen
from rnnviz.training import Preset, Runner, Settings
from rnnviz.training.snapshots.before import value_words

__all__ = ["Remedies"]

_KEEPING = ("forget_bias", "rho")  # a preset that raises these is known by its name; a learning rate is in most presets


class Remedies:
    """Finds the verb of the lab that fits an insight: train on, go back, press a preset, set a knob.

    Parameters
    ----------
    runner : Runner
        Plays the run.
    moves : Moves
        Sets and undoes.
    """

    def __init__(self, runner: Runner, moves: Moves) -> None:
        self._runner, self._moves = runner, moves

    def of(self, insight: Insight) -> Act | None:
        """Return words and verb of what fits, and what does it; None where the lab has no control for it."""
        screen = self._moves.screen
        if screen is None or insight.act is None:
            return None
        if insight.act == "play":
            return t("lab.act.play"), "play", partial(self._runner.guarded, self._runner.play)
        if insight.act == "undo":
            return self._back()
        return None if isinstance(insight.act, str) else self._change(insight.act, screen)

    def _back(self) -> Act | None:
        former = self._runner.session.former
        if former is None:
            return None
        words = t("lab.undo", step=f"{former.step:,}")
        return words, "undo", partial(self._runner.guarded, self._moves.undo, wait=False)

    def _change(self, changes: Mapping[str, Any], screen: Screen) -> Act | None:
        """Press the preset that does it, or else turn the knob; only what is on the rail."""
        rail, now = screen.panel.rail, self._runner.session.settings
        if all(getattr(now, name) == value for name, value in changes.items()):
            return None
        for preset in () if rail.presets is None else rail.presets.offered:
            if _does(preset, changes, now):
                return preset.name, "preset", partial(self._runner.guarded, self._moves.press, preset)
        if not rail.names.issuperset(changes):
            return None
        named = (
            t("before.setting", name=t(f"knob.{name}"), value=value_words(name, one)) for name, one in changes.items()
        )
        words = t("lab.act.set", changes=", ".join(named))
        return words, "set", partial(self._runner.guarded, self._moves.turn, dict(changes))


def _does(preset: Preset, changes: Mapping[str, Any], now: Settings) -> bool:
    """Whether a preset raises what an insight would raise, as far or further."""
    if not set(changes) <= {*_KEEPING} & preset.settings.keys() or (now.holds(preset.settings) and not preset.anew):
        return False
    return all(_raised(name, value, now) <= preset.settings[name] for name, value in changes.items())


def _raised(name: str, value: float, now: Settings) -> float:
    """What a preset must reach at least; beyond everything where the insight would lower it."""
    present = getattr(now, name)
    return value if present is None or value > present else float("inf")
