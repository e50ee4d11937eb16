"""Loading: what the first training step needs is loaded once the first pictures are on the page, not before."""

import contextlib
import sys
import threading
from importlib import import_module

from rnnviz.garbage import uncollected
from rnnviz.live import Feed
from rnnviz.training.process.background import in_threads

__all__ = ["load_after"]

_COMPILER = "torch._dynamo"  # which torch loads when an optimiser is first made: 0.6 to 0.85 s of a quiet processor


def load_after(feed: Feed) -> None:
    """Load torch's compiler in a thread of its own when the page has answered the first frame, unless it is there."""
    ready = feed.on_ready

    def answered() -> None:
        feed.on_ready = ready
        if _COMPILER not in sys.modules:
            _begin()
        ready()

    feed.on_ready = answered


def _begin() -> None:
    if in_threads():
        # no more threads: the first step loads it
        with contextlib.suppress(RuntimeError, MemoryError):
            threading.Thread(target=_load, name="torch-loading", daemon=True).start()


def _load() -> None:
    with uncollected():
        import_module(_COMPILER)
