"""Pictures of a run: one file a view, each a plotly figure plus the patches that keep it current."""

from rnnviz.views.base import GRADIENTS, ORDERS, Focus, Picked, View
from rnnviz.views.canvas import Canvas
from rnnviz.views.cell.diagram import Diagram, diagram
from rnnviz.views.cell.notation import Equation, Term
from rnnviz.views.cell.reading import Reading
from rnnviz.views.comparison.heatmaps import ComparedHeatmaps
from rnnviz.views.comparison.lines import ComparedCurves, ComparedGradients, ComparedPrediction
from rnnviz.views.comparison.scores import ComparedScores
from rnnviz.views.comparison.strips import ComparedGates, ComparedStates
from rnnviz.views.patch import Patch, Pixels, apply, decode, encode, newest, thin
from rnnviz.views.perturbation.input import EDITED, ROWS, sequence_patches
from rnnviz.views.perturbation.perturbation import (
    colour_limit,
    perturbation_figure,
    perturbation_patches,
    perturbation_skeleton,
)
from rnnviz.views.pictures.curves.clipping import ClippingView
from rnnviz.views.pictures.curves.curves import CurvesView, WatchedCurvesView
from rnnviz.views.pictures.curves.loss import LossView
from rnnviz.views.pictures.curves.norms import NormsView
from rnnviz.views.pictures.curves.rate import RateView
from rnnviz.views.pictures.gradients.gradients import GradientsView
from rnnviz.views.pictures.gradients.horizon import HorizonView
from rnnviz.views.pictures.gradients.spectrum import SpectrumView
from rnnviz.views.pictures.gradients.theory import TheoryView
from rnnviz.views.pictures.pairs.alignment import AlignmentView, alignment
from rnnviz.views.pictures.pairs.beamtree import beam_tree
from rnnviz.views.pictures.pairs.lengths import quality_by_length
from rnnviz.views.pictures.pairs.translation import TranslationView
from rnnviz.views.pictures.series.ahead import AheadView
from rnnviz.views.pictures.series.compared import error_by_horizon, forecast_curves
from rnnviz.views.pictures.states.gates import ForgetView, GatesView, gate_panels
from rnnviz.views.pictures.states.hidden import HiddenView, StateView, hidden_panels
from rnnviz.views.pictures.states.memory import MemoryView
from rnnviz.views.pictures.states.saturation import SaturationView
from rnnviz.views.pictures.states.text import TextView
from rnnviz.views.pictures.states.trajectory import TrajectoryView
from rnnviz.views.pictures.task.answer import AnswerView
from rnnviz.views.pictures.task.confusion import ConfusionView
from rnnviz.views.pictures.task.fan import QUANTILES, FanView, fan
from rnnviz.views.pictures.task.prediction import PredictionView
from rnnviz.views.pictures.task.reads import InputView
from rnnviz.views.pictures.words.influence import influence
from rnnviz.views.pictures.words.tags import TagsView
from rnnviz.views.pictures.words.tagscores import TagScoresView
from rnnviz.views.pictures.words.verdict import VerdictView
from rnnviz.views.score.gradientstrip import norm_through_time

__all__ = [
    "COMPARED",
    "DEFAULT",
    "EDITED",
    "GRADIENTS",
    "ORDERS",
    "QUANTILES",
    "ROWS",
    "VIEWS",
    "WATCHED",
    "AheadView",
    "AlignmentView",
    "AnswerView",
    "Canvas",
    "ClippingView",
    "ComparedCurves",
    "ComparedGradients",
    "ComparedHeatmaps",
    "ComparedPrediction",
    "ComparedScores",
    "ConfusionView",
    "CurvesView",
    "Diagram",
    "Equation",
    "FanView",
    "Focus",
    "ForgetView",
    "GatesView",
    "GradientsView",
    "HiddenView",
    "HorizonView",
    "InputView",
    "LossView",
    "MemoryView",
    "NormsView",
    "Patch",
    "Picked",
    "Pixels",
    "PredictionView",
    "RateView",
    "Reading",
    "SaturationView",
    "SpectrumView",
    "StateView",
    "TagScoresView",
    "TagsView",
    "Term",
    "TextView",
    "TheoryView",
    "TrajectoryView",
    "TranslationView",
    "VerdictView",
    "View",
    "WatchedCurvesView",
    "alignment",
    "apply",
    "beam_tree",
    "colour_limit",
    "decode",
    "diagram",
    "encode",
    "error_by_horizon",
    "fan",
    "forecast_curves",
    "influence",
    "newest",
    "norm_through_time",
    "perturbation_figure",
    "perturbation_patches",
    "perturbation_skeleton",
    "quality_by_length",
    "sequence_patches",
    "thin",
]

VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        InputView(),
        HiddenView(),
        GatesView(),
        GradientsView(),
        VerdictView(),
        PredictionView(),
        AnswerView(),
        CurvesView(),
        ForgetView(),
        StateView(),
        HorizonView(),
        TheoryView(),
        SpectrumView(),
        SaturationView(),
        TrajectoryView(),
        MemoryView(),
        ClippingView(),
        ConfusionView(),
        FanView(),
        AheadView(),
        TextView(),
        LossView(),
        RateView(),
        NormsView(),
        TagsView(),
        TagScoresView(),
        AlignmentView("alignment"),
        AlignmentView("forced", forced=True),
        TranslationView(),
    )
}

# what a lab shows until told otherwise
DEFAULT = ("input", "hidden", "gates", "gradients", "prediction", "answer", "curves")

WATCHED: dict[str, View] = {
    view.name: view for view in (HiddenView(), GatesView(), GradientsView(), WatchedCurvesView())
}

COMPARED: dict[str, View] = {  # of several models at once
    view.name: view
    for view in (
        InputView(),
        ComparedHeatmaps("hidden", hidden_panels, ComparedStates()),
        ComparedHeatmaps("gates", gate_panels, ComparedGates()),
        ComparedGradients(),
        ComparedScores(),
        ComparedPrediction(),
        ComparedCurves(),
        TagsView(),
    )
}
