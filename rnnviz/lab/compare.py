"""Compare: two to four models on the same batches, played by one set of buttons, shown side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Self

from rnnviz.export.comparison_recipe import ComparisonRecipe
from rnnviz.insights import Insight, differences
from rnnviz.lab.console.comparison_console import ComparisonConsole
from rnnviz.lab.console.export import device_of, reading_recipe
from rnnviz.lab.console.usual_presets import Presets, asked_presets, compared_presets
from rnnviz.lab.controls.options import COMPARE_DEFAULT, known_views
from rnnviz.lab.facade import Facade
from rnnviz.lab.tools.results import results
from rnnviz.tasks import Task
from rnnviz.training import History, LockstepSessions, Preset, Session, Settings
from rnnviz.training.bylabel import ByLabel
from rnnviz.training.comparison.entries import lockstep_from, lockstep_of
from rnnviz.views import COMPARED, View

__all__ = ["Comparison", "compare"]


def compare(
    models: Sequence[str | Mapping[str, Any]],
    task: str | Task = "sunspots",
    *,
    device: str = "auto",
    steps: int | None = None,
    fps: float = 30.0,
    show: Sequence[str] | None = None,
    views: Sequence[str | View] | None = None,
    presets: Presets | None = None,
    **settings: Any,
) -> "Comparison":
    """Train two to four models side by side, on the same batches with the same seed, and watch them together.

    They train in lockstep, so all have made equally many steps; a table tells what share of the time each took. Each
    curve is, bit for bit, the one that a `rnnviz.Lab` with these settings draws. Only where the sequence length, the
    batch size or the seed itself is compared do the batches differ.

    Parameters
    ----------
    models : sequence of str or dict
        Names of cells, ``["rnn", "gru", "lstm"]``, or settings, ``[{"forget_bias": 0.0}, {"forget_bias": 2.0}]``.
    task : str or Task
        One of ``rnnviz.tasks.KNOWN`` or a task of your own.
    device, steps, fps, show
        As for `rnnviz.Lab`; ``show`` also knows ``"results"``, the table.
    views : sequence of str or View, optional
        The pictures to show: of ``"hidden"``, ``"gradients"``, ``"scores"``, ``"prediction"`` (of a forecasting task),
        ``"curves"`` and ``"gates"``, all but the last by default, and views of your own; those find every model's
        snapshot in ``snapshot.models``.
    presets : mapping, str or sequence, optional
        As for `rnnviz.Lab`; a press sets all models, so none may name what is compared.
    **settings : object
        Settings of all models, such as ``hidden_size=32``, ``lr=3e-3``, ``seed=0``.

    Returns
    -------
    Comparison
        As the last line of a cell it shows buttons, knobs, the table and linked pictures.

    Raises
    ------
    TypeError, ValueError
        For fewer than two models or more than four, two that are the same, or a cell, setting, value, task or device
        that does not exist; the message lists those that do.

    Examples
    --------
    >>> comparison = compare(["rnn", "gru"], task="adding", hidden_size=8, seq_len=12, seed=0)
    >>> comparison.train(steps=5)
    >>> comparison.history["gru"]["loss"].shape
    (5,)
    >>> [(row["model"], row["steps"], row["parameters"]) for row in comparison.table()[:2]]
    [('rnn', 5, 105), ('gru', 5, 297)]
    >>> comparison
    Comparison(task='adding', models=['rnn', 'gru'], step=5)
    """
    lockstep = lockstep_of(models, task, device=device, planned=steps, **settings)
    return Comparison(lockstep, _console(lockstep, steps=steps, show=show, views=views, presets=presets, fps=fps))


class Comparison(Facade):
    """Several models in lockstep; made by `compare`.

    Parameters
    ----------
    lockstep : LockstepSessions
        The models.
    console : ComparisonConsole
        The run and its screen.
    """

    def __init__(self, lockstep: LockstepSessions, console: ComparisonConsole) -> None:
        self._lockstep = lockstep
        super().__init__(console)

    @classmethod
    def from_recipe(cls, text: str, *, device: str | None = None) -> Self:
        """Return the comparison that a recipe describes; it is read as data, and nothing in it is run.

        Parameters
        ----------
        text : str
            What `recipe` gave, or any text that holds it, such as a link.
        device : str, optional
            As for `compare`; by default the one that the recipe names, and where it names none ``"auto"``.

        Raises
        ------
        ValueError
            If there is no recipe of a comparison in the text, or one that cannot be followed.

        Examples
        --------
        >>> comparison = compare([{"clip": 1.0}, {"clip": None}], "adding", cell="gru")
        >>> Comparison.from_recipe(comparison.recipe())
        Comparison(task='adding', models=['clip=1', 'clip=None'], step=0)
        """
        recipe = ComparisonRecipe.parse(text)
        common = recipe.common
        device = device_of(common, device)
        with reading_recipe():
            settings = [asdict(one) for one in recipe.settings]
            lockstep = lockstep_from(recipe.models, settings, common.make_task(), device=device, planned=common.steps)
            return cls(
                lockstep,
                _console(lockstep, steps=common.steps, show=common.show, views=common.views, presets=common.presets),
            )

    def __repr__(self) -> str:
        lockstep = self._lockstep
        return f"Comparison(task={lockstep.task.name!r}, models={list(lockstep.sessions)!r}, step={lockstep.step})"

    @property
    def sessions(self) -> Mapping[str, Session]:
        """The models in training, by label."""
        return self._lockstep.sessions

    @property
    def settings(self) -> Mapping[str, Settings]:
        """Each model's settings, by label."""
        return ByLabel({label: one.settings for label, one in self.sessions.items()})

    @property
    def history(self) -> Mapping[str, History]:
        """The curves by label: ``history["lstm"]["loss"]`` and the other columns, as numpy.

        Raises
        ------
        KeyError
            For a label or a column that does not exist; the sentence lists those that do.
        """
        return self._lockstep.histories

    def table(self) -> list[dict[str, Any]]:
        """Return how the models do now, a dict each; after them the baselines, which have a metric alone.

        Returns
        -------
        list of dict
            ``"model"``, ``"steps"``, ``"time_share"`` (0 to 1), ``"parameters"``, ``"loss"`` (of the last training
            batch), ``"metric"`` (on the held-out part); None where there is nothing to tell.
        """
        return results(self.snapshot())

    def insights(self) -> list[Insight]:
        """Return in words what differs between the models now, what explains most first.

        Returns
        -------
        list of rnnviz.insights.Insight
            Each with its ``words`` and ``numbers``; empty while nothing tells the models apart, or early in a run.

        Examples
        --------
        >>> comparison = compare(["rnn", "gru"], task="adding", seq_len=60, seed=0)
        >>> comparison.train(steps=60)
        >>> "what lies far back hardly changes the weights of “RNN”" in str(comparison.insights()[0])
        True
        """
        return differences(self.snapshot())


def _console(
    lockstep: LockstepSessions,
    *,
    steps: int | None,
    show: Sequence[str] | None,
    views: Sequence[str | View] | None,
    presets: Presets | None,
    fps: float = 30.0,
) -> ComparisonConsole:
    known, chosen = known_views(views, COMPARED, COMPARE_DEFAULT)
    asked = _presets(lockstep, presets)
    return ComparisonConsole(lockstep, fps=fps, goal=steps, views=known, chosen=chosen, show=show, presets=asked)


def _presets(lockstep: LockstepSessions, presets: Presets | None) -> tuple[Preset, ...] | None:
    models = [one.settings for one in lockstep.sessions.values()]

    def usual(_settings: Settings) -> tuple[Preset, ...]:
        return compared_presets(lockstep.task, models, lockstep.varied)

    def check(changes: Mapping[str, Any]) -> object:
        lockstep.refuse_varied(changes)
        return lockstep.checked(lockstep.settings.replace(**changes))

    return asked_presets(presets, usual, lockstep.settings, lockstep.task, check)
