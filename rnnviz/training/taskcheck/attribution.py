"""Attribution: whose code is running, so that an error can be shown with its name."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import ParamSpec, TypeVar

__all__ = ["Attribution"]

P = ParamSpec("P")
T = TypeVar("T")


class Attribution:
    """Remembers who is at work: the model, except while the task is called.

    Attributes
    ----------
    where : {"model", "task"}
        Who is at work, or who was when an error came.
    who : str
        Which of several models this is about; empty where there is one.
    around : callable
        Returns what each call of somebody's own code runs in: another cell may change torch's default dtype at any
        moment, and so within a step.

    Examples
    --------
    >>> attribution = Attribution()
    >>> attribution.task(abs, -3), attribution.where
    (3, 'model')
    """

    where = "model"
    who = ""

    def __init__(self) -> None:
        self.around: Callable[[], AbstractContextManager[None]] = nullcontext

    def task(self, work: Callable[P, T], *args: P.args, **keywords: P.kwargs) -> T:
        """Return ``work(...)``, which is the task's; when it raises, ``where`` stays ``"task"``."""
        self.where = "task"
        with self.around():
            value = work(*args, **keywords)
        self.where = "model"
        return value
