"""What a translator writes for the probe's sources, beside what is right: two lines a source."""

from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.tasks.translation import Translation
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, Picked, View
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.side.base import SidePanel, SideView, side_figure
from rnnviz.views.style import INK1, INK2, base_layout, plain, visible

__all__ = ["TranslationView"]

_LINE = 15  # pixels
_MOST = 42  # letters of a line
_LETTER, _AROUND = 7.6, 12  # pixels of a letter; letters around what is written where it is wrong
_SOURCES, _WRITTEN = range(2)  # trace numbers


class SideTranslation(SideView):
    """The form of the translations in the narrow column."""

    name = "translation"

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        lines = 2 * len(snapshot.translations)
        high = _LINE * lines
        panel = SidePanel(t("view.translation.title"), "", high, high, gap=0, yaxis=_axis(lines), above=True)
        return side_figure([panel], _traces(), foot=2, xaxis=_HIDDEN)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return [*_lines(snapshot, focus, pixels), Patch(None, "meta.panels[0].now", _counted(snapshot))]

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        return _chosen(snapshot, focus, at)


class TranslationView(View):
    """Source, and below it what the network writes by itself; ✓ or ✗ says whether all of it is right."""

    name = "translation"
    shares_time = False
    score = SideTranslation()

    def exists(self, snapshot: Snapshot) -> bool:
        return bool(snapshot.translations)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        lines = 2 * len(snapshot.translations)
        layout = base_layout(
            t("view.translation.title"), 60 + 18 * lines, xaxis=_HIDDEN, yaxis=_axis(lines), showlegend=False
        )
        layout["margin"] |= {"l": 14, "b": 14}
        return go.Figure(_traces(), layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        return _lines(snapshot, focus, pixels)

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        return _chosen(snapshot, focus, at)


_HIDDEN: dict[str, Any] = {"visible": False, "fixedrange": True, "range": [0, 1]}


def _axis(lines: int) -> dict[str, Any]:
    return {**_HIDDEN, "range": [lines - 0.5, -0.5], "showgrid": False, "tickvals": []}


def _traces() -> list[go.Scatter]:
    text: dict[str, Any] = {"mode": "text", "textposition": "middle right", "cliponaxis": False, "showlegend": False}
    hover = "%{customdata}<extra></extra>"
    return [
        go.Scatter(
            name=t("view.translation.source"), textfont={"size": 11, "color": INK2}, hovertemplate=hover, **text
        ),
        go.Scatter(
            name=t("view.translation.written"), textfont={"size": 12, "color": INK1}, hovertemplate=hover, **text
        ),
    ]


def _lines(snapshot: Snapshot, focus: Focus, pixels: Pixels | None) -> list[Patch]:
    every = snapshot.translations
    most = min(_MOST, int(pixels[0] / _LETTER) if pixels else _MOST)
    places = 2 * np.arange(len(every), dtype=np.float32)
    sources = [plain(visible(_cut(one.source_text, most))) for one in every]
    shown = [f"<b>{text}</b>" if place == focus.sample else text for place, text in enumerate(sources)]
    return [
        Patch(_SOURCES, "x", np.zeros(len(every), np.float32)),
        Patch(_SOURCES, "y", places),
        Patch(_SOURCES, "text", tuple(shown)),
        Patch(_SOURCES, "customdata", tuple(plain(one.source_text) for one in every)),
        Patch(_WRITTEN, "x", np.zeros(len(every), np.float32)),
        Patch(_WRITTEN, "y", places + 1),
        Patch(_WRITTEN, "text", tuple(_line(one, most) for one in every)),
        Patch(_WRITTEN, "customdata", tuple(plain(one.alone.text) for one in every)),
        Patch(None, "yaxis.range", (2 * len(every) - 0.5, -0.5)),  # a source that is typed is one more
    ]


def _line(one: Translation, most: int) -> str:
    """Return what is written behind its verdict, from the first mistake on in bold, and then what is right."""
    written = one.alone.text
    if one.right is None:
        return plain(_cut(written, most))
    if one.right:
        return f"✓ {plain(_cut(written, most))}"
    same = next((place for place, (a, b) in enumerate(zip(written, one.wanted_text, strict=False)) if a != b), None)
    same = min(len(written), len(one.wanted_text)) if same is None else same
    each = max((most - _AROUND) // 2, 3) if most < _MOST else _MOST // 2
    kept = _cut(written, each)
    marked = f"{plain(kept[:same])}<b>{plain(kept[same:])}</b>" if same < len(kept) else plain(kept)
    return t("view.translation.wrong", written=marked, right=plain(_cut(one.wanted_text, each)))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _counted(snapshot: Snapshot) -> str:
    known = [one.right for one in snapshot.translations if one.right is not None]
    return t("view.translation.counted", right=sum(known), total=len(known)) if known else ""


def _chosen(snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
    """Return the focus after a click on a line: the sequence that it is about."""
    if not isinstance(at.y, int | float):
        return focus
    return replace(focus, sample=min(max(int(at.y // 2), 0), len(snapshot.translations) - 1))
