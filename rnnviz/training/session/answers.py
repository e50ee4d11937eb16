"""Answers: what a session says when it is asked between two steps: where it stands, what it sees, how good it is."""

import math
from dataclasses import replace

from rnnviz.checks import listed, shown
from rnnviz.checks import text as written
from rnnviz.tasks import Batch
from rnnviz.trace.modules.finding import recurrent_modules
from rnnviz.training.failures import NonFiniteLoss
from rnnviz.training.process.surroundings import Surroundings, settled
from rnnviz.training.session.changes import Changes
from rnnviz.training.session.run import TrainingRun
from rnnviz.training.snapshots.light import DeferredSnapshot
from rnnviz.training.snapshots.observing import is_in
from rnnviz.training.snapshots.snapshot import Snapshot
from rnnviz.training.taskcheck.checked import Attribution

__all__ = ["Answers"]


class Answers:
    """The questions of a session; `Session` is one, and brings the run that they are about. None disturbs it."""

    run: int
    attribution: Attribution
    surroundings: Surroundings
    _training_run: TrainingRun
    _changes: Changes
    _part: str

    @property
    def probe(self) -> Batch:
        """The sequences that snapshots trace, on the device."""
        return self._training_run.taker.probe

    @property
    def typed(self) -> str:
        """What a learner has typed: the last of the sequences that snapshots trace. Empty where nothing is."""
        return self._training_run.taker.typed

    @settled
    def type(self, text: str) -> None:
        """Have snapshots trace a text of a learner's as one more sequence, the last; with nothing in it, none.

        The training stays as it is, in every bit. Where the task reads no such text, what was typed before stays.
        """
        written("text", text)
        self._training_run.taker.type(text if text.strip() else "")

    @property
    def part(self) -> str:
        """The part of the model whose recurrent layer snapshots show, by its path; empty for the first there is."""
        return self._part

    @settled
    def look_into(self, part: str) -> None:
        """Have snapshots show the first recurrent layer in this part of the model, such as ``"decoder"``.

        It changes nothing of the training, in no bit; a new model is looked at in the same part, where it has one.

        Raises
        ------
        ValueError
            If the model has no recurrent layer there; the sentence lists those it has.
        """
        names = list(recurrent_modules(self._training_run.model))
        if not isinstance(part, str) or not any(is_in(name, part) for name in names):
            known = dict.fromkeys(one for name in names for one in (name.rpartition(".")[0], name) if one)
            raise ValueError(f"layer must be one of {listed(known)}, got {shown(part)}.")
        self._part = part
        self._training_run.taker.look_into(part)

    @settled
    def evaluate(self) -> dict[str, float]:
        """Return the metric on the whole held-out part: ``"model"`` first, then each baseline."""
        taker = self._training_run.taker
        return {"model": taker.evaluate(self._training_run.model), **taker.baselines}

    @settled
    def evaluate_half(self, *, grading: bool) -> float:
        """Return the metric on one half of the held-out part: the one to choose by, or the one for grading."""
        return self._training_run.taker.evaluate_half(self._training_run.model, grading)

    def snapshot(self, *, fresh: bool = True) -> Snapshot:
        """Look at the model on the probe, training left as it is bit for bit; not ``fresh``, the score may be older."""
        return self.frame(score=fresh or self.score_due)

    def light(self, before: Snapshot, sample: int) -> Snapshot | None:
        """Bring a snapshot of this run up to now in the states and gates of one probe sequence, and in nothing else.

        None where only a whole snapshot can tell: as for `note_light`, and of numbers that are not finite.
        """
        found = self.note_light(before, sample)
        return None if found is None else found.make()

    @settled
    def note_light(self, before: Snapshot, sample: int) -> DeferredSnapshot | None:
        """Note the weights of now for a `light` snapshot, which may be worked out later and in another thread.

        It leaves training as it is bit for bit. ``before`` is a whole snapshot, and ``sample`` an index into the probe
        batch; past its end it is the last. None of a model of one's own or one that has hooks, of another run, or since
        something else was typed.
        """
        now = self._training_run
        if before.run != self.run or before.typed != self.typed:
            return None
        return now.taker.note_light(now.model, now.settings, now.history.step, before, min(sample, len(self.probe) - 1))

    @settled
    def rescored(self, snapshot: Snapshot) -> Snapshot:
        """Return a snapshot of this run with the held-out score of its own step, and with what is typed now.

        Where it has an older score, or something else was typed, its weights are asked, in a model built for that; the
        one in training is not touched. A model whose state is not its weights alone keeps what it has.

        Parameters
        ----------
        snapshot : Snapshot
            An earlier moment.
        """
        # another run has another architecture: its weights fit no model that could be asked now
        if snapshot.run != self.run:
            return snapshot
        stale, unread = snapshot.validation_step != snapshot.step, snapshot.typed != self.typed
        model = self._training_run.revived(snapshot) if stale or unread else None
        if model is None:
            return snapshot
        taker = self._training_run.taker
        if unread:
            snapshot = taker.retyped(model, snapshot)
        return taker.rescored(model, snapshot) if stale else snapshot

    @settled
    def keep_score(self) -> None:
        """Ask the held-out part now and keep its score for `Snapshot.scores`, every so many steps."""
        now = self._training_run
        now.taker.keep_score(now.model, now.settings.batch_size, now.history.step)

    @property
    def score_due(self) -> bool:
        """Whether a new score of the held-out part costs a playing run less than a two-hundredth of its time."""
        return self._training_run.taker.score_due

    @settled
    def frame(self, *, score: bool) -> Snapshot:
        """Return a `snapshot` whose score of the held-out part is new if ``score``, else the last one there is."""
        now = self._training_run
        snapshot = now.taker.snapshot(now.model, now.settings, now.history, now.norms, self.run, score)
        self._changes.seen(snapshot)
        return replace(snapshot, before=self._changes.before)

    def latest_loss(self) -> float:
        """Return the training loss of the last step, NaN before the first."""
        return self._training_run.history.latest_loss()

    def check(self, snapshot: Snapshot | None = None) -> None:
        """Raise a `NonFiniteLoss` if the loss or the gradient of a step is not finite, or what ``snapshot`` saw."""
        history = self._training_run.history
        bad = history.first_bad()
        if bad is not None:
            raise NonFiniteLoss(*bad, self.attribution.who)
        if snapshot is not None and not snapshot.drawable:  # the last update broke the weights before a loss could tell
            norms = history["grad_norm"]
            raise NonFiniteLoss(history.step, float(norms[-1]) if len(norms) else math.nan, self.attribution.who)
