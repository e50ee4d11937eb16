"""How long a thread has waited for a processor: of each thread its own, and nothing is left open when it ends."""

import os
import threading
from pathlib import Path

from rnnviz.training.process.starved import starved

OPEN = Path("/proc/self/fd")


def open_files() -> int:
    return len(os.listdir(OPEN)) if OPEN.exists() else 0


def test_it_only_grows() -> None:
    found = [starved() for _ in range(50)]
    assert found == sorted(found)
    assert found[0] >= 0.0


def test_a_thread_that_has_ended_leaves_no_file_open() -> None:
    before, found = open_files(), []
    for _ in range(5):
        thread = threading.Thread(target=lambda: found.append(starved()))
        thread.start()
        thread.join()
    assert len(found) == 5
    assert open_files() == before
