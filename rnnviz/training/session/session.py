"""Session: trains a model on a task, one step at a time, and answers on the way; knows no thread, no widget."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from rnnviz import limits, tasks
from rnnviz.checks import optional, whole
from rnnviz.limits import affordable
from rnnviz.tasks import Task
from rnnviz.training.failures import NOTHING_TO_UNDO
from rnnviz.training.process.devices import pick
from rnnviz.training.process.interrupts import INTERRUPTS
from rnnviz.training.process.surroundings import Surroundings, ordinary, settled
from rnnviz.training.session.answers import Answers
from rnnviz.training.session.building import Builder, builder_of, complete
from rnnviz.training.session.changes import Changes
from rnnviz.training.session.former import FormerRun
from rnnviz.training.session.run import TrainingRun
from rnnviz.training.settings import Former, Settings
from rnnviz.training.taskcheck.checked import Attribution

_WIDE = 2**12  # units: a model of more has no room itself, which is said where it is built

__all__ = ["Session"]


class Session(Answers):
    """A model in training: iterate over `steps`, change `settings` on the way, look with `snapshot`.

    Parameters
    ----------
    task : Task or str
        A task or the name of one, see `rnnviz.tasks.KNOWN`.
    settings : Settings, optional
        How to train; the task's own suggestions unless given.
    model : torch.nn.Module or callable, optional
        A model of your own: a module, which every run starts from a copy of, or a function of the task and the settings
        that builds one. It answers to the task's inputs; the first recurrent layer in it is the one that is drawn. By
        default a `rnnviz.models.SequenceModel`.
    device : str or torch.device
        ``"auto"`` takes cuda, mps or cpu, the first there is.
    probe_size : int
        Held-out sequences that snapshots trace.
    planned : int, optional
        Steps of a whole run, which the schedule of the learning rate is laid over; the task's suggestion unless given.
    **changes : object
        Single settings, such as ``cell="gru"``.

    Attributes
    ----------
    task : Task
        With the settings' sequence length, on the device.
    model : torch.nn.Module
        Rebuilt when a structural setting changes.
    history : History
        The curves since the model was built.
    device : torch.device
        Where everything happens.
    run : int
        How many times the model was rebuilt.
    asked_device : torch.device or None
        The device that somebody named; None where it is the best there is.
    own_model : bool
        Whether the model is not one of ours.
    attribution : Attribution
        Whose code is running: the task's or the model's.
    surroundings : Surroundings
        What everything of it runs in, whatever grad mode, autocast, default device or dtype its caller has set.

    Raises
    ------
    ValueError, TypeError
        For a task, setting, value or device that does not exist; the sentence lists those that do.

    Examples
    --------
    >>> import itertools
    >>> session = Session("adding", seq_len=10, hidden_size=4, device="cpu")
    >>> list(itertools.islice(session.steps(), 3))
    [1, 2, 3]
    >>> session.history["loss"].shape
    (3,)
    """

    def __init__(
        self,
        task: Task | str,
        settings: Settings | None = None,
        *,
        model: nn.Module | Builder | None = None,
        device: str | torch.device = "auto",
        probe_size: int = 8,
        planned: int | None = None,
        **changes: Any,
    ) -> None:
        probe_size = limits.batch_size("probe_size", probe_size)
        planned = optional(limits.steps)("steps", planned)
        self.device, self.own_model = pick(device), model is not None
        self.asked_device = None if str(device) == "auto" else self.device
        self.surroundings = Surroundings(self.device, _default_dtype(task, model))
        with self.surroundings():
            self.task = tasks.make(task) if isinstance(task, str) else ordinary(complete(task))
            self._builder = builder_of(model, self.device)
        self.probe_size = probe_size
        self.planned = self.task.steps if planned is None else planned
        self.attribution = Attribution()
        # only then has the session code that is not ours, whose calls are worth wrapping
        if self.surroundings.dtype is not None:
            self.attribution.around = self.surroundings
        self._sound: Settings | None = None  # the newest of which `checked` knows that the task and the memory allow it
        self._settings = self.checked((settings or _suggested(self.task)).replace(**changes))
        self._changes = Changes()
        self._former: FormerRun | None = None
        self._part = ""
        # `begin` counts up: the first run is number 0
        self.run = -1
        self.begin(self.prepare())

    def __repr__(self) -> str:
        return f"{type(self).__name__}(task={self.task.name!r}, cell={self._settings.cell!r}, step={self.step})"

    @property
    def settings(self) -> Settings:
        """How to train; assign a whole new `Settings`, it is taken up when the next step begins."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        settings = self.checked(settings)
        if settings != self._settings:  # the same again is no change
            self._settings = settings

    def checked(self, settings: Settings) -> Settings:
        """Return the settings with the present sequence length where they name none.

        Raises
        ------
        ValueError
            If the task cannot give sequences of that length, or a step would not fit in any memory.
        """
        if settings.seq_len is None:
            settings = settings.replace(seq_len=self.task.seq_len)
        if self._sound is None or settings.batch_size != self._sound.batch_size or self._sound.rebuilds(settings):
            assert settings.seq_len is not None  # just seen to
            self.task.check_seq_len(settings.seq_len)
            if not self.own_model:
                _check_affordable(settings, settings.seq_len)
            self._sound = settings
        return settings

    @property
    def step(self) -> int:
        """Finished steps since the model was built."""
        return self._training_run.history.step

    @property
    def pending(self) -> bool:
        """Whether settings were assigned that are not taken up yet."""
        return self._settings is not self._training_run.settings

    @property
    def rebuilding(self) -> tuple[str, ...]:
        """The structural settings among those not taken up yet: they will rebuild the model."""
        return self._training_run.settings.rebuilds(self._settings)

    def rebuild(self) -> None:
        """Build the model, the optimiser and the history anew from the settings: step 0 of the next run.

        If that fails, model and settings stay what they were, and the error goes on.
        """
        try:
            training_run = self.prepare()
        except BaseException:
            self.revert()
            raise
        self.begin(training_run)

    def revert(self) -> None:
        """Forget settings that were assigned and are not taken up yet."""
        self._settings, self._sound = self._training_run.settings, None

    @settled
    def prepare(self) -> TrainingRun:
        """Build what the next run needs from the settings, and change nothing yet: only here can a rebuild fail."""
        return TrainingRun(
            self.task,
            self._settings,
            self._builder,
            self.device,
            self.attribution,
            probe_size=self.probe_size,
            planned=self.planned,
        )

    def begin(self, training_run: TrainingRun) -> None:
        """Start the next run with what `prepare` has built."""
        if self.run >= 0:
            self._put_aside(training_run.settings)
        self._start(training_run)
        self.run += 1

    @property
    def former(self) -> Former | None:
        """The run that the last new model has put aside, if it was trained; see `undo`."""
        kept = self._former
        if kept is None:
            return None
        return Former(kept.number, kept.training_run.history.step, kept.training_run.settings)

    def undo(self) -> int:
        """Go back to the `former` run: its step, weights, optimiser, batches and curves; it trains on as if never left.

        The run gets a new number, as pictures of another shape were shown meanwhile; the one it had is returned.

        Raises
        ------
        RuntimeError
            If there is none.
        """
        if self.rebuilding:  # ordered, and not there yet
            self.revert()
            return self.run
        former, self._former = self._former, None
        if former is None:
            raise RuntimeError(NOTHING_TO_UNDO)
        self._start(former.training_run)
        self.run += 1
        self._changes.before = former.before
        self.revert()
        if self.own_model:
            former.training_run.draw_again(former.drawn)
        return former.number

    def move(self, device: str | torch.device) -> None:
        """Go on with this run on another device: its step, weights, optimiser and curves go with it.

        A random generator of another kind of device draws other batches.

        Raises
        ------
        ValueError, TypeError
            If the device does not exist here; nothing is changed then, nor where there is not enough memory.
        """
        there = pick(device)
        self.asked_device = None if str(device) == "auto" else there
        if there != self.device:
            with INTERRUPTS.whole(), self.surroundings():
                moved = self._training_run.to(there)
            self._start(moved)

    def _put_aside(self, wanted: Settings) -> None:
        before = self._changes.before
        self._note(wanted)
        now = self._training_run
        # a model that was never trained is no loss: the way back leads past it; and who begins anew means it
        if self.step and wanted != now.settings:
            self._former = FormerRun(now, self.run, before, now.drawn())

    def _start(self, training_run: TrainingRun) -> None:
        typed = self.typed if self.run >= 0 else ""
        self._training_run = training_run
        training_run.taker.look_into(self._part)
        if training_run.device != self.device:
            self.device = training_run.device
            self.surroundings.move(self.device)
        self.task, self.model, self.history = training_run.task, training_run.model, training_run.history
        if typed != self.typed:
            self._type_again(typed)

    def _type_again(self, text: str) -> None:
        """Let another run read what was typed; where it is too long for that, nothing is typed any more."""
        try:
            self.type(text)
        except ValueError:
            self.type("")

    def adopt(self) -> None:
        """Take up assigned settings now, as the next step would: rebuild if the structure differs, else adjust."""
        settings = self._settings
        if settings is self._training_run.settings:
            return
        if self.rebuilding:
            self.rebuild()
            return
        before = self._changes.before
        self._note(settings)
        try:
            with self.surroundings():
                self._training_run.adjust(settings)
        except BaseException:
            self._changes.before = before
            self.revert()  # else the refused settings would be taken up again and again
            raise

    def _note(self, wanted: Settings) -> None:
        """Keep what the pictures show now, to be drawn beside what comes."""
        moment = self.run, self.step
        self._changes.note(self._training_run.settings, wanted, moment, lambda: self.frame(score=False))

    def steps(self) -> Iterator[int]:
        """Train; yield the number of finished steps after each, without end.

        A step waits for nothing on the device. Settings are read once, when a step begins.

        Yields
        ------
        int
            Finished steps.
        """
        while True:
            with INTERRUPTS:
                self.adopt()
                with self.surroundings():
                    self._training_run.step()
            # outside: while it is suspended here, an interrupt acts at once, and nobody's grad mode is changed
            yield self.step


def _default_dtype(task: Task | str, model: object) -> torch.dtype | None:
    """Return what own code makes its numbers of; ours says so each time, and is float32 wherever a recipe is read."""
    if model is not None:
        # of a model of one's own: as of now, so that another cell cannot change a run that plays
        return torch.get_default_dtype()
    return None if isinstance(task, str) or type(task).__module__.startswith("rnnviz.tasks.") else torch.float32


def _suggested(task: Task) -> Settings:
    """Return the settings that a task suggests, or say that it is the task's suggestion that cannot be."""
    try:
        return Settings().replace(**task.defaults)
    except (TypeError, ValueError) as error:
        raise type(error)(f"defaults of the task must be settings: {error}") from None


def _check_affordable(settings: Settings, seq_len: int) -> None:
    """A step keeps every state and gate of the batch until its gradient is there; of the weights the model says it."""
    whole(1, limits.LAYERS)("num_layers", settings.num_layers)
    directions = 2 if settings.bidirectional else 1
    states = settings.batch_size * seq_len * min(settings.hidden_size, _WIDE) * settings.num_layers * directions
    affordable(
        "a step",
        states * {"rnn": 1, "gru": 4, "lstm": 6}[settings.cell],
        batch_size=settings.batch_size,
        seq_len=seq_len,
        hidden_size=settings.hidden_size,
        num_layers=settings.num_layers,
    )
