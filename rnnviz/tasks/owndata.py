"""OwnData: a task of a learner's own data, which a recipe makes again by calling what she called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar, Self

from rnnviz.tasks.base import Task

__all__ = ["OwnData"]


class OwnData(Task):
    """Goes before the class that says what is learned of the data.

    Attributes
    ----------
    made_by : str
        The function, in the class's own module, that checks the data and makes the task.
    given : mapping
        The arguments of that function that make this task again, in values that JSON knows.
    """

    made_by: ClassVar[str]
    given: Mapping[str, Any]

    def to_recipe(self) -> dict[str, Any]:
        """Return what this task was made of: the data themselves are in it."""
        return {"task": self.made_by, "options": dict(self.given)}

    @classmethod
    def from_options(cls, **options: Any) -> Self:
        """Check and split the data of a recipe once more, as they were at first."""
        made = getattr(import_module(cls.__module__), cls.made_by)(**options)
        assert isinstance(made, cls)
        return made
