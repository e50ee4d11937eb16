"""PackedFrames: the frames of a replay, drawn and packed as the live pictures are; equal arrays are kept once."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plotly.utils import PlotlyJSONEncoder

from rnnviz.lab.screen.grid import drawable, drawn
from rnnviz.live import pack
from rnnviz.live.figure import spec_of
from rnnviz.live.frame import Frame, cursor_of
from rnnviz.training import Snapshot
from rnnviz.views import Canvas, Focus, View

__all__ = ["PIXELS", "PackedFrames", "ReplayFrame", "replay_frames", "to_json"]

PIXELS = (800, 340)  # of every plotting area: what is finer than these is left out, as on a screen of that size


@dataclass(frozen=True, eq=False)
class ReplayFrame:
    """One moment, packed.

    Parameters
    ----------
    message : dict
        As `rnnviz.live.pack` gives it.
    data : bytes
        Its buffer.
    specs : dict
        Each picture without its changing data, as a live figure is told of it.
    """

    message: dict[str, Any]
    data: bytes
    specs: dict[str, dict[str, Any]]


@dataclass(frozen=True, eq=False)
class PackedFrames:
    """Moments of a run in one piece.

    Parameters
    ----------
    index : str
        JSON: ``frames`` (the messages, whose offsets lead into ``data``) and ``specs`` by run and picture.
    data : bytes
        Every array, the equal ones once.

    Examples
    --------
    >>> part = {"figure": "a", "trace": 0, "key": "y", "shape": [2], "limits": None}
    >>> replay_frame = ReplayFrame({"run": 0, "parts": [part | {"offset": 0}, part | {"offset": 8}]}, bytes(16), {})
    >>> packed = PackedFrames.of([replay_frame, replay_frame])
    >>> len(packed.data), json.loads(packed.index)["frames"][1]["parts"][1]["offset"]
    (8, 0)
    """

    index: str
    data: bytes

    @classmethod
    def of(cls, taken: Sequence[ReplayFrame]) -> "PackedFrames":
        """Return these moments with every array kept once, in the order given."""
        pool, places = bytearray(), dict[bytes, int]()
        frames = [{**one.message, "parts": _pooled(one, pool, places)} for one in taken]
        specs: dict[int, dict[str, Any]] = {}
        for one in taken:
            # one figure a run: later moments change what is in it, and not its frame
            specs[one.message["run"]] = one.specs | specs.get(one.message["run"], {})
        return cls(to_json({"frames": frames, "specs": specs}), bytes(pool))


def replay_frames(snapshots: Sequence[Snapshot], views: Mapping[str, View], focus: Focus) -> list[ReplayFrame]:
    """Return each moment as the live pictures of that size show it; a picture without anything to draw is left out."""
    return [_replay_frame(snapshot, views, focus.within(snapshot.layer)) for snapshot in snapshots]


def to_json(value: Any) -> str:
    """Return JSON that a browser reads: no NaN, and numpy's numbers as numbers."""
    return json.dumps(value, cls=PlotlyJSONEncoder, separators=(",", ":"))


def _replay_frame(snapshot: Snapshot, views: Mapping[str, View], focus: Focus) -> ReplayFrame:
    shown = {name: drawn(view) for name, view in views.items() if drawable(view, snapshot)}
    places = {name: cursor_of(view, snapshot, focus) for name, view in shown.items()}
    canvases = {name: Canvas(view, snapshot, focus) for name, view in shown.items()}
    patches = {name: one.patches(snapshot, focus, PIXELS) for name, one in canvases.items()}
    cursors = {name: place for name, place in places.items() if place}
    message, data = pack(Frame(snapshot.run, snapshot.step, patches, cursors))
    return ReplayFrame(
        message, data, {name: spec_of(one.figure, places[name], snapshot.run) for name, one in canvases.items()}
    )


def _pooled(replay_frame: ReplayFrame, pool: bytearray, places: dict[bytes, int]) -> list[dict[str, Any]]:
    """The parts of a message, their arrays moved to the pool."""
    parts = []
    for part in replay_frame.message["parts"]:
        if "shape" in part:
            size = math.prod(part["shape"]) * (4 if part["limits"] is None else 1)
            array = replay_frame.data[part["offset"] : part["offset"] + size]
            if array not in places:
                places[array] = len(pool)
                pool += array
            part = {**part, "offset": places[array]}
        parts.append(part)
    return parts
