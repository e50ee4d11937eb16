"""PlotlyRuntime: carries plotly.js to the browser page, once, however many figures are open."""

import gzip
from functools import cache

import traitlets
from plotly.offline import get_plotlyjs

from rnnviz.live.beside import beside
from rnnviz.live.pagewidget import PageWidget

__all__ = ["PlotlyRuntime", "packed_plotly", "runtime"]


@cache
def packed_plotly() -> bytes:
    """Return the compressed source of plotly.js, about 1.5 MB."""
    # without a time stamp: the same bytes in every kernel
    return gzip.compress(get_plotlyjs().encode(), compresslevel=6, mtime=0)


class PlotlyRuntime(PageWidget):
    """An invisible widget with the compressed source of plotly.js (about 1.5 MB, sent when it is made)."""

    _esm = beside(__file__, "runtime.js")
    _css = beside(__file__, "score.css")  # once a page, as its script
    packed = traitlets.Bytes().tag(sync=True)

    def __repr__(self) -> str:
        return "PlotlyRuntime()"


_kept: list[PlotlyRuntime] = []


def runtime() -> PlotlyRuntime:
    """Return the kernel's one runtime; made when first asked for, made again if it was closed."""
    # a kernel's "close all widgets" closes this one too
    if not _kept or _kept[0].comm is None:
        _kept[:] = [PlotlyRuntime(packed=packed_plotly())]
    return _kept[0]
