"""A picture of the narrow column: panels one below the other on one axis, with words that the page sets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from rnnviz.views.base import View
from rnnviz.views.curvepanels import log_ticks
from rnnviz.views.patch import Patch
from rnnviz.views.style import GHOST, HAIR, HAIR2, INK2, INK3, PAGE, TEXT

__all__ = ["FOOT", "SidePanel", "SideView", "axis_of", "line", "side_figure", "ticks", "words_at"]

_TICKS = {"size": 11, "color": INK2}
_TOLD, _PLAIN = "~g", 1e-5  # how numbers are written on a log axis, and those between which that is read
FOOT = 18  # pixels below the last panel, for the labels of its axis


@dataclass(frozen=True)
class SidePanel:
    """One panel of a picture.

    Parameters
    ----------
    name, aside : str
        Its caption: what it is, and a few plain words.
    low, high : int
        Height of the picture in pixels, in a window lower and at least 880 pixels high.
    log : bool
        Whether its axis counts in powers of ten.
    gap : int
        Pixels below it.
    empty : str
        What stands in it as long as there is nothing to draw.
    big : bool
        Whether one number stands large under the caption.
    keys : tuple of tuple of str
        In place of a number at the right end of the caption: names of lines, each with the page's word for its colour.
    yaxis : mapping
        More attributes of its vertical axis.
    above : bool
        Whether it lies above the cursor, so that no line runs through its words.
    """

    name: str
    aside: str = ""
    low: int = 80
    high: int = 104
    log: bool = False
    gap: int = 10
    empty: str = ""
    big: bool = False
    keys: tuple[tuple[str, str], ...] = ()
    yaxis: Mapping[str, Any] | None = None
    above: bool = False

    @property
    def head(self) -> int:
        """Pixels above the picture: the caption, and the large number."""
        return 32 if self.big else 16


class SideView(View):
    """The form of a view in the narrow column; its name is that of the view."""

    place = "side"
    shares_time = False


def side_figure(
    panels: Sequence[SidePanel], traces: Sequence[Any], *, xaxis: Mapping[str, Any], foot: int = FOOT, **layout: Any
) -> go.Figure:
    """Return a figure of panels one below the other, in the heights of a low window.

    Parameters
    ----------
    panels : sequence of SidePanel
        From the top; the n-th has the vertical axis ``y``, ``y2``, …
    traces : sequence
        Of plotly; each names its ``yaxis``.
    xaxis : mapping
        More attributes of the one horizontal axis.
    foot : int
        Pixels for the labels of the horizontal axis.
    **layout : object
        More attributes of the layout.
    """
    whole = sum(one.head + one.low + one.gap for one in panels)
    axes: dict[str, Any] = {}
    top = whole
    for index, one in enumerate(panels):
        upper = top - one.head
        top = upper - one.low - one.gap
        suffix = axis_of(index)[1:]
        axes[f"yaxis{suffix}"] = _axis(one) | {"domain": [(upper - one.low) / whole, upper / whole], "anchor": "x"}
    last = axis_of(len(panels) - 1)
    across = {"anchor": last, "showgrid": False, "zeroline": False, "linecolor": HAIR2, "tickfont": _TICKS}
    return go.Figure(
        list(traces),
        {
            "template": "none",
            "uirevision": "rnnviz",
            "height": whole + foot,
            "margin": {"l": 36 if any(one.log for one in panels) else 30, "r": 0, "t": 0, "b": foot, "pad": 0},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "hovermode": "closest",
            "showlegend": False,
            "font": {"family": "system-ui, sans-serif", "size": 11, "color": TEXT},
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "rgba(128,128,128,0.6)", "activecolor": GHOST},
            "xaxis": across | {"showline": True, "nticks": 5, "ticks": "", **xaxis},
            **axes,
            "meta": {"place": "side", "panels": [_words(index, one) for index, one in enumerate(panels)], "rows": []},
            **layout,
        },
    )


def axis_of(index: int) -> str:
    """Return plotly's name of the vertical axis of a panel: y, y2, and so on."""
    return "y" if index == 0 else f"y{index + 1}"


def line(color: str, width: float, name: str, *, panel: int = 0, dash: str = "solid", **more: Any) -> go.Scatter:
    """Return a curve without points; ``panel`` is where it is drawn."""
    return go.Scatter(
        **{
            "mode": "lines",
            "name": name,
            "yaxis": axis_of(panel),
            "line": {"color": color, "width": width, "dash": dash},
            **more,
        }
    )


def ticks(axis: str, values: NDArray[np.floating], *, log: bool) -> list[Patch]:
    """Return what `log_ticks` does, and powers of ten raised where there are numbers that are not read otherwise."""
    known = np.abs(values[np.isfinite(values)])
    far = log and len(known) > 0 and not _PLAIN <= known.min() <= known.max() < 1 / _PLAIN
    return [
        *log_ticks(axis, values, log=log),
        *([Patch(None, f"{axis}.tickformat", "" if far else _TOLD)] if log else []),
    ]


def words_at(text: str, panel: int, **more: Any) -> dict[str, Any]:
    """Return an annotation in a panel, at its right end unless told otherwise."""
    return {
        "text": text,
        "showarrow": False,
        "xref": "paper",
        "x": 1,
        "xanchor": "right",
        "yref": axis_of(panel),
        "yanchor": "bottom",
        "font": {"size": 11, "color": INK3},
        "bgcolor": PAGE,
        "borderpad": 0,
        **more,
    }


def _axis(panel: SidePanel) -> dict[str, Any]:
    log = {"type": "log", "exponentformat": "power", "tickformat": _TOLD}
    kind = log if panel.log else {"tickformat": ".3~g"}
    return {
        "gridcolor": HAIR,
        "zeroline": False,
        "ticks": "",
        "ticklabelstandoff": 4,
        "nticks": 4,
        "tickfont": _TICKS,
        "ticklabeloverflow": "allow",
        **kind,
        **(panel.yaxis or {}),
    }


def _words(index: int, panel: SidePanel) -> dict[str, Any]:
    said = {"axis": axis_of(index), "x": "x", "name": panel.name, "aside": panel.aside, "empty": panel.empty}
    sizes = {"low": panel.low, "high": panel.high, "gap": panel.gap, "head": panel.head}
    keys = {"keys": [list(pair) for pair in panel.keys]} if panel.keys else {}
    return {
        **said,
        **sizes,
        **keys,
        "above": panel.above,
        "bar": None,
        "read": None,
        "now": "",
        "big": "",
        "bigwords": "",
    }
