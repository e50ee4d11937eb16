"""Forks: a child made by ``os.fork`` has none of its parent's other threads; what they were at there is given up."""

import os
import weakref
from typing import Protocol

from rnnviz.trace.isolation.lock import TURN

__all__ = ["LOST", "renewed_in_children"]

LOST = (
    "this lab was training in another thread when the process was forked, and a child has no such threads; "
    "make a new lab here, or pause it before forking."
)


class Renewed(Protocol):
    """What a child has to make anew, locks above all: one that another thread held would never be free again."""

    def after_fork(self) -> None:
        """Replace every lock and forget every thread; called in the child, before anything else runs there."""


_KEPT: "weakref.WeakValueDictionary[int, Renewed]" = weakref.WeakValueDictionary()  # by identity: two may be equal


def renewed_in_children(one: Renewed) -> None:
    """Have its ``after_fork`` called in every child, as long as it lives."""
    _KEPT[id(one)] = one


def _renew() -> None:
    # first: what the others make anew may trace
    TURN.after_fork()
    for one in list(_KEPT.values()):
        one.after_fork()


# Windows has no fork
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
