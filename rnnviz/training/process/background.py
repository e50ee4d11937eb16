"""Background: whether work beside the cells is done in threads or on an event loop, and which loop that is."""

import asyncio
import os
import sys

from rnnviz.checks import shown

__all__ = ["HomeLoop", "in_threads"]

_CHOICE = "RNNVIZ_RUNNER"


def in_threads() -> bool:
    """Whether threads are to be tried: not where ``RNNVIZ_RUNNER`` is ``asyncio``, nor in a browser's Python.

    Raises
    ------
    ValueError
        If ``RNNVIZ_RUNNER`` is something else than ``thread``, ``asyncio`` or nothing.
    """
    asked = os.environ.get(_CHOICE, "")
    if asked not in ("", "thread", "asyncio"):
        raise ValueError(f"{_CHOICE} must be 'thread' or 'asyncio', got {shown(asked)}; unset it to leave the choice.")
    return asked == "thread" or (not asked and sys.platform != "emscripten")


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class HomeLoop:
    """The event loop that runs where this was made, or else the one that runs where it is asked for.

    A notebook's cells run on the kernel's loop; a widget's message may come in a thread with a loop of its own, which
    ends with it.

    Examples
    --------
    >>> async def made():
    ...     home = HomeLoop()
    ...     return home.loop() is asyncio.get_running_loop(), home.here
    >>> asyncio.run(made())
    (True, True)
    >>> HomeLoop().loop() is None
    True
    """

    def __init__(self) -> None:
        self._loop = _running()

    def loop(self) -> asyncio.AbstractEventLoop | None:
        """Return the loop, None if none is running."""
        if self._loop is None or not self._loop.is_running():
            self._loop = _running()
        return self._loop

    @property
    def here(self) -> bool:
        """Whether the caller keeps the loop from going on, or there is none: to wait for it would be for ever."""
        loop = self.loop()
        return loop is None or _running() is loop

    def forget(self) -> None:
        """Let go of it, in a forked child, where it does not run."""
        self._loop = None
