"""Export: what a lab or a comparison gives away to be run elsewhere: its program, its recipe, its replay's header."""

import abc
import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rnnviz.export.codec import Shareable
from rnnviz.export.comparison_recipe import ComparisonRecipe
from rnnviz.export.recipe import Recipe
from rnnviz.export.script import Script, script, together
from rnnviz.lab.controls.options import COMPARE_DEFAULT, known_views, shown_controls, usual_views
from rnnviz.lab.replay.page import Header
from rnnviz.lab.replay.save import comparison_header, lab_header
from rnnviz.models.sequence import CELLS
from rnnviz.training import LockstepSessions, Preset, Session, Snapshot
from rnnviz.training.process.devices import pick
from rnnviz.views import COMPARED, VIEWS, View

__all__ = ["CompareExport", "Export", "LabExport", "arguments_of", "device_of", "reading_recipe"]


class Export(abc.ABC):
    """How a run is written down, for others to have it.

    Attributes
    ----------
    reader : str
        What makes the same of a recipe again.
    """

    reader = "rv.Lab.from_recipe"

    @abc.abstractmethod
    def code(self, steps: int) -> Script:
        """Return the program that trains as this run would from step 0; ValueError for a task or model of one's own."""

    @abc.abstractmethod
    def recipe(
        self,
        *,
        steps: int | None,
        show: Sequence[str] | None,
        presets: Sequence[Preset] | None,
        views: Mapping[str, View],
        chosen: Iterable[str],
    ) -> Shareable:
        """Return what makes the same again, ``chosen`` by name; ValueError for a task, model or view of one's own."""

    @abc.abstractmethod
    def header(self, last: Snapshot) -> Header:
        """Return what is said of this run above its replay, which ends with that moment."""


class LabExport(Export):
    """What a lab gives away.

    Parameters
    ----------
    session : Session
        Task and settings.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def code(self, steps: int) -> Script:
        """See `Export`."""
        _refuse_own_model(self._session, "code()")
        return script(self._session.task, self._session.settings, steps, self._session.planned)

    def recipe(self, **asked: Any) -> Recipe:
        """See `Export`."""
        return _recipe(self._session, **asked, every=VIEWS, usual=usual_views(self._session.task))

    def header(self, last: Snapshot) -> Header:
        """See `Export`."""
        return lab_header(self._session.task, self._session.settings, last)


class CompareExport(Export):
    """What a comparison gives away.

    Parameters
    ----------
    lockstep : LockstepSessions
        Its models.
    """

    reader = "rv.Comparison.from_recipe"

    def __init__(self, lockstep: LockstepSessions) -> None:
        self._lockstep = lockstep

    def code(self, steps: int) -> Script:
        """See `Export`; it trains all models in turn."""
        models = {label: (one.task, one.settings) for label, one in self._lockstep.sessions.items()}
        return together(models, steps, next(iter(self._lockstep.sessions.values())).planned)

    def recipe(self, **asked: Any) -> ComparisonRecipe:
        """See `Export`."""
        each = [
            _recipe(one, **asked, every=COMPARED, usual=COMPARE_DEFAULT) for one in self._lockstep.sessions.values()
        ]
        return ComparisonRecipe.of(each, list(self._lockstep.stated.values()))

    def header(self, last: Snapshot) -> Header:
        """See `Export`."""
        return comparison_header(
            self._lockstep.task, {label: one.settings for label, one in self._lockstep.sessions.items()}, last
        )


def arguments_of(recipe: Recipe, device: str | None) -> dict[str, Any]:
    """Return what to make a lab with.

    Parameters
    ----------
    recipe : Recipe
        What was read.
    device : str or None
        Where somebody wants to train; None leaves it to the recipe.

    Raises
    ------
    ValueError
        If the task, its length, a control, a view or the recipe's device does not exist.
    """
    with reading_recipe():
        task = recipe.make_task()
        known_views(recipe.views)
        shown_controls(recipe.show)
    place = device_of(recipe, device)
    asked = {name: getattr(recipe, name) for name in ("steps", "show", "views", "presets", "layer")}
    return {"task": task, "device": place, **asked, **asdict(recipe.settings)}


def device_of(recipe: Recipe, device: str | None) -> str:
    """Return where to train: what somebody wants, else what the recipe says, else the best there is."""
    if device is None and recipe.device is not None:
        try:
            pick(recipe.device)
        except ValueError as error:
            wanted = "say where to train, as in from_recipe(text, device='auto')"
            raise ValueError(f"this recipe cannot be followed: {error} To follow it here, {wanted}.") from None
    return (recipe.device or "auto") if device is None else device


@contextlib.contextmanager
def reading_recipe() -> Iterator[None]:
    """Say of what is refused inside that it stood in a recipe."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise ValueError(f"this recipe cannot be followed: {error}") from None


def _recipe(
    session: Session,
    *,
    steps: int | None,
    show: Sequence[str] | None,
    presets: Sequence[Preset] | None,
    views: Mapping[str, View],
    chosen: Iterable[str],
    every: Mapping[str, View],
    usual: Sequence[str],
) -> Recipe:
    """Write one model down; ``every`` view that goes by a name can be, and the ``usual`` ones need no mention."""
    _refuse_own_model(session, "recipe()")
    names = tuple(name for name in views if name in set(chosen))
    own = [name for name in names if views[name] is not every.get(name)]
    if own:
        raise ValueError(f"recipe() knows the built-in views and cannot write down {', '.join(map(repr, own))}.")
    return Recipe.of(
        session.task,
        session.settings,
        steps=steps,
        show=None if show is None else tuple(show),
        presets=None if presets is None else tuple(presets),
        device=None if session.asked_device is None else session.asked_device.type,
        layer=session.part or None,
        # left open, so that a later version shows what it shows by default
        views=None if names == tuple(usual) else names,
    )


def _refuse_own_model(session: Session, verb: str) -> None:
    if not session.own_model:
        return
    kind = type(session.model)
    if kind.__module__.startswith("rnnviz."):
        known = ", ".join(CELLS)
        raise ValueError(
            f"{verb} knows the cells {known} and cannot write down a {kind.__name__}, which came as model=; "
            "share the cell of the notebook that makes this lab."
        )
    raise ValueError(f"{verb} knows the lab's own networks and cannot write down a model of yours; share its class.")
