"""Figures: the pictures of a screen; each is built when first shown, and hidden while its view fails; others go on."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field

from rnnviz.lab.screen.grid import Grid, drawable, drawn
from rnnviz.live import Feed, LiveFigure
from rnnviz.live.frame import Frame, cursor_of
from rnnviz.training import Snapshot
from rnnviz.views import Canvas, Focus, View

__all__ = ["Figures"]


@dataclass
class _Failure:
    """What a view has failed with last, and at what."""

    words: str
    snapshot: Snapshot


@dataclass
class _Placed:
    """A picture, built for one run and so many sequences."""

    run: int
    sequences: int
    padded: bool
    canvas: Canvas

    def fits(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot can be drawn in it: of another run axes differ; what is typed is one sequence more."""
        now = snapshot.run, _sequences(snapshot), snapshot.padded
        return (self.run, self.sequences, self.padded) == now


@dataclass
class Figures:
    """Pictures that take their frames from one feed.

    Parameters
    ----------
    views : mapping of str to View
        Those that can be shown, in reading order.
    feed : Feed
        What carries the frames.

    Attributes
    ----------
    grid : Grid
        Their places on the page.
    """

    views: Mapping[str, View]
    feed: Feed
    grid: Grid = field(init=False)

    def __post_init__(self) -> None:
        self.grid = Grid(self.views)
        forms = {name: drawn(view) for name, view in self.views.items()}
        self._drawn = {name: form.while_playing() for name, form in forms.items()}
        self._hurried = [name for name, form in forms.items() if self._drawn[name] is not form]
        self._figures: dict[str, LiveFigure] = {}
        self._placed: dict[str, _Placed] = {}
        self._failures: dict[str, _Failure] = {}

    def build(self, snapshot: Snapshot, focus: Focus, chosen: Container[str]) -> None:
        """Build what is to be shown and is not there; a view that fails here fails again in the first frame."""
        self._each(snapshot, chosen, lambda name, view: self._canvas(name, view, snapshot, focus))
        self._failures.clear()

    def frame(self, snapshot: Snapshot, focus: Focus, chosen: Container[str]) -> tuple[Frame, list[Exception]]:
        """Return what the pictures show of a snapshot, and what views have raised, each sentence once.

        Parameters
        ----------
        snapshot, focus
            As in `View.patches`.
        chosen : container of str
            Names of the pictures to show.
        """
        frame = Frame(snapshot.run, snapshot.step, patches := {}, cursors := {})

        def draw(name: str, view: View) -> None:
            canvas = self._canvas(name, view, snapshot, focus)
            drawn, place = canvas.patches(snapshot, focus, self.feed.sizes.get(name)), cursor_of(view, snapshot, focus)
            patches[name] = drawn
            if place:
                cursors[name] = place

        return frame, self._each(snapshot, chosen, draw)

    def light_frame(self, snapshot: Snapshot, focus: Focus, chosen: Container[str]) -> Frame:
        """Return what pictures of states show of a light snapshot; those that are not there yet wait for a whole one.

        Parameters
        ----------
        snapshot, focus, chosen
            As for `frame`.
        """
        frame = Frame(snapshot.run, snapshot.step, patches := {}, light=True)
        for name, view in self._drawn.items():
            placed = self._placed.get(name)
            if view.light and name in chosen and name not in self._failures and placed and placed.fits(snapshot):
                patches[name] = placed.canvas.patches(snapshot, focus, self.feed.sizes.get(name))
        return frame

    def hurries(self, chosen: Container[str]) -> bool:
        """Whether a picture that is shown leaves something for a moment that is drawn once more, when the run rests."""
        return any(name in chosen for name in self._hurried)

    def wants_light(self, chosen: Container[str]) -> bool:
        """Whether any picture that is shown is drawn from light snapshots too."""
        return any(view.light and name in chosen for name, view in self._drawn.items())

    def _each(self, snapshot: Snapshot, chosen: Container[str], work: Callable[[str, View], object]) -> list[Exception]:
        """Do the work for every picture that is shown, hide the others, and return what is new of what was raised."""
        errors = []
        for name, view in self._drawn.items():
            failed = self._failures.get(name)
            if failed is not None and failed.snapshot is snapshot:
                continue
            try:
                shown = name in chosen and drawable(self.views[name], snapshot)
                if shown:
                    work(name, view)
                else:
                    # forgotten while hidden: shown again it is built for the run of then
                    self._placed.pop(name, None)
            except Exception as error:
                shown, now = False, _Failure(repr(error), snapshot)
                errors += [] if failed is not None and failed.words == now.words else [error]
                self._failures[name] = now
            else:
                self._failures.pop(name, None)
            self.grid.show(name, shown)
        return errors

    def _canvas(self, name: str, view: View, snapshot: Snapshot, focus: Focus) -> Canvas:
        """Return the canvas for this run, built anew where it does not fit (other axes, perhaps other panels)."""
        placed = self._placed.get(name)
        if placed is None or not placed.fits(snapshot):
            canvas, cursor = Canvas(view, snapshot, focus), cursor_of(view, snapshot, focus)
            placed = self._placed[name] = _Placed(snapshot.run, _sequences(snapshot), snapshot.padded, canvas)
            if name in self._figures:
                self._figures[name].rebuild(canvas.figure, run=snapshot.run, cursor=cursor)
            else:
                figure = LiveFigure(canvas.figure, name=name, feed=self.feed, run=snapshot.run, cursor=cursor)
                self._figures[name] = figure
                self.grid.put(name, figure)
        return placed.canvas


def _sequences(snapshot: Snapshot) -> int:
    return int(snapshot.layer.hidden.shape[2])
