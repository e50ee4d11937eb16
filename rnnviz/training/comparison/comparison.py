"""LockstepSessions: several sessions that train in lockstep on the same batches, played like one."""

import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from typing import Any

import torch

from rnnviz.tasks import Task
from rnnviz.training.bylabel import ByLabel
from rnnviz.training.comparison.comparison_snapshot import ComparisonSnapshot
from rnnviz.training.comparison.stopwatch import Stopwatch
from rnnviz.training.failures import NOTHING_TO_UNDO
from rnnviz.training.history import Histories
from rnnviz.training.process.interrupts import INTERRUPTS
from rnnviz.training.session.session import Session
from rnnviz.training.settings import Former, Settings
from rnnviz.training.snapshots.light import DeferredSnapshot
from rnnviz.training.snapshots.snapshot import Snapshot
from rnnviz.training.taskcheck.checked import Attribution

__all__ = ["LockstepSessions"]


class LockstepSessions:
    """Two or more sessions; a step of the comparison is one step of each, so that all have the same budget.

    Each draws its own batches from its own seed, so that its curve is, bit for bit, that of the session alone. With one
    seed, task and batch size all see the same batches.

    Parameters
    ----------
    sessions : mapping of str to Session
        By label, all on one device and untrained.
    stated : mapping of str to collection of str, optional
        Names of the settings that each was asked for by itself; all that are varied by default.

    Attributes
    ----------
    sessions : mapping of str to Session
        The same.
    varied : tuple of str
        Names of the settings in which they differ; those cannot be changed in common.
    stated : mapping of str to tuple of str
        Those of the varied settings that each was asked for by itself, by label.
    run : int
        How many times the models were rebuilt.

    Examples
    --------
    >>> import itertools
    >>> common = {"seq_len": 10, "hidden_size": 4, "device": "cpu"}
    >>> lockstep = LockstepSessions({cell: Session("adding", cell=cell, **common) for cell in ("rnn", "gru")})
    >>> list(itertools.islice(lockstep.steps(), 2))
    [1, 2]
    >>> lockstep.varied, [history.rows for history in lockstep.histories.values()]
    (('cell',), [2, 2])
    """

    def __init__(self, sessions: Mapping[str, Session], stated: Mapping[str, Collection[str]] | None = None) -> None:
        self.sessions = ByLabel(sessions)
        self.varied = differing([one.settings for one in self.sessions.values()])
        asked = dict.fromkeys(sessions, self.varied) if stated is None else stated
        self.stated = {label: tuple(name for name in self.varied if name in asked[label]) for label in sessions}
        self.run = self._put_aside = 0
        self._lock = threading.Lock()
        self._wanted: Mapping[str, Settings] | None = None
        self._face = _face(self.sessions)
        self._at_work = self._face
        self._watch = Stopwatch(self.sessions, self.device)
        for label, one in self.sessions.items():
            one.attribution.who = label

    def __repr__(self) -> str:
        return f"{type(self).__name__}(task={self.task.name!r}, models={list(self.sessions)}, step={self.step})"

    @property
    def settings(self) -> Settings:
        """The common settings, as one of the sessions has them; assign others to change what is common."""
        return (self._wanted or self._present)[self._face]

    @settings.setter
    def settings(self, settings: Settings) -> None:
        with self._lock:
            wanted = self._each(settings)
            self._wanted = wanted if wanted != self._present else None

    def checked(self, settings: Settings) -> Settings:
        """Return the settings, complete; ValueError for one that it compares, or that a session cannot have."""
        return self._each(settings)[self._face]

    def refuse_varied(self, names: Mapping[str, Any]) -> None:
        """Raise a ValueError if one of these settings is what the comparison compares."""
        clash = [name for name in self.varied if name in names]
        if clash:
            raise ValueError(
                f"{', '.join(clash)} cannot be set for all: it is what this comparison compares; start another one."
            )

    @property
    def pending(self) -> bool:
        """Whether settings were assigned that are not taken up yet."""
        return self._wanted is not None

    @property
    def task(self) -> Task:
        """What they learn; sequence lengths may differ."""
        return self.sessions[self._face].task

    @property
    def device(self) -> torch.device:
        """Where everything happens."""
        return self.sessions[self._face].device

    @property
    def attribution(self) -> Attribution:
        """Whose code is running, and which session's."""
        return self.sessions[self._at_work].attribution

    @property
    def step(self) -> int:
        """Steps that every session has finished."""
        return min(one.step for one in self.sessions.values())

    @property
    def histories(self) -> Histories:
        """The curves of each session, by label."""
        return Histories({label: one.history for label, one in self.sessions.items()})

    def rebuild(self) -> None:
        """Build all models anew, as assigned; if one cannot be, all stay what they were, and the error goes on."""
        try:
            self._hand_out()
            ready = [(one, one.prepare()) for _, one in self._in_turn()]
        except BaseException:
            for one in self.sessions.values():
                one.revert()
            raise
        if self.step and any(one.pending for one in self.sessions.values()):
            self._put_aside = self.run
        for one, parts in ready:
            one.begin(parts)
        self._watch.restart()
        self.run += 1

    @property
    def former(self) -> Former | None:
        """The run that the last new models have put aside, with the settings of one of them; see `Session.former`."""
        each = [one.former for one in self.sessions.values()]
        now = self.sessions[self._face].former
        return None if None in each or now is None else now._replace(run=self._put_aside)

    def undo(self) -> int:
        """Let every session go back to the run before the last new models; see `Session.undo`."""
        with self._lock:
            wanted, self._wanted = self._wanted, None
        if wanted is not None and any(now.rebuilds(wanted[label]) for label, now in self._present.items()):
            return self.run  # ordered, and not there yet
        if self.former is None:
            raise RuntimeError(NOTHING_TO_UNDO)
        for _, one in self._in_turn():
            one.undo()
        self._watch.restart()
        self.run += 1
        return self._put_aside

    def move(self, device: str) -> None:
        """Go on with all sessions on another device; see `Session.move`."""
        for _, one in self._in_turn():
            one.move(device)
        self._watch = Stopwatch(self.sessions, self.device)

    def adopt(self) -> None:
        """Take up assigned settings now: all rebuild if the structure of one differs, else all adjust."""
        if not self._hand_out():
            return
        if any(one.rebuilding for one in self.sessions.values()):
            self.rebuild()
        else:
            for _, one in self._in_turn():
                one.adopt()

    def _hand_out(self) -> bool:
        """Assign to each session the settings that wait, if any do; taken in one go: one assigned meanwhile waits."""
        with self._lock:
            wanted, self._wanted = self._wanted, None
            for label, settings in (wanted or {}).items():
                self.sessions[label].settings = settings
            return wanted is not None

    def steps(self) -> Iterator[int]:
        """Train; yield the number of steps that all have finished, after each, without end.

        Settings are read once, before the first session's step. A session that got further, because another one
        failed in that step, waits for the others.
        """
        going = {label: one.steps() for label, one in self.sessions.items()}
        while True:
            with INTERRUPTS:
                self.adopt()
                goal = self.step + 1
                for label, one in self._in_turn():
                    # one that got further before another failed waits here, and none draws a batch twice
                    if one.step < goal:
                        with self._watch.timing(label, goal):
                            next(going[label])
            yield goal

    def check(self, snapshot: Snapshot | None = None) -> None:
        """Raise if a number of one session is not finite; see `Session.check`."""
        models = {} if snapshot is None else snapshot.models
        for label, one in self._in_turn():
            one.check(models.get(label))

    def latest_loss(self) -> float:
        """Return NaN: several models have no one loss."""
        return float("nan")

    def snapshot(self, *, fresh: bool = True) -> ComparisonSnapshot:
        """Look at every session; scores of the held-out part are all of one step, see `Session.snapshot`."""
        # of all or of none, so that a table never compares two moments
        score = fresh or all(one.score_due for one in self.sessions.values())
        models = {label: one.frame(score=score) for label, one in self._in_turn()}
        return ComparisonSnapshot.of(models, self._watch.shares, self._watch.paces, run=self.run, step=self.step)

    def light(self, before: Snapshot, sample: int) -> Snapshot | None:
        """Bring every model up to now in one probe sequence, None where one of them cannot be; see `Session.light`."""
        found = self.note_light(before, sample)
        return None if found is None else found.make()

    def note_light(self, before: Snapshot, sample: int) -> DeferredSnapshot | None:
        """Note every model's weights of now; see `Session.note_light`."""
        noted: dict[str, DeferredSnapshot] = {}
        for label, one in self._in_turn():
            # `before` is this comparison's own: its models begin their runs anew together
            found = one.note_light(before.models[label], sample) if before.run == self.run else None
            if found is None:
                return None
            noted[label] = found
        step = self.step

        def made() -> ComparisonSnapshot | None:
            models = {label: seen for label, one in noted.items() if (seen := one.make()) is not None}
            if len(models) < len(noted):
                return None
            return ComparisonSnapshot.of(models, before.shares, before.paces, run=before.run, step=step)

        return DeferredSnapshot(before.run, step, next(iter(noted.values())).sample, made)

    def keep_score(self) -> None:
        """Keep every session's held-out score where that is due; see `Session.keep_score`."""
        for _, one in self._in_turn():
            one.keep_score()

    def rescored(self, snapshot: Snapshot) -> Snapshot:
        """Return an earlier snapshot of this comparison with scores of its own step; see `Session.rescored`."""
        models = {label: one.rescored(snapshot.models[label]) for label, one in self._in_turn()}
        return ComparisonSnapshot.of(models, snapshot.shares, snapshot.paces, run=snapshot.run, step=snapshot.step)

    def evaluate(self) -> dict[str, float]:
        """Return the metric on the whole held-out part: each session's by label, then each baseline."""
        told = {label: one.evaluate() for label, one in self._in_turn()}
        baselines = {name: value for name, value in told[self._face].items() if name != "model"}
        return {label: scores["model"] for label, scores in told.items()} | baselines

    @property
    def _present(self) -> Mapping[str, Settings]:
        return {label: one.settings for label, one in self.sessions.items()}

    def _in_turn(self) -> Iterator[tuple[str, Session]]:
        """Yield each session with its label, and note whose turn it is, so that an error is shown with its name."""
        for label, one in self.sessions.items():
            self._at_work = label
            yield label, one

    def _each(self, settings: Settings) -> Mapping[str, Settings]:
        """Every session's settings after the common ones have become those of ``settings``."""
        now = self._wanted or self._present
        changed = {name: getattr(settings, name) for name in differing([now[self._face], settings])}
        self.refuse_varied(changed)
        return {label: one.checked(now[label].replace(**changed)) for label, one in self.sessions.items()}


def differing(settings: list[Settings]) -> tuple[str, ...]:
    """Return the names of the settings in which these are not all equal.

    >>> differing([Settings(), Settings(lr=0.5)])
    ('lr',)
    """
    names = (field.name for field in fields(Settings))
    return tuple(name for name in names if any(getattr(one, name) != getattr(settings[0], name) for one in settings))


def _face(sessions: Mapping[str, Session]) -> str:
    """The session that stands for all: one with gates if there is one, as knobs for gates concern it."""
    gated = [label for label, one in sessions.items() if one.settings.cell != "rnn"]
    return (gated or list(sessions))[0]
