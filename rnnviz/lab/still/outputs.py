"""Outputs: a place among the outputs of a notebook's cell, filled when the cell has ended, and again later."""

import sys
import uuid
import weakref
from base64 import b64encode
from typing import Any, Protocol

from rnnviz.lab.still.picture import Picture

__all__ = ["Output", "call_after_cells"]


class Listener(Protocol):
    """What wants to know that a cell has ended."""

    def cell_ended(self) -> None:
        """Do what is to be done between two cells."""


_listeners: "weakref.WeakSet[Listener]" = weakref.WeakSet()
_shells: "weakref.WeakSet[Any]" = weakref.WeakSet()


def call_after_cells(listener: Listener) -> bool:
    """Have ``listener`` told whenever a cell has ended; return whether there are cells, whose outputs reach a page."""
    shell = _shell()
    if shell is None or not hasattr(shell.display_pub, "session"):  # a cell whose output is captured has no page
        return False
    if shell not in _shells:
        _shells.add(shell)
        shell.events.register("post_run_cell", _ended)
    _listeners.add(listener)
    return True


class Output:
    """One output; it stays where it was put first."""

    def __init__(self) -> None:
        self._id = uuid.uuid4().hex
        self._last: bytes | None = None

    def put(self, picture: Picture | None) -> None:
        """Make an output at the end of the running cell: a picture, or a place for one that is seen by nobody."""
        if picture is not None:
            self._last = picture.png
        self._publish(*(_bundle(picture) if picture else ({}, {})), update=False)

    def fill(self, picture: Picture) -> bool:
        """Show this picture in place of what is there; return False where that has to wait."""
        if picture.png == self._last:
            return True
        if not self._publish(*_bundle(picture), update=True):
            return False
        self._last = picture.png
        return True

    def _publish(self, data: dict[str, Any], metadata: dict[str, Any], *, update: bool) -> bool:
        shell = _shell()
        # meanwhile a cell may capture what is displayed, and this is not its own
        if shell is None or not hasattr(shell.display_pub, "session"):
            return False
        shell.display_pub.publish(data, metadata, transient={"display_id": self._id}, update=update)
        return True


def _bundle(picture: Picture) -> tuple[dict[str, Any], dict[str, Any]]:
    width, height = picture.size
    data = {"image/png": b64encode(picture.png).decode("ascii"), "text/plain": picture.sentence}
    return data, {"image/png": {"width": width, "height": height, "alt": picture.sentence}}


def _ended(*_result: Any) -> None:
    for listener in tuple(_listeners):
        listener.cell_ended()


def _shell() -> Any:
    # never imported here: where nobody has, there is no cell
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if hasattr(shell, "display_pub") else None
