"""Frame: what changed in every figure of a lab at one step, packed into one message with one buffer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np

from rnnviz.training import Snapshot
from rnnviz.views import Focus, Patch, View, encode

__all__ = ["Cursor", "Frame", "cursor_of", "pack"]

Cursor = tuple[float, float, int]


@dataclass(frozen=True, eq=False)
class Frame:
    """A complete picture of one step.

    Parameters
    ----------
    run : int
        Which run; a figure ignores frames of another run than its own.
    step : int
        The training step that is shown.
    patches : mapping of str to sequence of Patch
        Figure name to its patches.
    cursors : mapping of str to tuple of float
        Figure name to ``(x of timestep 0, x distance of one timestep, number of timesteps)``; a figure that is not
        named keeps the cursor it has.
    light : bool
        Whether only the figures that are named have changed; the others stay at the step that they show.
    """

    run: int
    step: int
    patches: Mapping[str, Sequence[Patch]]
    cursors: Mapping[str, Cursor] = field(default_factory=dict)
    light: bool = False


def cursor_of(view: View, snapshot: Snapshot, focus: Focus) -> Cursor | None:
    """Return where timestep 0 is on a picture's x axis, how far the next one, and how many there are; or None."""
    place = view.cursor(snapshot, focus)
    return None if place is None else (*place, snapshot.longest)


def pack(frame: Frame) -> tuple[dict[str, Any], bytes]:
    """Return the message (JSON-ready) and the bytes of a frame: private copies, never views of live memory.

    The message has a digest for each figure; the browser does not redraw one that has not changed.

    Examples
    --------
    >>> message, data = pack(Frame(1, 7, {"a": [Patch(0, "y", np.zeros(3)), Patch(None, "title.text", "hello")]}))
    >>> message["parts"][0]["shape"], len(data)
    ([3], 12)
    """
    parts: list[dict[str, Any]] = []
    data = bytearray()
    digests = {}
    for name, patches in frame.patches.items():
        start, first = len(data), len(parts)
        places: dict[bytes, int] = {}
        parts += [_part(name, patch, data, places) for patch in patches]
        # words and numbers apart: text is in the message, arrays are in the buffer, each of them once
        said = [part["value"] if "value" in part else part["offset"] - start for part in parts[first:]]
        digests[name] = crc32(repr(said).encode(), crc32(memoryview(data)[start:]))
    message = {"kind": "frame", "run": frame.run, "step": frame.step, "parts": parts, "digests": digests}
    message |= {"light": True} if frame.light else {}
    return message | {"cursors": dict(frame.cursors)}, bytes(data)


def _part(name: str, patch: Patch, data: bytearray, places: dict[bytes, int]) -> dict[str, Any]:
    """Return what the message says of a patch, whose numbers are appended to ``data`` unless its picture has them."""
    part: dict[str, Any] = {"figure": name, "trace": patch.trace, "key": patch.key}
    if not isinstance(patch.value, np.ndarray):
        return part | {"value": patch.value}
    numbers = _bytes(patch)
    offset = places.setdefault(numbers, len(data))  # curves of one picture share their places, and they travel once
    if offset == len(data):
        data += numbers
    return part | {"shape": list(patch.value.shape), "offset": offset, "limits": patch.limits}


def _bytes(patch: Patch) -> bytes:
    if patch.limits is None:
        return np.ascontiguousarray(patch.value, dtype="<f4").tobytes()
    codes = encode(patch.value, patch.limits).tobytes()
    return codes + b"\0" * (-len(codes) % 4)
