"""Live drawing: plotly figures in the browser, fed with binary frames at the pace at which they are painted."""

from rnnviz.live.cellview import CellView
from rnnviz.live.draggable import DraggableFigure
from rnnviz.live.feed import Feed
from rnnviz.live.figure import LiveFigure
from rnnviz.live.frame import Cursor, Frame, pack
from rnnviz.live.pump import Pump
from rnnviz.live.runtime import PlotlyRuntime, runtime

__all__ = [
    "CellView",
    "Cursor",
    "DraggableFigure",
    "Feed",
    "Frame",
    "LiveFigure",
    "PlotlyRuntime",
    "Pump",
    "pack",
    "runtime",
]
