"""The strip of the input, in the form that suits what is read: symbols, a few numbers, or many features."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.score.band import Band, rows_high
from rnnviz.views.score.heat import Heat, heat_figure, heat_patches, signed_bar
from rnnviz.views.score.inputs import Inputs
from rnnviz.views.score.numberstrip import FEATURES, number_figure, number_patches
from rnnviz.views.score.ranges import coloured
from rnnviz.views.score.strip import Strip
from rnnviz.views.score.symbolstrip import symbol_figure, symbol_patches

__all__ = ["InputStrip"]

_LOW, _HIGH = 36, 48  # pixels


class InputStrip(Strip):
    """What the network reads: x_t as lines, as symbols or, of many features, as a heatmap."""

    name = "input"
    light = True

    def exists(self, snapshot: Snapshot) -> bool:
        return snapshot.inputs is not None

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        shown = Inputs.of(snapshot, focus.sample)
        if shown.symbols:
            return symbol_figure(snapshot, focus)
        if shown.values.shape[1] <= FEATURES:
            return number_figure(snapshot, focus)
        return heat_figure([_features(shown)], snapshot)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        shown = Inputs.of(snapshot, focus.sample)
        if shown.symbols:
            return symbol_patches(snapshot, focus, pixels)
        if shown.values.shape[1] <= FEATURES:
            return number_patches(snapshot, focus, pixels)
        return heat_patches([_features(shown)], snapshot, focus, pixels)


def _features(shown: Inputs) -> Heat:
    values = np.asarray(shown.values)
    features, limits = values.shape[1], coloured(values)
    aside = shown.picture.words or t("score.input.features", features=features)
    beyond = bool(np.nanmax(np.abs(values), initial=0.0) > limits[1])
    bar = signed_bar(limits, pointed=beyond)
    band = Band(t("score.input"), aside, rows_high(features, _LOW), rows_high(features, _HIGH), bar=bar)
    return Heat("x", band, values, limits)
