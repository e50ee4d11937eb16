"""LiveFigure: a plain plotly figure in the browser, fed with small binary frames."""

import json
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import traitlets

from rnnviz.i18n import t
from rnnviz.live.bundle import beside
from rnnviz.live.feed import Feed
from rnnviz.live.frame import Cursor, Frame
from rnnviz.live.pagewidget import PageWidget
from rnnviz.live.runtime import runtime
from rnnviz.views import Patch
from rnnviz.views.style import SCALES, TONES

__all__ = ["LiveFigure", "spec_of"]

_SENTENCES = ("shown", "empty", "line", "lines", "range", "value", "more", "moment", "tools")
_PLACES = [
    "title",
    "step",
    "parts",
    "name",
    "first",
    "last",
    "start",
    "end",
    "low",
    "high",
    "mean",
    "value",
    "count",
    "axes",
    "t",
]


class LiveFigure(PageWidget):
    """Show a figure and change it many times a second.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        What to draw at first.
    name : str
        Names the figure within its feed.
    feed : Feed, optional
        Shared by the figures of one lab, so that they all change in one message; its own by default.
    cursor : tuple of float, optional
        ``(x of timestep 0, x distance of one timestep, number of timesteps)``, if the x axis is time.
    run : int
        Frames of another run are ignored.

    Attributes
    ----------
    help : str
        What the picture shows, behind a question mark in its caption; for figures whose ``layout.meta`` has captions.

    Examples
    --------
    >>> import numpy as np
    >>> live = LiveFigure(go.Figure(go.Scatter(y=[0, 1])))
    >>> live.update([Patch(0, "y", np.array([1.0, 0.0]))])
    >>> live
    LiveFigure('figure')
    """

    _esm = beside(__file__, "figurewidget.js")
    _css = beside(__file__, "figure.css")
    name = traitlets.Unicode().tag(sync=True)
    feed_id = traitlets.Unicode().tag(sync=True)
    group = traitlets.Unicode().tag(sync=True)
    spec = traitlets.Dict().tag(sync=True)
    help = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        figure: go.Figure,
        *,
        name: str = "figure",
        feed: Feed | None = None,
        cursor: Cursor | None = None,
        run: int = 0,
    ) -> None:
        spec = spec_of(figure, cursor, run)
        # first: the page cannot draw a figure before it has plotly
        runtime(spec["data"])
        self._feed = feed or Feed()
        identity = self._feed.feed_id
        super().__init__(name=name, feed_id=identity, group=identity, spec=spec)

    def __repr__(self) -> str:
        return f"LiveFigure({self.name!r})"

    def rebuild(self, figure: go.Figure, *, cursor: Cursor | None = None, run: int = 0) -> None:
        """Replace the whole figure: other traces, axes or shapes; ``cursor`` and ``run`` as for the class."""
        spec = spec_of(figure, cursor, run)
        runtime(spec["data"])
        self.spec = spec

    def update(self, patches: Sequence[Patch], *, step: int = 0) -> None:
        """Send one frame of patches to this figure alone, drawn as of training step ``step``."""
        self._feed.push(Frame(self.spec["run"], step, {self.name: patches}))


def spec_of(figure: go.Figure, cursor: Cursor | None, run: int) -> dict[str, Any]:
    """Return what the page is told of a figure, ready for JSON; see `LiveFigure` for the parameters."""
    # by JSON and back: plotly's encoder knows numpy and dates, a trait's does not
    spec: dict[str, Any] = json.loads(figure.to_json())
    spec["run"] = run
    spec["cursor"] = list(cursor) if cursor else None
    spec["label"] = _label(spec["layout"])
    spec["words"] = _words()
    # a figure is made in the colours of a light page; the page at hand may be dark
    spec["tones"], spec["scales"] = TONES, SCALES
    return spec


def _label(layout: dict[str, Any]) -> str:
    """The picture's title; of one with captions in place of it the first of these."""
    named = [panel["name"] for panel in (layout.get("meta") or {}).get("panels", [])]
    return str(layout.get("title", {}).get("text", "") or next(iter(named), ""))


def _words() -> dict[str, str]:
    """The sentences of description.js, which fills their places."""
    places = {name: f"{{{name}}}" for name in _PLACES}
    return {name: t(f"told.{name}", **places) for name in _SENTENCES} | {
        "silent": t("page.silent"),
        "help": t("view.help"),
    }
