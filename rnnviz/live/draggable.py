"""DraggableFigure: a live figure whose points can be dragged up and down."""

import traitlets

from rnnviz.live.figure import LiveFigure

__all__ = ["DraggableFigure"]


class DraggableFigure(LiveFigure):
    """A `LiveFigure` that lets the pointer take the points of one trace; the feed's ``on_drag`` hears of it.

    It needs a cursor, which says which timestep a point is.

    Attributes
    ----------
    drag : list of float
        ``[trace, grid]``: whose points, and to multiples of what (0: to any value); empty while none can be dragged.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> figure = DraggableFigure(go.Figure(go.Scatter(y=[0, 1])), name="input", cursor=(0, 1, 2))
    >>> figure.drag = [0, 0.5]
    >>> figure
    LiveFigure('input')
    """

    drag = traitlets.List(traitlets.Float()).tag(sync=True)
