"""Moves: what a knob, a preset, code or an undo does to the settings, and what is said of it before and after."""

from collections.abc import Callable
from typing import Any

from rnnviz.i18n import t
from rnnviz.lab.controls.knobs import Knobs
from rnnviz.lab.screen.screen import Screen
from rnnviz.training import Preset, Runner, Settings, Trainable
from rnnviz.training.process.devices import pick
from rnnviz.training.snapshots.before import value_words

__all__ = ["Moves"]


class Moves:
    """Changes of one run's settings.

    Parameters
    ----------
    runner : Runner
        Plays the run.

    Attributes
    ----------
    screen : Screen or None
        What shows the run, None while nobody looks.
    knobs : Knobs or None
        Those that show its settings, None while nobody looks.
    movers : list of callable
        Each called with the name of the device that a run has gone to.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.screen: Screen | None = None
        self.knobs: Knobs | None = None
        self.movers: list[Callable[[str], object]] = []

    @property
    def _session(self) -> Trainable:
        return self._runner.session

    def wanted(self, changes: dict[str, Any]) -> Settings:
        """Return the present settings with changes, if they can be followed."""
        return self._session.checked(self._session.settings.replace(**changes))

    def moved(self, changes: dict[str, Any], then: Callable[[], object] = lambda: None, *, words: str = "") -> None:
        """Act on a knob. The lab first says that a new model is coming, then, once that is on screen, builds it.

        Parameters
        ----------
        changes : dict
            New values by name.
        then : callable
            Called when they are ordered.
        words : str
            What is said when a new model is there; by default what has changed.
        """

        def apply(wanted: Settings) -> None:
            now = self._session.settings
            if now.rebuilds(wanted):
                self.once_anew(lambda: self._offer_undo(words or _changes(now, wanted)))
            self._runner.apply(wanted)
            then()

        def act() -> None:
            wanted = self.wanted(changes)
            if self.knobs is not None:
                self.knobs.note(wanted)
            # by the time the words are on screen other knobs may have moved
            if not self._announce(wanted, then=lambda: self._runner.guarded(lambda: apply(self.wanted(changes)))):
                apply(wanted)

        self._runner.guarded(act)

    def set(self, changes: dict[str, Any]) -> None:
        """Change settings from code: the knobs follow, a rebuild is said first, and is done on return."""
        changes = dict(changes)
        device = changes.pop("device", None)
        if device is not None:
            pick(device)  # before anything is changed
        wanted, now = self.wanted(changes), self._session.settings
        if device is not None:
            self.move(device)
        self._follow(wanted)
        screen = self.screen
        if self._announce(wanted) and screen is not None:
            # so that the announcement is on the page before the build, which may hold everything up
            screen.pump.flush(timeout=1.0)
            self.once_anew(lambda: self._offer_undo(_changes(now, wanted)))
        self._runner.apply(wanted, wait=True)

    def move(self, device: str) -> None:
        """Train on on another device; the menu on the toolbar follows."""
        self._runner.move(device)
        for call in self.movers:
            call(str(self._session.device))

    def press(self, preset: Preset) -> None:
        """Set what a preset names, as one move, and say what to look at."""
        changes, screen = dict(preset.settings), self.screen
        wanted = self.wanted(changes)
        if screen is not None:
            screen.hold(None)  # whoever looks back would not see what the press has done
        rebuilds = bool(self._session.settings.rebuilds(wanted))
        # a model whose numbers have run away is beyond any setting
        anew = not rebuilds and (preset.anew or self._runner.state.phase == "failed")
        # what is watched while it plays is to be seen playing
        go_on = self._runner.play if self._runner.state.phase == "playing" and (anew or rebuilds) else None
        self._follow(wanted)
        if anew:
            self.once_anew(lambda: self._offer_undo(preset.sentence))
            self._runner.reset(settings=wanted)
            if go_on:
                go_on()
            return
        if not rebuilds:
            self._say(preset.sentence)
        self.moved(changes, go_on or (lambda: None), words=preset.sentence)

    def turn(self, changes: dict[str, Any]) -> None:
        """Set what somebody has pressed for in words: the knobs go there, and what they do is seen."""
        screen = self.screen
        if screen is not None:
            screen.hold(None)
        self._follow(self.wanted(changes))
        self.moved(changes)

    def undo(self, *, wait: bool) -> None:
        """Go back to the run that a new model has put aside; RuntimeError if there is none."""
        former = self._session.former
        if former is not None:
            self._follow(former.settings)
        self._runner.undo(wait=wait)

    def refused(self, words: str) -> None:
        """Say why a number that was typed cannot be; the run goes on."""
        screen = self.screen
        if screen is not None:
            screen.say(self._runner.state, words, failed=True)

    def once_anew(self, call: Callable[[], object]) -> None:
        """Call when another model is there."""
        run = self._session.run
        self.once(lambda: self._session.run != run, call)

    def once(self, ready: Callable[[], bool], call: Callable[[], object]) -> None:
        """Call when something is so: now, or after the change of the lab that makes it so; never unless it is shown."""
        screen = self.screen
        if screen is None:
            return
        followers = screen.followers

        def follow() -> None:
            if follow in followers and ready():
                followers.remove(follow)
                self._runner.guarded(call)

        followers.append(follow)
        follow()

    def _follow(self, wanted: Settings) -> None:
        if self.knobs is not None:
            self.knobs.follow(wanted)

    def _announce(self, wanted: Settings, then: Callable[[], None] = lambda: None) -> bool:
        now, screen = self._session.settings, self.screen
        if screen is None or not now.rebuilds(wanted):
            return False
        words = t("lab.rebuilding", changes=_changes(now, wanted))
        screen.say(self._runner.state, words, then=then)
        return True

    def _offer_undo(self, words: str) -> None:
        former = self._session.former
        if former is None:
            self._say(words)
            return
        self._say(
            words, link=(t("lab.undo", step=f"{former.step:,}"), lambda: self._runner.guarded(self.undo, wait=False))
        )

    def _say(self, words: str, **more: Any) -> None:
        screen = self.screen
        if screen is not None:
            screen.panel.line.say(words, **more)


def _changes(now: Settings, wanted: Settings) -> str:
    changes = [
        t(
            "lab.rebuilding.change",
            name=t(f"knob.{name}"),
            old=value_words(name, getattr(now, name)),
            new=value_words(name, getattr(wanted, name)),
        )
        for name in now.rebuilds(wanted)
    ]
    return ", ".join(changes)
