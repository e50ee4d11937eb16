"""The pictures of a changed input as a narrow column has room for them; the page sets their words."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Perturbation
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.perturbation.input import ROWS
from rnnviz.views.perturbation.perturbation import perturbation_patches
from rnnviz.views.side.base import FOOT, SidePanel, line, side_figure
from rnnviz.views.style import ACCENT, GHOST, INK1, INK3, SIGNED, plain, visible
from rnnviz.views.words import figure, raised

__all__ = ["docked_answer", "docked_answer_patches", "docked_sequence", "docked_sequence_patches"]

_LEFT = 36  # pixels: the same for both pictures, so that their timesteps stand below each other
_TWO_LINES = 30  # pixels: the labels of the axis, and below them what it counts
_LETTERS = 25  # characters of a text that stand side by side
_MANY = 60  # timesteps: the points of more would hide their curve


def docked_sequence(steps: int, symbols: Sequence[str], limits: tuple[float, float]) -> go.Figure:
    """Return the picture of a sequence without the sequence.

    Parameters
    ----------
    steps : int
        Timesteps.
    symbols : sequence of str
        What a timestep can bring; empty where it brings numbers. A symbol is drawn at its index.
    limits : tuple of float
        The ends of the axis for numbers.

    Examples
    --------
    >>> docked_sequence(10, ("a", "b"), (0, 1)).layout.yaxis.ticktext
    ('a', 'b')
    """
    text = len(symbols) > ROWS
    aside = t("dock.sequence.text", shown=_LETTERS) if text else t("dock.sequence.drag")
    if text:
        yaxis: dict[str, object] = {"range": (-1, 1), "showticklabels": False, "showgrid": False}
    elif symbols:
        names, places = [plain(visible(one)) for one in symbols], list(range(len(symbols)))
        yaxis = {"range": (-0.6, len(symbols) - 0.4), "tickvals": places, "ticktext": names}
    else:
        yaxis = {"range": limits, "tickvals": _round(limits), "tickformat": "~g"}
    low, high = (24, 24) if text else (max(60, 11 * len(symbols)), max(76, 12 * len(symbols)))
    panel = SidePanel(t("dock.sequence"), aside, low, high, gap=0 if text else 4, yaxis=yaxis)
    dots, marker = ("markers" if symbols else "lines"), {"size": 4, "color": INK1}
    traces = [
        line(GHOST, 1.5, "", dash="4px,3px", mode=dots, marker={"color": GHOST, "size": 5}, hoverinfo="skip"),
        line(
            INK1,
            1.25,
            "",
            mode="text" if text else "markers" if symbols else "lines" if steps > _MANY else "lines+markers",
            marker=marker,
            textfont={"family": "monospace", "size": 12, "color": INK1},
            hovertemplate="t = %{x}: %{text}<extra></extra>",
        ),
        line(
            ACCENT,
            2,
            "",
            mode="markers",
            marker={"size": 15 if text else 10, "color": ACCENT, "symbol": "circle-open", "line": {"width": 2}},
            hoverinfo="skip",
        ),
    ]
    traces[0].visible = not text
    across = {"range": [-0.5, steps - 0.5], "showticklabels": text, "nticks": 4, "fixedrange": True}
    made = side_figure([panel], traces, xaxis=across, foot=FOOT if text else 0, shapes=[_here()], dragmode=False)
    made.update_layout(margin={"l": _LEFT})
    return made


def docked_sequence_patches(patches: Sequence[Patch], symbols: Sequence[str], steps: int, picked: int) -> list[Patch]:
    """Return the patches of `sequence_patches` as this picture takes them: a text shows what stands near ``picked``."""
    if len(symbols) <= ROWS:
        return list(patches)
    first = min(max(picked - _LETTERS // 2, 0), max(steps - _LETTERS, 0))
    return [*patches, Patch(None, "xaxis.range", (first - 0.5, first + min(_LETTERS, steps) - 0.5))]


def docked_answer(seen: Perturbation, clock: str = "") -> go.Figure:
    """Return the picture without its numbers: how far the change travels, and below it Δh of every unit.

    Parameters
    ----------
    seen : Perturbation
        A perturbation of the same sizes.
    clock : str
        What a timestep is called.

    Examples
    --------
    >>> from rnnviz.training import Session, perturb
    >>> seen = perturb(Session("adding", seq_len=10, hidden_size=4, device="cpu"), time=5, value=2.0)
    >>> [trace.type for trace in docked_answer(seen).data]
    ['scatter', 'scatter', 'heatmap']
    """
    steps, units = seen.delta_hidden.shape[2:]
    hover = "t = %{x}<br>%{customdata:.3e}<extra>%{fullData.name}</extra>"
    keys = ((t("dock.travel.forward"), "acc"), (t("dock.travel.backward"), "ghost"))
    travel = SidePanel(t("dock.travel"), "", 84, 104, log=True, gap=10, keys=keys)
    rows = {"range": [-0.5, units - 0.5], "tickvals": sorted({0, units - 1}), "showgrid": False}
    change = SidePanel(t("dock.change"), "", _whole(units, 64), _whole(units, 96), gap=0, yaxis=rows)
    curves = [
        line(ACCENT, 1.75, t("view.perturbation.forward"), hovertemplate=hover),
        line(GHOST, 1.5, t("view.perturbation.backward"), hovertemplate=hover),
    ]
    heat = go.Heatmap(
        colorscale=SIGNED["light"],
        zauto=False,
        zmin=-1,
        zmax=1,
        showscale=False,
        yaxis="y2",
        name="Δh",
        hovertemplate=f"{t('view.unit')} %{{y}}, t = %{{x}}<br>Δh ≈ %{{z:.2g}}<extra></extra>",
    )
    across = {"range": [-0.5, steps - 0.5], "nticks": 6}
    around = {"shapes": [_here()], "annotations": [_time(clock)]}
    made = side_figure([travel, change], [*curves, heat], xaxis=across, foot=_TWO_LINES, **around)
    made.update_layout(margin={"l": _LEFT})
    return made


def docked_answer_patches(
    seen: Perturbation, *, layer: int = -1, direction: int = 0, pixels: Pixels | None = None, limit: float
) -> list[Patch]:
    """Return the numbers of `docked_answer`; parameters are those of `perturbation_patches`."""
    numbers = perturbation_patches(seen, layer=layer, direction=direction, pixels=pixels, limit=limit)
    forward = seen.norm[layer, direction]
    zeros, steps, units = int((forward == 0).sum()), seen.end, seen.delta_hidden.shape[3]
    partly, travels = 0 < zeros < steps, np.nansum(forward) > 0
    change = t(
        "dock.change.zeros" if partly else "dock.change.range",
        units=units,
        limit=figure(limit),
        zeros=zeros,
        steps=steps,
    )
    return [
        *(one for one in numbers if one.trace is not None and one.key != "colorbar.tickvals"),
        *(one for one in numbers if one.trace is None and one.key.startswith(("yaxis.range", "shapes["))),
        *_powers(next(one.value for one in numbers if one.key == "yaxis.range")[0]),
        Patch(None, "meta.panels[1].aside", change if travels else ""),
        Patch(None, "meta.panels[1].empty", "" if travels else t("dock.change.empty")),
    ]


def _round(limits: tuple[float, float]) -> list[float]:
    """Zero, where the axis has it, and a round number well below its upper end, which the caption stands at."""
    reach = 0.8 * limits[1] if limits[1] > 0 else 0.8 * abs(limits[0])
    power = 10.0 ** math.floor(math.log10(reach))
    end = next(step * power for step in (5, 2, 1) if step * power <= reach)
    return [one for one in (0.0, math.copysign(end, limits[1])) if limits[0] <= one <= limits[1]]


def _powers(lowest: float) -> list[Patch]:
    """The powers of ten that a log axis down to this one names: four at most."""
    by = max(1, math.ceil(-lowest / 3))
    powers = list(range(0, math.floor(lowest) - 1, -by))
    words = tuple(f"10{raised(one)}" if one else "1" for one in powers)
    return [Patch(None, "yaxis.tickvals", tuple(10.0**one for one in powers)), Patch(None, "yaxis.ticktext", words)]


def _here() -> dict[str, object]:
    """The line at the timestep that is picked, or changed."""
    return {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": GHOST, "dash": "dot", "width": 1},
    }


def _time(clock: str) -> dict[str, object]:
    """What the axis counts, under its right end."""
    place = {"xref": "paper", "x": 1, "xanchor": "right", "yref": "paper", "y": 0, "yshift": -14, "yanchor": "top"}
    return place | {"text": clock or t("inspector.time"), "showarrow": False, "font": {"size": 11, "color": INK3}}


def _whole(units: int, pixels: int) -> int:
    """A height near so many pixels in which every unit has the same, where there is room for that."""
    return units * max(round(pixels / units), 1)
