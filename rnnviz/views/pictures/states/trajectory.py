"""The path of the hidden state through its first two principal components, and where the layer would come to rest."""

from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, Picked, View, where
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.pictures.states.plane import Plane, plane_of, valid
from rnnviz.views.pictures.states.rest import Resting, resting
from rnnviz.views.style import ACCENT, GATE, GHOST, HELD_OUT, INK1, axis, base_layout, notice

__all__ = ["TrajectoryView"]

_OTHERS, _LINE, _STEPS, _STABLE, _UNSTABLE, _SLOW, _NOW = range(7)  # trace numbers
_MOST = 24  # other sequences


class TrajectoryView(View):
    """h of the sequence in focus at each timestep, the others faint, and fixed and slow points at the mean input.

    After Sussillo & Barak (2013). The axes span the plane of the first two principal components of the probe's states.

    Parameters
    ----------
    patient : bool
        Whether each picture waits for its own points. A lab that plays does not, and its picture says of which step
        they are.
    """

    name = "trajectory"
    height = 420
    shares_time = False

    def __init__(self, *, patient: bool = True) -> None:
        self.patient = patient

    def while_playing(self) -> "TrajectoryView":
        return TrajectoryView(patient=False)

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        layout = base_layout(
            t("view.trajectory.title"),
            self.height,
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": -0.13, "yanchor": "top", "bgcolor": "rgba(0,0,0,0)"},
            xaxis=axis(t("view.trajectory.first"), range=(-1.0, 1.0)),
            yaxis=axis(t("view.trajectory.second"), range=(-1.0, 1.0)),
            annotations=[notice().update(yshift=4)],
            meta={"ring": [_STEPS, _NOW]},  # the page's cursor takes it along
        )
        layout["margin"] |= {"t": 62, "b": 74}
        faint = {"color": GHOST, "width": 0.8}
        others = go.Scatter(mode="lines", line=faint, opacity=0.45, hoverinfo="skip", name=t("view.trajectory.others"))
        line = go.Scatter(mode="lines", line={"color": ACCENT, "width": 1.2}, hoverinfo="skip", showlegend=False)
        return go.Figure([others, line, _coloured(snapshot), *_marks()], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        plane, there = plane_of(snapshot, focus), valid(snapshot)
        states = snapshot.layer.hidden[focus.layer, focus.direction].astype(np.float64)
        seen = np.where(there[:, :, None], plane.seen(states), np.nan)
        own, now = seen[focus.sample], seen[focus.sample, focus.time]
        found = resting(snapshot, focus, patient=self.patient)
        patches = [*_at(_OTHERS, _joined(seen, focus.sample)), *_at(_LINE, own), *_at(_STEPS, own)]
        for trace, chosen in _kinds(found):
            patches += _points(trace, found, chosen, plane)
        return [
            *patches,
            *_at(_NOW, now[None]),
            Patch(None, "xaxis.range", (-plane.reach[0], plane.reach[0])),
            Patch(None, "yaxis.range", (-plane.reach[1], plane.reach[1])),
            Patch(None, "annotations[0].text", _words(snapshot, focus, plane, found)),
        ]

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        """Choose the timestep whose state is nearest to the click."""
        if at.trace != _STEPS or not isinstance(at.x, int | float) or not isinstance(at.y, int | float):
            return focus
        states = snapshot.layer.hidden[focus.layer, focus.direction, focus.sample]
        ways = plane_of(snapshot, focus).seen(states[valid(snapshot)[focus.sample]]) - np.array([at.x, at.y])
        return replace(focus, time=int(np.square(ways).sum(1).argmin())) if len(ways) else focus


def _coloured(snapshot: Snapshot) -> go.Scatter:
    """A mark a timestep, from pale to full as time goes on."""
    steps = snapshot.layer.hidden.shape[3]
    # from the page's colour on the first mark could not be seen
    marker = {"color": list(range(steps)), "colorscale": GATE["light"], "cmin": -0.4 * steps, "cmax": steps - 1}
    return go.Scatter(
        mode="markers",
        marker={**marker, "size": 6, "showscale": False},
        customdata=list(range(steps)),  # a list: the page draws new places beside it, and reads no packed array
        hovertemplate="t = %{customdata}<extra></extra>",
        showlegend=False,
    )


def _marks() -> list[go.Scatter]:
    """Fixed points that attract, those that do not, slow points, and the timestep in focus."""
    size = {"size": 12, "line": {"width": 2}}
    hover = t("view.trajectory.hover")
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (
        ("stable", {"symbol": "circle", "color": HELD_OUT}),
        ("unstable", {"symbol": "circle-open", "color": HELD_OUT}),
        ("slow", {"symbol": "x-thin-open", "color": HELD_OUT}),
    )
    marks = [
        go.Scatter(
            mode="markers",
            name=t(f"view.trajectory.{name}"),
            marker={**size, **marker},
            hovertemplate=f"{hover}<extra>{t(f'view.trajectory.{name}')}</extra>",
        )
        for name, marker in kinds
    ]
    ring = {"symbol": "circle-open", "color": INK1, "size": 15, "line": {"width": 1.6}}
    now = go.Scatter(mode="markers", name=t("view.trajectory.now"), marker=ring, hoverinfo="skip")
    return [*marks, now]


def _kinds(found: Resting | None) -> list[tuple[int, np.ndarray]]:
    if found is None:
        return [(trace, np.zeros(0, dtype=bool)) for trace in (_STABLE, _UNSTABLE, _SLOW)]
    points = found.points
    return [
        (_STABLE, points.fixed & points.stable),
        (_UNSTABLE, points.fixed & ~points.stable),
        (_SLOW, ~points.fixed),
    ]


def _points(trace: int, found: Resting | None, chosen: np.ndarray, plane: Plane) -> list[Patch]:
    """The chosen points; where there is none a place without a number, for plotly would draw an empty curve anew."""
    if found is None or not chosen.any():
        return [*_at(trace, np.full((1, 2), np.nan)), Patch(trace, "customdata", np.full((1, 2), np.nan))]
    points = found.points
    told = np.stack([np.abs(points.eigenvalues[chosen, 0]), points.speeds[chosen]], axis=1)
    return [*_at(trace, plane.seen(points.hidden[chosen])), Patch(trace, "customdata", told)]


def _at(trace: int, places: np.ndarray) -> list[Patch]:
    return [Patch(trace, "x", places[:, 0]), Patch(trace, "y", places[:, 1])]


def _joined(seen: np.ndarray, sample: int) -> np.ndarray:
    """Lay the paths of the other sequences end to end, a gap between two, axes (place, 2)."""
    others = np.delete(seen, sample, axis=0)[:_MOST]
    gaps = np.full((len(others), 1, 2), np.nan)
    found: np.ndarray = np.concatenate([others, gaps], axis=1).reshape(-1, 2)
    return found if len(found) else np.full((1, 2), np.nan)


def _words(snapshot: Snapshot, focus: Focus, plane: Plane, found: Resting | None) -> str:
    first, second = (100 * share for share in plane.shares)
    said = [where(snapshot, focus), t("view.trajectory.variance", first=first, second=second)]
    if found is None:
        said.append(t("view.trajectory.unknown"))
    else:
        stable, unstable, slow = (int(chosen.sum()) for _, chosen in _kinds(found))
        counts = t("view.trajectory.counts", stable=stable, unstable=unstable, slow=slow)
        said.append(counts if found.step == snapshot.step else t("view.trajectory.of", counts=counts, step=found.step))
    return " · ".join(one for one in said if one)
