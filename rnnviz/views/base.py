"""What a view is: a named picture of a snapshot, as a plotly figure and as the patches that keep it current."""

import abc
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.checks import one_of, shown, text, whole
from rnnviz.i18n import keys, t
from rnnviz.i18n.numbers import three
from rnnviz.trace import LayerTrace
from rnnviz.training import Snapshot
from rnnviz.views.canvas import Canvas
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.style import plain

__all__ = ["GRADIENTS", "ORDERS", "Focus", "Picked", "View"]

GRADIENTS = ("both", "total", "direct")
ORDERS = ("index", "correlation")


@dataclass(frozen=True)
class Focus:
    """Which sequence, layer and direction the pictures show.

    Parameters
    ----------
    sample : int
        Index into the probe batch.
    layer : int
        Depth, 0 is nearest to the input.
    direction : int
        0 forward, 1 backward in time.
    time, unit : int
        The timestep and the unit that were picked, for what shows a single cell.
    written : int
        Which token of a translation was picked, counted from its beginning, for what shows where attention looks.
    gradient : {"both", "total", "direct"}
        Which gradient through time is drawn.
    order : {"index", "correlation"} or tuple of int
        In which order a strip's rows lie: by number; so that units that move alike lie beside each other; or the units
        themselves, from the foot up.
    mistake : str
        Which mistakes are listed beside a confusion matrix: ``"true > said"``; the worst of all kinds if empty.

    Examples
    --------
    >>> Focus(sample=2).sample
    2
    """

    sample: int = 0
    layer: int = 0
    direction: int = 0
    time: int = 0
    unit: int = 0
    written: int = 0
    gradient: str = "both"
    order: str | tuple[int, ...] = "index"
    mistake: str = ""

    def within(self, layer: LayerTrace) -> "Focus":
        """Return the nearest focus that exists in ``layer``.

        Parameters
        ----------
        layer : LayerTrace
            What is about to be drawn.
        """
        sizes = dict(zip(("layer", "direction", "sample", "time", "unit"), layer.hidden.shape, strict=True))
        order = "index" if isinstance(self.order, tuple) and len(self.order) != sizes["unit"] else self.order
        # a padded sequence ends before the pictures do; 0: of one that was not looked at nothing is known
        sizes["time"] = int(layer.lengths[min(self.sample, sizes["sample"] - 1)]) or sizes["time"]
        return replace(self, order=order, **{name: min(getattr(self, name), size - 1) for name, size in sizes.items()})

    def checked(self, layer: LayerTrace) -> "Focus":
        """Return this focus if it exists in ``layer``.

        Parameters
        ----------
        layer : LayerTrace
            What is about to be drawn.

        Raises
        ------
        TypeError, ValueError
            If a number is no whole number, or no such sequence, layer, direction, timestep or unit exists; the
            sentence says which do.
        """
        one_of(GRADIENTS)("gradient", self.gradient)
        text("mistake", self.mistake)
        layers, directions, batch, steps, units = layer.hidden.shape
        if not isinstance(self.order, tuple) or sorted(map(str, self.order)) != sorted(map(str, range(units))):
            one_of(ORDERS)("order", self.order)
        found: dict[str, Any] = {}
        sizes = {"sample": batch, "layer": layers, "direction": directions, "time": steps, "unit": units}
        for name, size in sizes.items():
            value = whole(-math.inf)(name, getattr(self, name))
            if not 0 <= value < size:
                known = f"from 0 to {size - 1}" if size > 1 else "0, there is only one"
                raise ValueError(f"{name} must be {known}, got {shown(value)}.")
            found[name] = value
        length = int(layer.lengths[found["sample"]])
        if found["time"] >= length > 0:
            raise ValueError(
                f"time must be from 0 to {length - 1} in sequence {found['sample']}, whose padding begins there, "
                f"got {found['time']}."
            )
        return replace(self, **found)


@dataclass(frozen=True)
class Picked:
    """A click on a picture.

    Parameters
    ----------
    trace : int
        Index into ``figure.data``.
    x, y : float or str or None
        The data point's coordinates on its axes.
    time : int or None
        The timestep under the pointer, where the picture has one.

    Examples
    --------
    >>> Picked(trace=0, x=7.0, y=2.0, time=7).time
    7
    """

    trace: int
    x: float | str | None
    y: float | str | None
    time: int | None


class View(abc.ABC):
    """A picture. Subclasses say what stays (`skeleton`) and what changes (`patches`); both are pure functions.

    Every method is handed a `rnnviz.training.Snapshot`, one moment of a run, whose ``layer`` is the `LayerTrace` of the
    probe sequences with axes (layer, direction, batch, time, unit), and a `Focus` that exists in it.

    Attributes
    ----------
    name : str
        What ``lab.figure(name)`` calls it.
    height : int
        Pixels.
    shares_time : bool
        Whether its x axis is the timestep, so that the time cursor can mark it.
    place : {"strip", "side", "wide"}
        Where in a lab it stands: a strip of the score, on the one time axis that all strips share; in the narrow column
        beside it; or below both over the whole width, with its own title and axes.
    light : bool
        Whether it draws nothing but inputs, states and gates of the sequence in focus: it is then drawn from light
        frames too, 20 to 30 a second, whose other sequences are NaN, and whose rest is that of the last whole frame.

    Examples
    --------
    >>> from rnnviz.training import Session
    >>> class NormView(View):
    ...     name = "norm"
    ...
    ...     def skeleton(self, snapshot, focus):
    ...         return go.Figure(go.Scatter(name="|h|"))
    ...
    ...     def patches(self, snapshot, focus, pixels=None):
    ...         hidden = snapshot.layer.hidden[focus.layer, focus.direction, focus.sample]  # (time, unit)
    ...         return [Patch(0, "y", np.linalg.norm(hidden, axis=1))]
    >>> NormView().figure(Session("adding", seq_len=12, device="cpu").snapshot()).data[0].y.shape
    (12,)
    """

    name: str
    height: int = 300
    shares_time: bool = True
    place: str = "wide"
    light: bool = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({getattr(self, 'name', '')!r})"

    @abc.abstractmethod
    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        """Return the figure without its changing data: axes, traces, colours, titles.

        Parameters
        ----------
        snapshot : Snapshot
            The first moment to be drawn; later ones of the same run have arrays of the same shapes.
        focus : Focus
            The selection until now; `patches` is told when it moves, and no skeleton is made anew.

        Returns
        -------
        plotly.graph_objects.Figure
            With every trace, axis, shape and annotation that `patches` will address.
        """

    @abc.abstractmethod
    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        """Return everything that changes from frame to frame.

        Parameters
        ----------
        snapshot : Snapshot
            The moment to draw.
        focus : Focus
            The sequence, layer, direction, timestep and unit to draw it for.
        pixels : tuple of int, optional
            ``(width, height)`` of the plotting area, so that no more values travel than can be seen; ``None`` keeps
            every value.

        Returns
        -------
        list of Patch
            Each addresses something that the skeleton has. Values of the same range may differ by half of one of 254
            levels from what is drawn, see `Patch`.
        """

    def exists(self, snapshot: Snapshot) -> bool:
        """Return whether this snapshot has anything for the view to draw, by default always.

        Parameters
        ----------
        snapshot : Snapshot
            Of a task or a cell for which the picture may have no meaning: gates of a plain RNN, a forecast of tags.
        """
        return True

    def while_playing(self) -> "View":
        """Return what draws it in a lab that plays, where a frame may not wait: by default the view itself."""
        return self

    @property
    def score(self) -> "View | None":
        """How a lab draws it beside others: a view of the same name that is a strip of the score or stands beside it.

        None, the default: as it is, below the score. ``lab.figure(name)`` is always the view itself, with title and
        axes.
        """
        return None

    @property
    def help(self) -> str:
        """What a healthy picture looks like, in a few sentences; a view of your own may say it in its own words."""
        return t(f"view.{self.name}.help") if f"view.{self.name}.help" in keys() else ""

    def picked(self, snapshot: Snapshot, focus: Focus, at: Picked) -> Focus:
        """Return the focus after a click: by default the timestep under the pointer, if the x axis is time.

        Parameters
        ----------
        snapshot : Snapshot
            What was on screen.
        focus : Focus
            The focus before.
        at : Picked
            Where the click was.
        """
        return focus if at.time is None else replace(focus, time=at.time)

    def figure(self, snapshot: Snapshot, focus: Focus | None = None) -> go.Figure:
        """Return the complete static figure, every value in it.

        Parameters
        ----------
        snapshot : Snapshot
            The moment to draw.
        focus : Focus, optional
            Taken to the nearest that exists; the first sequence, layer and direction by default.

        Raises
        ------
        TypeError, ValueError
            If the skeleton is no figure, or a patch does not fit it.
        """
        focus = (focus or Focus()).within(snapshot.layer)
        return Canvas(self, snapshot, focus).filled(snapshot, focus)

    def cursor(self, snapshot: Snapshot, focus: Focus) -> tuple[float, float] | None:
        """Return where the time cursor stands on this picture's x axis: (x of timestep 0, x distance of one timestep).

        Parameters
        ----------
        snapshot : Snapshot
            Decides where a calendar begins.
        focus : Focus
            Decides whose calendar it is.

        Returns
        -------
        tuple of float or None
            None where no axis of the picture is time.
        """
        return (0.0, 1.0) if self.shares_time else None


def where(snapshot: Snapshot, focus: Focus, *, sample: bool = True) -> str:
    """Return the words that say which sequence (unless it shows them all), layer and direction a picture shows."""
    layers, directions, batch = snapshot.layer.hidden.shape[:3]
    yours = bool(snapshot.typed) and focus.sample == batch - 1
    name = t("view.where.yours") if yours else t("view.where.sample", sample=focus.sample, batch=batch)
    parts = [name] if sample and batch > 1 else []
    if layers > 1:
        parts.append(t("view.where.layer", layer=focus.layer))
    if directions > 1:
        parts.append(t("view.where.backward") if focus.direction else t("view.where.forward"))
    return " · ".join(parts)


def score(snapshot: Snapshot) -> str:
    """Return the words for the held-out score, and of which step it is if that is an earlier one."""
    words = t("view.curves.held_out", metric=plain(snapshot.metric_name), value=three(snapshot.validation))
    if snapshot.validation_step == snapshot.step:
        return words
    return t("view.curves.held_out.earlier", score=words, step=snapshot.validation_step)


def times(snapshot: Snapshot) -> np.ndarray:
    """Return the timesteps 0 … T−1 as floats."""
    return np.arange(snapshot.layer.hidden.shape[3], dtype=np.float32)
