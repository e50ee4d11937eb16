"""Pictures of a run: one file a view, each a plotly figure plus the patches that keep it current."""

from rnnviz.views.abreast import AbreastView
from rnnviz.views.base import GRADIENTS, Focus, Picked, View
from rnnviz.views.clipping import ClippingView
from rnnviz.views.curves import CurvesView, WatchedCurvesView
from rnnviz.views.gates import GatesView, gate_panels
from rnnviz.views.gradients import GradientsView, norm_through_time
from rnnviz.views.hidden import HiddenView, hidden_panels
from rnnviz.views.horizon import HorizonView
from rnnviz.views.memory import MemoryView
from rnnviz.views.overlay import CurvesOverlay, GradientsOverlay, PredictionOverlay
from rnnviz.views.patch import Patch, Pixels, apply, decode, encode, newest, thin
from rnnviz.views.prediction import PredictionView
from rnnviz.views.saturation import SaturationView
from rnnviz.views.spectrum import SpectrumView
from rnnviz.views.theory import TheoryView

__all__ = [
    "COMPARED",
    "DEFAULT",
    "GRADIENTS",
    "VIEWS",
    "WATCHED",
    "AbreastView",
    "ClippingView",
    "CurvesOverlay",
    "CurvesView",
    "Focus",
    "GatesView",
    "GradientsOverlay",
    "GradientsView",
    "HiddenView",
    "HorizonView",
    "MemoryView",
    "Patch",
    "Picked",
    "Pixels",
    "PredictionOverlay",
    "PredictionView",
    "SaturationView",
    "SpectrumView",
    "TheoryView",
    "View",
    "WatchedCurvesView",
    "apply",
    "decode",
    "encode",
    "newest",
    "norm_through_time",
    "thin",
]

VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        HiddenView(),
        GradientsView(),
        GatesView(),
        CurvesView(),
        PredictionView(),
        HorizonView(),
        TheoryView(),
        SpectrumView(),
        SaturationView(),
        MemoryView(),
        ClippingView(),
    )
}

DEFAULT = ("hidden", "gradients", "gates", "curves", "prediction")  # what a lab shows until told otherwise

WATCHED: dict[str, View] = {
    view.name: view for view in (HiddenView(), GradientsView(), GatesView(), WatchedCurvesView())
}

COMPARED: dict[str, View] = {  # of several models at once
    view.name: view
    for view in (
        AbreastView("hidden", hidden_panels),
        GradientsOverlay(),
        CurvesOverlay(),
        PredictionOverlay(),
        AbreastView("gates", gate_panels),
    )
}
