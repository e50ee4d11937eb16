"""Which notebook cell made which lab: running a cell again stops the labs of its earlier run."""

import sys
import weakref
from collections.abc import Callable

__all__ = ["claim"]

_made: dict[str, tuple[str, list[weakref.WeakMethod[Callable[[], None]]]]] = {}


def claim(close: Callable[[], None]) -> None:
    """Register a lab's ``close`` under the running cell; close those that an earlier run of this cell made.

    Outside a notebook nothing is registered. Several labs made by one run of a cell live side by side.

    Parameters
    ----------
    close : callable
        A bound method; held weakly.
    """
    place = _running_cell()
    if place is None:
        return
    cell, execution = place
    before, closers = _made.get(cell, (execution, []))
    if before != execution:
        for reference in closers:
            former = reference()
            if former is not None:
                former()
        closers = []
    _made[cell] = (execution, [*closers, weakref.WeakMethod(close)])


def _running_cell() -> tuple[str, str] | None:
    """Return (identity of the cell, identity of this execution of it), or None outside a kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "get_parent"):
        return None
    parent = shell.get_parent() or {}
    message = parent.get("header", {}).get("msg_id")
    # JupyterLab names the cell; a client that does not is known by the cell's own text.
    cell = parent.get("metadata", {}).get("cellId") or parent.get("content", {}).get("code")
    return (str(cell), str(message)) if cell and message else None
