"""Sharing: what a lab or a comparison gives away to be run elsewhere, its program and its recipe."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rnnviz.export.comparison_recipe import ComparisonRecipe
from rnnviz.export.recipe import Recipe
from rnnviz.export.script import Script, script, together
from rnnviz.lab.controls.options import known_views, shown_controls
from rnnviz.training import LockstepSessions, Session
from rnnviz.views import DEFAULT, VIEWS, View

__all__ = ["arguments_of", "code_of", "comparison_code_of", "comparison_recipe_of", "reading_recipe", "recipe_of"]


def code_of(session: Session, steps: int) -> Script:
    """Return the plain PyTorch program that trains as this session would from step 0.

    Raises
    ------
    ValueError
        For a task or a model of somebody's own.
    """
    _refuse_own_model(session, "code()")
    return script(session.task, session.settings, steps, session.planned)


def recipe_of(
    session: Session,
    *,
    steps: int | None,
    show: Sequence[str] | None,
    views: Mapping[str, View],
    chosen: Iterable[str],
    every: Mapping[str, View] = VIEWS,
    usual: Sequence[str] = DEFAULT,
) -> Recipe:
    """Return what makes the same lab again.

    Parameters
    ----------
    session : Session
        Task and settings.
    steps : int or None
        Where the caller wants play to pause.
    show : sequence of str or None
        The controls that were asked for.
    views : mapping of str to View
        Every picture that the lab knows.
    chosen : iterable of str
        Those that it shows.
    every : mapping of str to View
        The views that go by a name.
    usual : sequence of str
        Names of those shown where nobody asks.

    Raises
    ------
    ValueError
        For a task, a model or a view of somebody's own.
    """
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
        views=None if names == tuple(usual) else names,
    )


def arguments_of(recipe: Recipe) -> dict[str, Any]:
    """Return what to make a lab with.

    Raises
    ------
    ValueError
        If the task, its length, a control or a view does not exist.
    """
    with reading_recipe():
        task = recipe.make_task()
        known_views(recipe.views)
        shown_controls(recipe.show)
    return {"task": task, "steps": recipe.steps, "show": recipe.show, "views": recipe.views, **asdict(recipe.settings)}


@contextlib.contextmanager
def reading_recipe() -> Iterator[None]:
    """Say of what is refused inside that it stood in a recipe."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise ValueError(f"this recipe cannot be followed: {error}") from None


def comparison_code_of(lockstep: LockstepSessions, steps: int) -> Script:
    """Return the plain PyTorch program that trains all models of a comparison as from step 0; see `code_of`."""
    face = next(iter(lockstep.sessions.values()))
    return together({label: (one.task, one.settings) for label, one in lockstep.sessions.items()}, steps, face.planned)


def comparison_recipe_of(lockstep: LockstepSessions, **asked: Any) -> ComparisonRecipe:
    """Return what makes the same comparison again.

    Parameters
    ----------
    lockstep : LockstepSessions
        Its models.
    **asked : object
        As for `recipe_of`.

    Raises
    ------
    ValueError
        For a task or a view of somebody's own.
    """
    return ComparisonRecipe.of(
        [recipe_of(one, **asked) for one in lockstep.sessions.values()], list(lockstep.stated.values())
    )


def _refuse_own_model(session: Session, verb: str) -> None:
    if session.own_model:
        raise ValueError(
            f"{verb} knows the lab's own networks and cannot write down a model of yours; share its class."
        )
