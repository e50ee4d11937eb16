"""How long a run is looked at: as long as a test says, or as ``RNNVIZ_MINUTES`` does."""

import os
import time
from collections.abc import Iterator

from playwright.sync_api import Page

VARIABLE = "RNNVIZ_MINUTES"


def duration(usual: float) -> float:
    """Return how many seconds a run is looked at that usually is for so many minutes."""
    return 60 * float(os.environ.get(VARIABLE) or usual)


def minutes(page: Page, usual: float, every: float = 5.0) -> Iterator[float]:
    """Yield the seconds since the start, every so many seconds, while the page lives on; once at least."""
    begin = time.monotonic()
    while True:
        page.wait_for_timeout(1000 * every)
        yield time.monotonic() - begin
        if time.monotonic() - begin >= duration(usual):
            return
