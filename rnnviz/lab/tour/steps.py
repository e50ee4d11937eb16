"""Tour steps: what each asks of a learner, and how a look at the lab tells whether she has done it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from rnnviz.training import Settings
from rnnviz.views import Focus

__all__ = ["STEPS", "Scene", "Step", "steps_for"]


@dataclass(frozen=True)
class Scene:
    """What a tour sees of a lab at one moment.

    Parameters
    ----------
    settings : Settings
        Those of the next step.
    run : int
        Number of the model on screen.
    focus : Focus
        Where the selectors stand.
    playing, closed : bool
        Whether it trains until its goal or a pause; whether it was closed for good.
    opened : frozenset of str
        Names of the drawers that are open.
    uses : mapping of str to int
        How often a learner has worked each tool.
    returned : int
        How often the pictures have come back from an earlier step.
    """

    settings: Settings
    run: int = 0
    focus: Focus = field(default_factory=Focus)
    playing: bool = False
    closed: bool = False
    opened: frozenset[str] = frozenset()
    uses: Mapping[str, int] = field(default_factory=dict)
    returned: int = 0


@dataclass(frozen=True)
class Step:
    """One thing to do.

    Parameters
    ----------
    name : str
        Its words are ``tour.name.title``, ``tour.name.words`` and, once it is done, ``tour.name.praise``.
    label : str
        Key of the words on the control that its own words name.
    highlight : tuple of str
        Class names: the first that is visible in the lab is outlined.
    done : callable
        Called with the scene when the step began and the scene now.
    needs : str
        Name of the knob, view or tool without which the step is left out; ``""`` for none.
    """

    name: str
    label: str
    highlight: tuple[str, ...]
    done: Callable[[Scene, Scene], bool]
    needs: str = ""


def _used(tool: str) -> Callable[[Scene, Scene], bool]:
    return lambda before, now: now.uses.get(tool, 0) > before.uses.get(tool, 0)


def _picked(before: Scene, now: Scene) -> bool:
    return (now.focus.time, now.focus.unit) != (before.focus.time, before.focus.unit)


STEPS = (
    Step("play", "lab.play", ("rv-play",), lambda before, now: now.playing),
    Step("rate", "knob.lr", ("rv-lr",), lambda before, now: now.settings.lr != before.settings.lr, "lr"),
    Step("pause", "lab.pause", ("rv-pause",), lambda before, now: not now.playing),
    Step("hidden", "view.hidden.name", ("rv-view-hidden",), _picked, "hidden"),
    Step("gradients", "view.gradients.name", ("rv-view-gradients",), _picked, "gradients"),
    Step(
        "inspector",
        "tool.inspector",
        ("rv-open-inspector",),
        lambda before, now: "inspector" in now.opened,
        "inspector",
    ),
    Step(
        "inside",
        "inspector.gradient",
        ("rv-inspect-gradient", "rv-open-inspector"),
        _used("inspector"),
        needs="inspector",
    ),
    Step("perturb", "tool.perturb", ("rv-perturb", "rv-open-perturb"), _used("perturb"), needs="perturb"),
    Step(
        "timeline",
        "tool.timeline.live",
        ("rv-timeline", "rv-play"),
        lambda before, now: now.returned > before.returned,
        "timeline",
    ),
)


def steps_for(offered: Collection[str]) -> tuple[Step, ...]:
    """Return the steps that a lab with these knobs, views and tools allows, in order."""
    return tuple(step for step in STEPS if not step.needs or step.needs in offered)
