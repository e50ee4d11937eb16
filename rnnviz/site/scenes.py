"""What is seen in each replay: which knobs are turned, and how far it trains."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Scene", "scene_of"]


@dataclass(frozen=True)
class Scene:
    """A stretch of a run.

    Parameters
    ----------
    until : int
        The step to which it trains.
    knobs : mapping
        What is turned before, as `rnnviz.Lab.set` takes it.
    seconds : float
        The processor's time that it may take; a slower run ends earlier.
    """

    until: int
    knobs: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 12.0


_USUAL = (Scene(300),)
# where a lab waits for a hand on its knob, the replay shows what the hand does
_SCENES = {
    ("00", "opener"): (Scene(100), Scene(700, {"forget_bias": 4})),
    ("03", "opener"): (Scene(100), Scene(600, {"forget_bias": 3})),
    ("06", "lab-clipping"): (Scene(0), Scene(300, {"clip": 1.0})),  # as it opens, its loss is no number after a step
}


def scene_of(chapter: str, cell: str) -> tuple[Scene, ...]:
    """Return what is seen of the lab that a cell of a chapter shows."""
    return _SCENES.get((chapter, cell), _USUAL)
