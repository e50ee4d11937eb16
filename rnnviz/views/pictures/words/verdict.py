"""The verdict: class by timestep, what the network would say if the sequence ended there."""

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View, where
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.pictures.words.running import RunningVerdict, has_verdict, running
from rnnviz.views.score.band import Band, Bar, Read
from rnnviz.views.score.strip import Strip, strip_figure, strip_patches
from rnnviz.views.style import GATE, INK2, PADDED, axis, base_layout, notice, plain
from rnnviz.views.words import said

__all__ = ["VerdictView"]

_ROW, _ROOM = 13, 16  # pixels a class in a low and a high window
_SHORT = 5  # letters that fit beside the picture, bold ones if they are smaller
_BOLD = '<b style="font-size:8.5px">'


class VerdictStrip(Strip):
    """The form of the verdict in the score; its read-out is the leading class and its share."""

    name = "verdict"

    def exists(self, snapshot: Snapshot) -> bool:
        return has_verdict(snapshot)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        shown = running(snapshot, focus.sample)
        rows = len(shown.kept)
        bar = Bar("gate", 0.0, 1.0, ((1.0, "100 %"), (0.0, "0")))
        band = Band(t("score.verdict"), "", _ROW * rows, _ROOM * rows, bar=bar, read=Read(0, 0, unit="%"), named=True)
        up = {"range": [rows - 0.5, -0.5], "tickvals": list(range(rows)), "mirror": True, "showline": True}
        up |= {"tickfont": {"size": 10, "color": INK2}, "ticklabelstandoff": 2, "ticklabeloverflow": "allow"}
        return strip_figure([_heatmap()], [band], snapshot, [up], rows=1)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        shown = running(snapshot, focus.sample)
        steps = thin(len(shown.shares), pixels and pixels[0])
        leading, share = _leading(shown)
        return [
            *strip_patches(snapshot, focus),
            *_cells(shown, steps),
            Patch(None, "yaxis.ticktext", _names(shown, _short)),
            Patch(None, "plot_bgcolor", _background(shown)),
            Patch(None, "meta.rows", (100 * share)[None].astype(np.float32)),
            Patch(None, "meta.panels[0].read.leads", leading),
            Patch(None, "meta.panels[0].aside", _aside(shown)),
        ]


class VerdictView(View):
    """Class by timestep: the share of each class after every step of the sequence in focus, colours from 0 to 1."""

    name = "verdict"
    height = 320
    score = VerdictStrip()

    def exists(self, snapshot: Snapshot) -> bool:
        return has_verdict(snapshot)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        shown, labels = running(snapshot, focus.sample), snapshot.time_labels[focus.sample]
        rows, steps = len(shown.kept), len(shown.shares)
        across = {} if labels is None else {"tickvals": list(range(steps)), "ticktext": [plain(one) for one in labels]}
        layout = base_layout(
            t("view.verdict.title"),
            120 + 18 * rows,
            annotations=[notice().update(yshift=4)],
            xaxis=axis(t("view.time"), range=[-0.5, steps - 0.5], showgrid=False, tickangle=0, **across),
            yaxis=axis(range=[rows - 0.5, -0.5], tickvals=list(range(rows)), showgrid=False),
        )
        layout["margin"] |= {"l": 20 + 7 * max(map(len, shown.classes))}
        bar = {"thickness": 9, "outlinewidth": 0, "tickformat": ".0%", "tickfont": {"size": 10}}
        matrix = _heatmap().update(showscale=True, colorbar=bar, hoverinfo=None)
        return go.Figure([matrix], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        shown, labels = running(snapshot, focus.sample), snapshot.time_labels[focus.sample]
        steps = thin(len(shown.shares), pixels and pixels[0])
        ticks = () if labels is None else (Patch(None, "xaxis.ticktext", tuple(plain(one) for one in labels)),)
        return [
            *_cells(shown, steps),
            *ticks,
            Patch(None, "yaxis.ticktext", _names(shown, str)),
            Patch(None, "plot_bgcolor", _background(shown)),
            Patch(None, "annotations[0].text", said(where(snapshot, focus), _aside(shown))),
        ]


def _heatmap() -> go.Heatmap:
    return go.Heatmap(
        zmin=0,
        zmax=1,
        zauto=False,
        colorscale=GATE["light"],
        showscale=False,
        hoverongaps=False,
        name=t("score.verdict"),
        hovertemplate="%{y}: %{z:.0%}<extra></extra>",
    )


def _cells(shown: RunningVerdict, steps: slice) -> list[Patch]:
    return [
        Patch(0, "z", shown.shares[steps][:, shown.kept].T, (0.0, 1.0)),
        Patch(0, "x", np.arange(len(shown.shares), dtype=np.float32)[steps] if steps.step > 1 else None),
    ]


def _leading(shown: RunningVerdict) -> tuple[tuple[str, ...], np.ndarray]:
    """Return for each timestep the class in front, and its share; no word and NaN past the end."""
    known = np.isfinite(shown.shares[:, 0])
    first = np.where(known[:, None], shown.shares, 0.0).argmax(1)
    share = np.where(known, shown.shares[np.arange(len(first)), first], np.nan)
    return tuple(shown.classes[one] if yes else "" for one, yes in zip(first, known, strict=True)), share


def _names(shown: RunningVerdict, form: Callable[[str], str]) -> tuple[str, ...]:
    """Return the classes' names, the right one in bold."""
    names = [(plain(form(shown.classes[one])), one == shown.right) for one in shown.kept]
    bold = _BOLD if form is _short else "<b>"
    return tuple(f"{bold}{name}</b>" if right else name for name, right in names)


def _short(name: str) -> str:
    return name if len(name) <= _SHORT else f"{name[: _SHORT - 1]}."


def _aside(shown: RunningVerdict) -> str:
    return t("score.verdict.asked") if shown.asked else t("score.verdict.unasked")


def _background(shown: RunningVerdict) -> str:
    return PADDED if np.isnan(shown.shares[-1, 0]) else "rgba(0,0,0,0)"
