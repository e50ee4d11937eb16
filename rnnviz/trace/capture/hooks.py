"""A hook that a copy of its module does not take along: whoever copies or saves a watched model gets a plain one."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

__all__ = ["Hook"]


class Hook:
    """Call `work`; a copied or unpickled one does nothing, and needs nothing but Python's own library to load.

    A model is copied in the middle of a training (averaged weights, a teacher, the best so far), saved whole, or sent
    to the workers of a loader, and its hooks go with it.

    Parameters
    ----------
    work : callable
        What to do when the module runs.

    Examples
    --------
    >>> import copy
    >>> hook = Hook(lambda module, given: 2 * given)
    >>> hook(None, 3), copy.deepcopy(hook)(None, 3)
    (6, None)
    """

    def __init__(self, work: Callable[..., Any]) -> None:
        self._work = work

    def __call__(self, *given: Any) -> Any:
        """Do the work."""
        return self._work(*given)

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (nullcontext(), "__exit__")  # takes anything, gives back None
