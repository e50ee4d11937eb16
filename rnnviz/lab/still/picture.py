"""Picture: the still of a screen as it is now: sentence and PNG, from the pictures, dock and table that it shows."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rnnviz.i18n import t
from rnnviz.lab.screen.grid import drawable, drawn, place_of
from rnnviz.lab.screen.screen import BaseScreen
from rnnviz.lab.still.sentence import sentence
from rnnviz.lab.tools.inspector import Inspector
from rnnviz.lab.tools.results import result_words
from rnnviz.training import Snapshot
from rnnviz.views import Focus
from rnnviz.views.base import where
from rnnviz.views.still.drawing import Drawing
from rnnviz.views.still.inpieces import InPieces
from rnnviz.views.still.sheet import Sheet, Table
from rnnviz.views.style import plain

__all__ = ["Picture", "ScreenPicture"]

_WIDE = {"score": 460, "column": 246, "wide": 772}  # a plot's pixels: it holds no more values than can be told apart


@dataclass(frozen=True)
class Picture:
    """A still.

    Parameters
    ----------
    sentence : str
        What it shows, in words.
    png : bytes
        The file.
    size : tuple of int
        Width and height on a page.
    """

    sentence: str
    png: bytes
    size: tuple[int, int]


class ScreenPicture:
    """Draws stills of one screen; what stays of its pictures is made once a run.

    Parameters
    ----------
    screen : BaseScreen
        What a page shows.
    task : str
        What its run trains on; empty for a loop that is watched.
    """

    def __init__(self, screen: BaseScreen[Any], task: str) -> None:
        self._screen, self._task = screen, task
        self._drawings: dict[str, Drawing] = {}

    def now(self) -> InPieces[Picture]:
        """Draw the still of the moment at which this is begun."""
        snapshot = self._screen.seen
        focus = self._screen.panel.focus_controls.focus_on(snapshot)
        place = where(snapshot, focus)
        shown = t("still.where", where=place) if place else ""
        words = " ".join(filter(None, (sentence(snapshot, self._task), shown, t("still.static"))))
        cell = self._cell()
        tables = [*([cell] if cell else []), *self._results(snapshot)]
        places = yield from self._figures(snapshot, focus)
        # an open dock takes the place of the narrow column, as on the page
        column = () if cell else places["column"]
        png, size = yield from Sheet(words, places["score"], column, places["wide"], tables).png()
        return Picture(words, png, size)

    def _figures(self, snapshot: Snapshot, focus: Focus) -> InPieces[dict[str, list[Mapping[str, Any]]]]:
        """Find what is shown, by its place on the page; what a view fails with is told there, and left out here."""
        places: dict[str, list[Mapping[str, Any]]] = {"score": [], "column": [], "wide": []}
        for name, view in self._screen.views.items():
            if name not in self._screen.chosen:
                continue
            yield
            with contextlib.suppress(Exception):
                if drawable(view, snapshot):
                    place = place_of(view)
                    places[place].append(self._drawing(name, snapshot, focus).filled(snapshot, focus, _WIDE[place]))
        return places

    def _drawing(self, name: str, snapshot: Snapshot, focus: Focus) -> Drawing:
        known = self._drawings.get(name)
        if known is None or known.run != snapshot.run:
            known = self._drawings[name] = Drawing(drawn(self._screen.views[name]), snapshot, focus)
        return known

    def _cell(self) -> Table | None:
        """Return the lines of the cell that is taken apart, while that dock is open."""
        toolbox = self._screen.panel.toolbox
        tool = toolbox.made("inspector")
        if "inspector" not in toolbox.opened or not isinstance(tool, Inspector):
            return None
        if self._screen.state.phase != "playing":  # it is opened a moment before it is drawn
            self._screen.pump.flush(timeout=2.0)
        shown = tool.view.picture
        if not shown.get("lines"):
            return None
        rows = [("", *shown["heads"], "")] if not shown["back"] else []
        for line in (line for part in shown["lines"] for line in part["equations"]):
            cells, left = line["cells"], plain(line["left"])
            result = f"{plain(line['way'])} <b>{plain(line['result'])}</b>"
            rows += [(left, *map(plain, cells), result)] if cells else [(left,), ("", result)]
        return Table(t("still.cell", time=shown["time"], unit=shown["unit"]), rows)

    def _results(self, snapshot: Snapshot) -> list[Table]:
        toolbox = self._screen.panel.toolbox
        return [Table("", result_words(snapshot))] if "results" in toolbox.names else []
