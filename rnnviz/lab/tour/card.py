"""TourCard: the card that leads a learner through a lab elsewhere on the page, and outlines what it speaks of."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from rnnviz.i18n import t
from rnnviz.lab.screen.screen import Screen
from rnnviz.lab.tour.steps import Scene, steps_for
from rnnviz.lab.tour.tour import Tour, TourPosition
from rnnviz.live.bundle import beside
from rnnviz.live.pagewidget import PageWidget
from rnnviz.training import Settings

__all__ = ["TourCard"]

_BUTTONS = ("start", "again", "back", "next", "pass", "skip", "reach")


class TourCard(PageWidget):
    """A tour of one lab: tells what to do, sees when it is done, and waits for the learner to go on.

    The card is written whenever the lab changes, in whatever thread that happens, one at a time; the page writes no
    trait, it sends messages.

    Parameters
    ----------
    screen : Screen
        What the lab shows.
    settings : callable
        Returns those of the next step.
    show : sequence of str, optional
        The controls that the lab shows; all by default.

    Attributes
    ----------
    said : dict
        What the card says, as text; the class names to outline; the step's name and whether it is done.
    labels : dict of str to str
        Words of the buttons.
    lab : str
        Class name of the lab's element.
    """

    _esm = beside(__file__, "card.js")
    _css = beside(__file__, "card.css")
    said = traitlets.Dict().tag(sync=True)
    labels = traitlets.Dict().tag(sync=True)
    lab = traitlets.Unicode().tag(sync=True)

    def __init__(self, screen: Screen, settings: Callable[[], Settings], show: Sequence[str] | None) -> None:
        knobs = {"lr"} if show is None or "lr" in show else set()
        self._screen, self._settings, self._lock = screen, settings, threading.Lock()
        self._tour = Tour(steps_for({*screen.chosen, *screen.panel.toolbox.uses, *knobs}))
        lab = f"rv-lab-{screen.feed.feed_id}"
        # by a class of its own the page finds this lab among several
        screen.panel.widget.add_class(lab)
        super().__init__(labels={name: t(f"tour.{name}") for name in _BUTTONS}, lab=lab)
        self.add_class("rv-tour")
        self.on_msg(self._pressed)
        self._tell(self._tour.see)
        screen.followers.append(lambda: self._tell(self._tour.see))

    def __repr__(self) -> str:
        place = self.state
        return f"TourCard({place.phase!r}, step={place.step!r}, done={place.done})"

    @property
    def state(self) -> TourPosition:
        """How far the learner has come."""
        return self._tell(self._tour.see)

    def start(self) -> TourPosition:
        """Begin at the first step, for the first time or again."""
        return self._tell(self._tour.begin)

    def next(self) -> TourPosition:
        """Go on to the next step, whether this one is done or not; from the last one to the end."""
        return self._tell(lambda now: self._tour.go(1, now))

    def back(self) -> TourPosition:
        """Return to the step before."""
        return self._tell(lambda now: self._tour.go(-1, now))

    def skip(self) -> TourPosition:
        """End the tour where it stands; `start` begins again at the first step."""
        return self._tell(self._tour.skip)

    def _pressed(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        """Act on a button; of two presses that crossed on the way the second says which step it was meant for."""
        press = {"start": self.start, "next": self.next, "back": self.back, "skip": self.skip}.get(content["press"])
        # a second press that was on its way when the card went on would skip a step
        if press is not None and content.get("step") in (None, self.state.step):
            press()

    def _tell(self, move: Callable[[Scene], TourPosition]) -> TourPosition:
        with self._lock:
            place = move(self._scene())
            said = _written(place, self._tour)
            if said != self.said:
                self.said = said
            return place

    def _scene(self) -> Scene:
        screen, panel, seen = self._screen, self._screen.panel, self._screen.seen
        return Scene(
            settings=self._settings(),
            run=seen.run,
            focus=panel.focus_controls.focus.within(seen.layer),
            playing=screen.state.onward,
            closed=screen.state.phase == "stopped",
            opened=panel.toolbox.opened,
            uses=panel.toolbox.uses,
            returned=screen.returned,
        )


def _written(place: TourPosition, tour: Tour) -> dict[str, Any]:
    said: dict[str, Any] = {"phase": place.phase, "step": place.step, "done": place.done, "highlight": []}
    if place.phase != "walking":
        return said | {"words": t(f"tour.{place.phase}", of=place.of)}
    return said | {
        "highlight": list(tour.step.highlight),
        "count": t("tour.count", number=place.number, of=place.of),
        "title": t(f"tour.{place.step}.title"),
        "words": t(f"tour.{place.step}.words", label=t(tour.step.label)),
        "praise": t(f"tour.{place.step}.praise") if place.done else "",
        "first": place.number == 1,
    }
