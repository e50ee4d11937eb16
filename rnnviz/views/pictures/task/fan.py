"""The forecast fan: a forecast with the band that its error is likely to stay in."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.insights.insight import percent
from rnnviz.tasks import Prediction
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View
from rnnviz.views.patch import Patch, Pixels, thin
from rnnviz.views.style import ACCENT, GHOST, axis, base_layout, notice, plain

__all__ = ["QUANTILES", "FanView", "fan"]

QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
_WIDE, _NARROW = "rgba(25,118,210,0.16)", "rgba(25,118,210,0.30)"


def fan(shown: Prediction) -> tuple[slice, np.ndarray]:
    """Return which part of a forecast has bands, and the bands: its error's quantiles on the part before.

    Parameters
    ----------
    shown : Prediction
        A forecast of n values in order of time.

    Returns
    -------
    slice
        The later half.
    numpy.ndarray
        Forecast plus each of `QUANTILES` of (truth − forecast) on the earlier half, axes (quantile, value).

    Examples
    --------
    >>> x, truth = np.arange(8.0), np.array([0.0, 1, 2, 3, 4, 0, 0, 0])
    >>> half, bands = fan(Prediction(x, truth, np.zeros(8), np.zeros(8), "", ""))
    >>> half, bands[:, 0].round(2).tolist()
    (slice(4, 8, None), [0.3, 0.75, 1.5, 2.25, 2.7])
    """
    middle = len(shown.x) // 2
    errors = (shown.truth - shown.forecast)[:middle]
    later = slice(middle, len(shown.x))
    return later, shown.forecast[later] + np.quantile(errors, QUANTILES)[:, None]


class FanView(View):
    """Truth and forecast over the later half of the held-out part, with bands measured on the earlier half."""

    name = "fan"
    height = 300
    shares_time = False

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.prediction is not None and len(snapshot.prediction.x) > 1

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        shown = _of(snapshot)
        layout = base_layout(
            t("view.fan.title"),
            self.height,
            showlegend=True,
            annotations=[notice().update(yshift=22)],
            legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
            xaxis=axis(plain(shown.x_title)),
            yaxis=axis(plain(shown.y_title)),
        )
        layout["margin"] |= {"t": 74}
        edge = {"width": 0}
        return go.Figure(
            [
                _curve("", line=edge, showlegend=False),
                _curve(t("view.fan.wide"), line=edge, fill="tonexty", fillcolor=_WIDE),
                _curve("", line=edge, showlegend=False),
                _curve(t("view.fan.narrow"), line=edge, fill="tonexty", fillcolor=_NARROW),
                _curve(t("view.fan.middle"), line={"color": ACCENT, "width": 1, "dash": "dot"}),
                _curve(t("view.fan.truth"), line={"color": GHOST, "width": 1.6}),
                _curve(t("view.fan.forecast"), line={"color": ACCENT, "width": 2}),
            ],
            layout,
        )

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        shown = _of(snapshot)
        later, bands = fan(shown)
        truth, forecast = shown.truth[later], shown.forecast[later]
        low, quarter, middle, third, high = bands
        kept = thin(len(truth), pixels and pixels[0])
        patches = []
        for index, curve in enumerate((low, high, quarter, third, middle, truth, forecast)):
            patches += [Patch(index, "x", shown.x[later][kept]), Patch(index, "y", curve[kept])]
        words = [
            t(
                "view.fan.coverage",
                count=len(truth),
                wide=percent(float(((low <= truth) & (truth <= high)).mean())),
                narrow=percent(float(((quarter <= truth) & (truth <= third)).mean())),
            )
        ]
        if kept.step > 1:
            words.append(t("view.thinned.points", points=kept.step))
        return [*patches, Patch(None, "annotations[0].text", "<br>".join(words))]


def _of(snapshot: Snapshot) -> Prediction:
    if snapshot.prediction is None:
        raise ValueError(
            "the task has no prediction to draw; only forecasting tasks such as 'sunspots' have this view."
        )
    return snapshot.prediction


def _curve(name: str, **more: object) -> go.Scatter:
    hover = "%{x:.2f}<br>%{y:.2f}<extra>%{fullData.name}</extra>"
    return go.Scatter(mode="lines", name=name, hovertemplate=hover, **more)
