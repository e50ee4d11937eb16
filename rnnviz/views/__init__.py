"""Pictures of a run: one file a view, each a plotly figure plus the patches that keep it current."""

from rnnviz.views.base import GRADIENTS, Focus, Picked, View
from rnnviz.views.clipping import ClippingView
from rnnviz.views.curves import CurvesView, WatchedCurvesView
from rnnviz.views.diagram import Diagram, diagram
from rnnviz.views.gates import GatesView
from rnnviz.views.gradients import GradientsView, norm_through_time
from rnnviz.views.hidden import HiddenView
from rnnviz.views.horizon import HorizonView
from rnnviz.views.memory import MemoryView
from rnnviz.views.patch import Patch, Pixels, apply, decode, encode, newest, thin
from rnnviz.views.prediction import PredictionView
from rnnviz.views.reading import Reading
from rnnviz.views.saturation import SaturationView
from rnnviz.views.spectrum import SpectrumView
from rnnviz.views.theory import TheoryView
from rnnviz.views.written import Equation, Term

__all__ = [
    "DEFAULT",
    "GRADIENTS",
    "VIEWS",
    "WATCHED",
    "ClippingView",
    "CurvesView",
    "Diagram",
    "Equation",
    "Focus",
    "GatesView",
    "GradientsView",
    "HiddenView",
    "HorizonView",
    "MemoryView",
    "Patch",
    "Picked",
    "Pixels",
    "PredictionView",
    "Reading",
    "SaturationView",
    "SpectrumView",
    "Term",
    "TheoryView",
    "View",
    "WatchedCurvesView",
    "apply",
    "decode",
    "diagram",
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
