"""PlotlyRuntime: carries plotly.js to the browser page, once, however many figures are open."""

import gzip
from functools import cache
from importlib import resources

import anywidget
import traitlets
from plotly.offline import get_plotlyjs

__all__ = ["PlotlyRuntime", "javascript", "packed_plotly", "runtime"]


def javascript(*names: str) -> str:
    """Return the named files of this package, joined into one ES module.

    Examples
    --------
    >>> "cursorOf" in javascript("page.js")
    True
    """
    folder = resources.files(__package__)
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


@cache
def packed_plotly() -> bytes:
    """Return the compressed source of plotly.js, about 1.5 MB."""
    return gzip.compress(get_plotlyjs().encode(), compresslevel=6, mtime=0)


class PlotlyRuntime(anywidget.AnyWidget):
    """An invisible widget with the compressed source of plotly.js (about 1.5 MB, sent when it is made)."""

    _esm = javascript("page.js", "runtime.js")
    packed = traitlets.Bytes().tag(sync=True)

    def __repr__(self) -> str:
        return "PlotlyRuntime()"


_kept: list[PlotlyRuntime] = []


def runtime() -> PlotlyRuntime:
    """Return the kernel's one runtime; made when first asked for, made again if it was closed."""
    if not _kept or _kept[0].comm is None:
        _kept[:] = [PlotlyRuntime(packed=packed_plotly())]
    return _kept[0]
