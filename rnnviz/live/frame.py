"""Frame: what changed in every figure of a lab at one step, packed into one message with one buffer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnnviz.views import Patch, encode

__all__ = ["Cursor", "Frame", "pack"]

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
    """

    run: int
    step: int
    patches: Mapping[str, Sequence[Patch]]
    cursors: Mapping[str, Cursor] = field(default_factory=dict)


def pack(frame: Frame) -> tuple[dict[str, Any], bytes]:
    """Return the message (JSON-ready) and the bytes of a frame: private copies, never views of live memory.

    Examples
    --------
    >>> message, data = pack(Frame(1, 7, {"a": [Patch(0, "y", np.zeros(3)), Patch(None, "title.text", "hello")]}))
    >>> message["parts"][0]["shape"], len(data)
    ([3], 12)
    """
    parts: list[dict[str, Any]] = []
    chunks: list[bytes] = []
    offset = 0
    for name, patches in frame.patches.items():
        for patch in patches:
            part: dict[str, Any] = {"figure": name, "trace": patch.trace, "key": patch.key}
            if isinstance(patch.value, np.ndarray):
                chunk = _bytes(patch)
                part |= {"shape": list(patch.value.shape), "offset": offset, "limits": patch.limits}
                chunks.append(chunk)
                offset += len(chunk)
            else:
                part["value"] = patch.value
            parts.append(part)
    message = {"kind": "frame", "run": frame.run, "step": frame.step, "parts": parts, "cursors": dict(frame.cursors)}
    return message, b"".join(chunks)


def _bytes(patch: Patch) -> bytes:
    if patch.limits is None:
        return np.ascontiguousarray(patch.value, dtype="<f4").tobytes()
    codes = encode(patch.value, patch.limits).tobytes()
    return codes + b"\0" * (-len(codes) % 4)
