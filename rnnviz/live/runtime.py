"""PlotlyRuntime: carries plotly.js to the browser page, once, however many figures are open."""

from collections.abc import Iterable, Mapping
from typing import Any

import traitlets

from rnnviz.live import library
from rnnviz.live.bundle import beside
from rnnviz.live.pagewidget import PageWidget

__all__ = ["PlotlyRuntime", "runtime"]


class PlotlyRuntime(PageWidget):
    """An invisible widget with the compressed source of a plotly.js (0.5 or 1.5 MB, sent when it is made).

    Attributes
    ----------
    packed : bytes
        The source.
    traces : list of str, optional
        The types of traces that it draws; None: all.
    """

    _esm = beside(__file__, "runtime.js")
    _css = beside(__file__, "score.css") + beside(__file__, "plainfigures.css")  # once a page, as its script
    packed = traitlets.Bytes().tag(sync=True)
    traces = traitlets.List(trait=traitlets.Unicode(), default_value=None, allow_none=True).tag(sync=True)

    def __repr__(self) -> str:
        return "PlotlyRuntime()"


_kept: dict[bool, PlotlyRuntime] = {}  # by whether it draws everything


def runtime(data: Iterable[Mapping[str, Any]] = ()) -> PlotlyRuntime:
    """Return the kernel's runtime that draws such traces; made when first asked for, made again if it was closed.

    The whole plotly.js is sent once a figure has a trace that the small one does not know; it draws the others as well.

    Parameters
    ----------
    data : iterable of mapping
        Traces as plotly.js has them.
    """
    traces = list(data)
    small = library.suffices(traces)
    for everything in (True,) if not small else (True, False):
        # a kernel's "close all widgets" closes these too
        if everything in _kept and _kept[everything].comm is not None:
            return _kept[everything]
    _kept[not small] = PlotlyRuntime(packed=library.packed_for(traces), traces=list(library.TRACES) if small else None)
    return _kept[not small]
