"""Closing: ipywidgets keeps every widget that is open, and what it holds, for ever; here a lab lets go of its own."""

from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets

from rnnviz.live import Feed

__all__ = ["let_go", "retire"]


def let_go(*made: widgets.Widget, quietly: bool = False) -> None:
    """Close widgets with all that they are made of: what they hold, their layouts, their styles.

    Parameters
    ----------
    *made : widgets.Widget
        Those that nothing else holds.
    quietly : bool
        Do not tell the page, which then goes on showing what it shows; else it removes it.
    """
    for one in list(_parts(made, set())):
        if quietly and one.comm is not None:
            # the comm still is closed in the kernel; only the message to the page is left out
            one.comm.publish_msg = _unsaid
        one.close()


def retire(*made: widgets.Widget) -> None:
    """Let every control among widgets, and what they are made of, be seen to do nothing, and the page say nothing."""
    for one in list(_parts(made, set())):
        # a feed has no "disabled": its page is told that nobody listens
        if isinstance(one, Feed):
            one.end()
        if "disabled" in one.keys:  # the names of what is sent to the page
            one.disabled = True


def _parts(value: Any, met: set[int]) -> Iterator[widgets.Widget]:
    """Every widget in a value, each once, what it is made of first."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from _parts(one, met)
    elif isinstance(value, widgets.Widget) and id(value) not in met:
        met.add(id(value))
        for name in value.keys:
            # layouts and styles are widgets of their own, and stay open when the one they belong to is closed
            yield from _parts(getattr(value, name), met)
        yield value


def _unsaid(*_message: object, **_more: object) -> None:
    """Say nothing in place of saying that a widget is closed."""
