"""ComparisonRecipe: a comparison as a small JSON text: a recipe for what its models share, and what each has alone."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from rnnviz.checks import refuse_unknown
from rnnviz.export.codec import Shareable, quoted
from rnnviz.export.recipe import Recipe
from rnnviz.training.comparison.entries import FEWEST, MOST
from rnnviz.training.settings import Settings

__all__ = ["ComparisonRecipe"]

_USUAL = Settings()


@dataclass(frozen=True, kw_only=True)
class ComparisonRecipe(Shareable):
    """What makes a comparison.

    Parameters
    ----------
    common : Recipe
        Task, goal, controls, pictures, and settings; a model has those settings but for what is stated of it.
    models : sequence of mapping
        Two to four: settings by name that each has for itself.

    Examples
    --------
    >>> common = Recipe(task="adding", settings=Settings(seq_len=20))
    >>> recipe = ComparisonRecipe(common=common, models=[{"lr": 0.1}, {"lr": 0.01, "clip": None}])
    >>> ComparisonRecipe.parse(recipe.text()) == recipe
    True
    >>> [one.clip for one in recipe.settings]
    [1.0, None]
    """

    common: Recipe
    models: Sequence[Mapping[str, Any]]

    def __post_init__(self) -> None:
        models = self.models
        if not isinstance(models, Sequence) or not all(isinstance(one, Mapping) for one in models):
            raise ValueError(f"models must be a list of settings by name, got {quoted(models)}.")
        if not FEWEST <= len(models) <= MOST:
            raise ValueError(f"models must hold {FEWEST} to {MOST} entries, got {len(models)}.")
        for one in models:
            refuse_unknown("models has no {unknown}; known: {known}.", one, Settings.__dataclass_fields__)
        object.__setattr__(self, "models", tuple(dict(one) for one in models))
        for settings in self.settings:  # what one recipe may not ask for, none of several may
            Recipe(task=self.common.task, options=self.common.options, settings=settings)

    @property
    def settings(self) -> tuple[Settings, ...]:
        """All settings of each model."""
        return tuple(Settings(**(asdict(self.common.settings) | dict(one))) for one in self.models)

    @classmethod
    def of(cls, recipes: Sequence[Recipe], stated: Sequence[Sequence[str]]) -> Self:
        """Return the recipe of several labs, equal but for their settings.

        Parameters
        ----------
        recipes : sequence of Recipe
            One a model.
        stated : sequence of sequence of str
            Names of the settings that each has for itself; where a model does not state one, it has that of all others
            that do not.
        """
        given = [asdict(one.settings) for one in recipes]
        models = [{name: one[name] for name in names} for one, names in zip(given, stated, strict=True)]
        shared = Settings(**{name: _shared(name, given, models) for name in given[0]})
        return cls(common=replace(recipes[0], settings=shared), models=models)

    def plain(self) -> dict[str, Any]:
        """Return what JSON can hold of it."""
        return self.common.plain() | {"models": list(self.models)}

    @classmethod
    def checked(cls, given: dict[str, Any]) -> Self:
        """Return the recipe in an object read from JSON; see `Shareable.checked`."""
        if "models" not in given:
            raise ValueError("it is that of a single lab; read it with rv.Lab.from_recipe.")
        models = given.pop("models")
        return cls(common=Recipe.checked(given), models=models)


def _shared(name: str, given: Sequence[Mapping[str, Any]], models: Sequence[Mapping[str, Any]]) -> Any:
    """Return the value of the models that do not state one; where all do, the usual one, which nobody then uses."""
    return next((one[name] for one, own in zip(given, models, strict=True) if name not in own), getattr(_USUAL, name))
