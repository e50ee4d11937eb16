"""Which plotly.js draws a figure: the small one, which lies here packed, or the whole one that comes with plotly."""

import gzip
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs, get_plotlyjs_version

__all__ = ["SHA256", "TRACES", "VERSION", "packed_for", "small", "suffices", "whole"]

# plotly.js-cartesian-dist-min of this version, as published; a page reads it in a third of the time of the whole one
VERSION = "4.1.1"
SHA256 = "79542150855a52c567260e3137095dbe2b744e6d702a5cabe67da246942fba7a"  # of its script, unpacked
TRACES = (
    "bar",
    "box",
    "contour",
    "heatmap",
    "histogram",
    "histogram2d",
    "histogram2dcontour",
    "image",
    "pie",
    "scatter",
    "scatterternary",
    "violin",
)


@cache
def small() -> bytes | None:
    """Return the compressed script of the plotly.js that draws `TRACES` alone; None if plotly has another version."""
    # what a figure of another version means is its own plotly.js to say
    if get_plotlyjs_version() != VERSION:
        return None
    return Path(__file__).with_name("plotlyjs").joinpath("plotly-cartesian.min.js.gz").read_bytes()


@cache
def whole() -> bytes:
    """Return the compressed script of plotly's own plotly.js, about 1.5 MB."""
    # without a time stamp: the same bytes in every kernel
    return gzip.compress(get_plotlyjs().encode(), compresslevel=6, mtime=0)


def suffices(data: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether the small plotly.js draws all of these traces as plotly's own would."""
    # to plotly.js a trace without a type is a line
    return small() is not None and all(one.get("type", "scatter") in TRACES for one in data)


def packed_for(data: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the compressed script of the smaller plotly.js that draws these traces."""
    return (small() if suffices(data) else None) or whole()
