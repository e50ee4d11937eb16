"""Sharing: what a lab gives away to be run elsewhere, its program and its recipe."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rnnviz.lab.choices import known_views, shown_controls
from rnnviz.training import Session
from rnnviz.training.recipe import Recipe
from rnnviz.training.script import Script, script
from rnnviz.views import DEFAULT, VIEWS, View

__all__ = ["arguments_of", "code_of", "recipe_of"]


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

    Raises
    ------
    ValueError
        For a task, a model or a view of somebody's own.
    """
    _refuse_own_model(session, "recipe()")
    names = tuple(name for name in views if name in set(chosen))
    own = [name for name in names if views[name] is not VIEWS.get(name)]
    if own:
        raise ValueError(f"recipe() knows the built-in views and cannot write down {', '.join(map(repr, own))}.")
    return Recipe.of(
        session.task,
        session.settings,
        steps=steps,
        show=None if show is None else tuple(show),
        views=None if names == tuple(DEFAULT) else names,
    )


def arguments_of(recipe: Recipe) -> dict[str, Any]:
    """Return what to make a lab with.

    Raises
    ------
    ValueError
        If the task, its length, a control or a view does not exist.
    """
    try:
        task = recipe.make_task()
        known_views(recipe.views)
        shown_controls(recipe.show)
    except ValueError as error:
        raise ValueError(f"this recipe cannot be followed: {error}") from None
    return {"task": task, "steps": recipe.steps, "show": recipe.show, "views": recipe.views, **asdict(recipe.settings)}


def _refuse_own_model(session: Session, verb: str) -> None:
    if session.own_model:
        raise ValueError(
            f"{verb} knows the lab's own networks and cannot write down a model of yours; share its class."
        )
