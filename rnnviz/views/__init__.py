"""Pictures of a run: one file a view, each a plotly figure plus the patches that keep it current."""

from rnnviz.views.abreast import AbreastView
from rnnviz.views.alignment import alignment
from rnnviz.views.base import GRADIENTS, Focus, Picked, View
from rnnviz.views.canvas import Canvas
from rnnviz.views.clipping import ClippingView
from rnnviz.views.confusion import ConfusionView
from rnnviz.views.curves import CurvesView, WatchedCurvesView
from rnnviz.views.diagram import Diagram, diagram
from rnnviz.views.fan import QUANTILES, FanView, fan
from rnnviz.views.gates import GatesView, gate_panels
from rnnviz.views.gradients import GradientsView, norm_through_time
from rnnviz.views.hidden import HiddenView, hidden_panels
from rnnviz.views.horizon import HorizonView
from rnnviz.views.memory import MemoryView
from rnnviz.views.overlay import CurvesOverlay, GradientsOverlay, PredictionOverlay
from rnnviz.views.patch import Patch, Pixels, apply, decode, encode, newest, thin
from rnnviz.views.perturbation import colour_limit, perturbation_figure, perturbation_patches, perturbation_skeleton
from rnnviz.views.prediction import PredictionView
from rnnviz.views.reading import Reading
from rnnviz.views.saturation import SaturationView
from rnnviz.views.sequence import EDITED, ROWS, sequence_patches, sequence_skeleton
from rnnviz.views.spectrum import SpectrumView
from rnnviz.views.text import TextView
from rnnviz.views.theory import TheoryView
from rnnviz.views.written import Equation, Term

__all__ = [
    "COMPARED",
    "DEFAULT",
    "EDITED",
    "GRADIENTS",
    "QUANTILES",
    "ROWS",
    "VIEWS",
    "WATCHED",
    "AbreastView",
    "Canvas",
    "ClippingView",
    "ConfusionView",
    "CurvesOverlay",
    "CurvesView",
    "Diagram",
    "Equation",
    "FanView",
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
    "Reading",
    "SaturationView",
    "SpectrumView",
    "Term",
    "TextView",
    "TheoryView",
    "View",
    "WatchedCurvesView",
    "alignment",
    "apply",
    "colour_limit",
    "decode",
    "diagram",
    "encode",
    "fan",
    "newest",
    "norm_through_time",
    "perturbation_figure",
    "perturbation_patches",
    "perturbation_skeleton",
    "sequence_patches",
    "sequence_skeleton",
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
        ConfusionView(),
        FanView(),
        TextView(),
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
