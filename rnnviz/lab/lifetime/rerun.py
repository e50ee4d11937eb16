"""Which notebook cell made which lab: running a cell again stops the labs of its earlier run."""

import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["claim", "running_cell"]


@dataclass(frozen=True)
class _Claim:
    """What a cell has made: how it is closed, and what its owner holds it by."""

    close: "weakref.WeakMethod[Callable[[], object]]"
    holder: weakref.ref[Any]


@dataclass(frozen=True)
class Cell:
    """A cell that is running.

    Parameters
    ----------
    identity : str
        The same whenever this cell runs.
    execution : str
        Another each time it runs.
    named : bool
        Whether the client names its cells; otherwise all that is known is the cell's text, which another may have too.
    attended : bool
        Whether somebody is there who could answer a question; not if a program runs the notebook.
    """

    identity: str
    execution: str
    named: bool
    attended: bool


_made: dict[str, tuple[str, list[_Claim]]] = {}


def claim(close: Callable[[], object], holder: object) -> None:
    """Register what the running cell has made; close what an earlier run of this cell made.

    Several labs made by one run of a cell live side by side. Where the client does not name its cells, a cell with the
    same text may be another one: what its owner still holds is closed only once she lets go of it. Outside a notebook
    nothing is registered.

    Parameters
    ----------
    close : callable
        A bound method, of another object than ``holder``; held weakly.
    holder : object
        What its owner has in hand; held weakly.
    """
    cell = running_cell()
    if cell is None:
        return
    execution, claims = _made.get(cell.identity, (cell.execution, []))
    if execution != cell.execution:
        for former in claims:
            _close(former, now=cell.named)
        claims = []
    _made[cell.identity] = (cell.execution, [*claims, _Claim(weakref.WeakMethod(close), weakref.ref(holder))])


def running_cell() -> Cell | None:
    """Return the cell that runs now, None outside a kernel."""
    # never imported here: where nobody has, there is no cell
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "get_parent"):
        return None
    parent = shell.get_parent() or {}
    message = parent.get("header", {}).get("msg_id")
    # JupyterLab names the cell; a client that does not is known by the cell's own text.
    name = parent.get("metadata", {}).get("cellId")
    content = parent.get("content", {})
    cell = name or content.get("code")
    if not cell or not message:
        return None
    return Cell(str(cell), str(message), named=bool(name), attended=bool(content.get("allow_stdin")))


def _close(former: _Claim, *, now: bool) -> None:
    close, holder = former.close(), former.holder()
    if close is None:
        return
    if now or holder is None:
        close()
    else:
        # when Python ends the widgets are gone already, and to close them would fail
        weakref.finalize(holder, close).atexit = False
