"""What was answered since the notebook was saved: a file beside the kernel's own, which a restarted kernel finds."""

import contextlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from rnnviz import files
from rnnviz.exercises.kept.records import Attempt, Prediction, record_in

__all__ = ["read_draft", "write_draft"]

_KERNEL, _OURS = "kernel-", "rnnviz-answers-"


def write_draft(records: Iterable[Prediction | Attempt]) -> None:
    """Write down what this kernel's learner has answered; where that cannot be, the outputs still keep it."""
    path = _path()
    if path is None:
        return
    content = json.dumps([record.metadata() for record in records]).encode()
    with contextlib.suppress(OSError):
        files.write(path, lambda file: file.write(content))
        # a kernel that was shut down has lost its connection file, one that starts again keeps it
        for other in path.parent.glob(f"{_OURS}*.json"):
            if not other.with_name(_KERNEL + other.name.removeprefix(_OURS)).exists():
                other.unlink(missing_ok=True)


def read_draft() -> list[Prediction | Attempt]:
    """Return what was answered before this kernel was started again; nothing where it is a new one."""
    path = _path()
    if path is None or not path.exists():
        return []
    try:
        found = files.parsed(files.read(path))
    except (OSError, ValueError):
        return []
    records = map(record_in, found if isinstance(found, list) else [])
    return [record for record in records if record is not None]


def _path() -> Path | None:
    """Return the draft's file, in the folder that Jupyter keeps for this user alone."""
    connect = sys.modules.get("ipykernel.connect")
    try:
        kernel = Path(connect.get_connection_file()) if connect is not None else None
    except RuntimeError:  # no kernel runs in this process
        return None
    if kernel is None or not kernel.name.startswith(_KERNEL):
        return None
    return kernel.with_name(_OURS + kernel.name.removeprefix(_KERNEL))
