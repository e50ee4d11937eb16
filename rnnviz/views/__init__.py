"""Pictures of a run: one file a view, each a plotly figure plus the patches that keep it current."""

from rnnviz.views.base import GRADIENTS, Focus, Picked, View
from rnnviz.views.curves import CurvesView, WatchedCurvesView
from rnnviz.views.gates import GatesView
from rnnviz.views.gradients import GradientsView, norm_through_time
from rnnviz.views.hidden import HiddenView
from rnnviz.views.patch import Patch, Pixels, apply, decode, encode, thin
from rnnviz.views.prediction import PredictionView

__all__ = [
    "DEFAULT",
    "GRADIENTS",
    "VIEWS",
    "WATCHED",
    "CurvesView",
    "Focus",
    "GatesView",
    "GradientsView",
    "HiddenView",
    "Patch",
    "Picked",
    "Pixels",
    "PredictionView",
    "View",
    "WatchedCurvesView",
    "apply",
    "decode",
    "encode",
    "norm_through_time",
    "thin",
]

VIEWS: dict[str, View] = {
    view.name: view for view in (HiddenView(), GradientsView(), GatesView(), CurvesView(), PredictionView())
}

DEFAULT = ("hidden", "gradients", "gates", "curves", "prediction")  # what a lab shows until told otherwise

WATCHED: dict[str, View] = {
    view.name: view for view in (HiddenView(), GradientsView(), GatesView(), WatchedCurvesView())
}
