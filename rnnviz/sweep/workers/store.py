"""Store: finished trials on the disk, a file each, written whole at once; a sweep that was killed goes on from them."""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnnviz import files
from rnnviz.checks import listed
from rnnviz.sweep.trials.plan import Plan
from rnnviz.sweep.trials.rows import Row
from rnnviz.tasks.registry import recorded

__all__ = ["Store", "identity"]

_HEAD, _TRIALS, _FORMAT = "sweep.json", "trial-*.json", 1


class Store:
    """A folder: what the sweep is, and a file a finished trial.

    Parameters
    ----------
    path : object
        The folder; made where there is none.
    plan : Plan
        What is kept there.

    Raises
    ------
    ValueError
        If it keeps another sweep; the sentence says in what they differ.
    RuntimeError
        If another process is at it.
    OSError
        If it is no folder that can be written to.
    """

    def __init__(self, path: Any, plan: Plan) -> None:
        self._folder, self._plan = files.checked_path(path, "sweep", name="store", kind="folder"), plan
        head = self._folder / _HEAD
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _named(error, self._folder) from None
        wanted = identity(plan)
        if head.exists():
            _compare(self._folder, _read(head), wanted)
        else:
            if any(self._folder.glob(_TRIALS)):
                raise ValueError(
                    f"store {files.named(self._folder)} has trials but no {_HEAD}, which says of which sweep they are; "
                    "choose another folder."
                )
            _write(head, wanted)
        self._lock = _locked(head)

    def rows(self) -> dict[int, Row]:
        """Return the trials that have finished, by number."""
        found = {}
        for path in sorted(self._folder.glob(_TRIALS)):
            try:
                row = Row.from_plain(_read(path))
                whole = path.name == _name(row.number) and self._plan.space.holds(row.settings)
            except (KeyError, TypeError, ValueError):
                whole = False
            if not whole:
                raise ValueError(f"store has a file that is no trial of this sweep: {files.named(path)}; move it away.")
            found[row.number] = row
        return found

    def keep(self, row: Row) -> None:
        """Write a trial down: when this returns it is on the disk."""
        _write(self._folder / _name(row.number), row.plain())

    def close(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def identity(plan: Plan) -> dict[str, Any]:
    """Return what tells one sweep from another, as JSON writes it: two that agree in it can go on from each other."""
    model = plan.model
    named = None if model is None else getattr(model, "__qualname__", type(model).__qualname__)
    return {
        "format": _FORMAT,
        "task": _task(plan),
        "space": plan.space.plain(),
        "settings": dict(sorted(plan.fixed.items())),
        "steps": plan.steps,
        "sampler": plan.sampler,
        "seed": plan.seed,
        "prune": plan.prune,
        "model": named,
    }


def _task(plan: Plan) -> dict[str, Any]:
    """Name a task by what it is, and by what it holds out: two of one name may have other data."""
    held_out, recipe = plan.task.held_out().to("cpu"), recorded(plan.task)
    known = hashlib.sha256(json.dumps(recipe, sort_keys=True, default=str).encode())
    for values in (held_out.inputs, held_out.targets):
        known.update(values.detach().contiguous().numpy().tobytes())
    return {"name": plan.task.name, "kind": type(plan.task).__qualname__, "data": known.hexdigest()}


def _compare(folder: Path, found: Any, wanted: Mapping[str, Any]) -> None:
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise ValueError(f"store must be the folder of a sweep, got {files.named(folder)}, whose {_HEAD} is none.")
    # by way of JSON, in which a tuple is a list
    other = [name for name, one in json.loads(json.dumps(wanted)).items() if found.get(name) != one]
    if other:
        raise ValueError(
            f"store {files.named(folder)} keeps a sweep with another {listed(other)}; choose another folder, or call "
            "it as it was."
        )


def _name(number: int) -> str:
    return f"trial-{number:05}.json"


def _read(path: Path) -> Any:
    content = files.read(path)
    try:
        return files.parsed(content)
    except ValueError:
        raise ValueError(f"store has a file that cannot be read: {files.named(path)}; move it away.") from None


def _write(path: Path, value: Any) -> None:
    written = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False).encode()
    files.write(path, lambda file: file.write(written))


def _named(error: OSError, folder: Path) -> OSError:
    reason = "something else is there" if isinstance(error, FileExistsError) else str(error.strerror).lower()
    same = type(error)(f"store must be a folder that can be made, got {files.named(folder)}: {reason}.")
    same.errno = error.errno
    return same


def _locked(head: Path) -> int | None:
    """Keep other processes out as long as this one lives; None where the system knows no such lock."""
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows
        return None
    descriptor = os.open(head, os.O_RDWR)
    try:
        # not flock: its lock would outlive a killed process in the children that it forked
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        os.close(descriptor)
        raise RuntimeError(
            f"store {files.named(head.parent)} is in use by another process; wait for it, or choose another folder."
        ) from None
    except OSError:  # a file system without locks
        with contextlib.suppress(OSError):
            os.close(descriptor)
        return None
    return descriptor
