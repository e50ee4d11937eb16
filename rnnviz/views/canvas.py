"""Canvas: what a view has drawn, and a look whether it fits: a figure, and patches that this figure can take."""

from typing import Any, Protocol

import numpy as np
import plotly.graph_objects as go

from rnnviz.training import Snapshot
from rnnviz.views.patch import META, Patch, Pixels, apply, noted

__all__ = ["Canvas"]

_AXES = {"scatter": {"x": 1, "y": 1}, "bar": {"x": 1, "y": 1}, "heatmap": {"x": 1, "y": 1, "z": 2}}


class Drawer(Protocol):
    """Whatever draws: of a `View`, all that this floor may know."""

    name: str

    def skeleton(self, snapshot: Snapshot, focus: Any) -> go.Figure:
        """Return a figure with every trace, axis and annotation that `patches` will address."""

    def patches(self, snapshot: Snapshot, focus: Any, pixels: Pixels | None = None) -> list[Patch]:
        """Return this frame's values, each for an attribute that the skeleton has."""


class Canvas:
    """A view's figure for one run, and the patches for it. Views of a reader's own may err: the sentence says how.

    Parameters
    ----------
    view : View
        What draws.
    snapshot, focus
        As in `View.skeleton`, which is called once, here.

    Attributes
    ----------
    figure : plotly.graph_objects.Figure
        The view's skeleton.

    Raises
    ------
    TypeError
        If the skeleton is no figure.

    Examples
    --------
    >>> from rnnviz.training import Session
    >>> from rnnviz.views import VIEWS, Focus
    >>> snapshot = Session("adding", seq_len=12, hidden_size=4, device="cpu").snapshot()
    >>> Canvas(VIEWS["hidden"], snapshot, Focus()).filled(snapshot, Focus()).data[0].z.shape  # unit, time
    (4, 12)
    """

    def __init__(self, view: Drawer, snapshot: Snapshot, focus: Any) -> None:
        self._view = view
        self._known: dict[tuple[int | None, str], int | None] = {}  # addresses that exist, and how many axes they want
        self.figure = view.skeleton(snapshot, focus)
        if not isinstance(self.figure, go.Figure):
            raise TypeError(
                f"skeleton of {self._who} must return a plotly.graph_objects.Figure, got {_kind(self.figure)}; "
                "return go.Figure(traces, layout)."
            )

    def patches(self, snapshot: Snapshot, focus: Any, pixels: Pixels | None = None) -> list[Patch]:
        """Return what changes; ``snapshot``, ``focus`` and ``pixels`` are those of `View.patches`.

        Raises
        ------
        TypeError, ValueError
            If it is no list of patches, or one does not fit the figure.
        """
        patches = self._view.patches(snapshot, focus, pixels)
        if not isinstance(patches, list | tuple) or not all(isinstance(one, Patch) for one in patches):
            raise TypeError(
                f"patches of {self._who} must return a list of rnnviz.views.Patch, got {_kind(patches)}; "
                'return [Patch(0, "y", values)].'
            )
        for patch in patches:
            self._check(patch)
        return list(patches)

    def filled(self, snapshot: Snapshot, focus: Any) -> go.Figure:
        """Return the figure with every value of ``snapshot`` for ``focus`` in it.

        Raises
        ------
        TypeError, ValueError
            As `patches`, and if plotly refuses a value.
        """
        for patch in self.patches(snapshot, focus):
            try:
                apply(self.figure, [patch])
            except ValueError as error:
                # plotly lists every property there is, on a page of its own
                words = " ".join(str(error).split())[:200]
                raise ValueError(f"{_name(patch)} of {self._who} has a value that plotly refuses: {words}") from None
        return self.figure

    def _check(self, patch: Patch) -> None:
        place = (patch.trace, patch.key)
        if place not in self._known:
            # once a figure, not once a frame: plotly validates whatever it is asked for
            self._known[place] = self._find(patch)
        value, axes = patch.value, self._known[place]
        if not isinstance(value, np.ndarray):
            noted = dict if patch.trace is None and patch.key.startswith(META) else type(None)
            if not isinstance(value, str | int | float | tuple | list | np.generic | noted | None):
                raise TypeError(
                    f"{_name(patch)} of {self._who} must carry a numpy array, a word, a number or a tuple, "
                    f"got {_kind(value)}; convert it, such as with numpy.asarray."
                )
        elif value.dtype.kind not in "fiub":
            raise TypeError(
                f"{_name(patch)} of {self._who} must carry an array of real numbers, got dtype {value.dtype}; "
                "convert it with .astype(float), or hand words over as a tuple."
            )
        elif value.ndim not in ((1, 2) if axes is None else (axes,)):
            wanted = "one axis or two" if axes is None else "one axis" if axes == 1 else "two axes (row, column)"
            raise ValueError(
                f"{_name(patch)} of {self._who} must carry an array with {wanted}, got shape {value.shape}."
            )

    def _find(self, patch: Patch) -> int | None:
        count = len(self.figure.data)
        if patch.trace is None and isinstance(patch.key, str) and patch.key.startswith(META):
            self._note(patch)
            return None
        if patch.trace is None:
            target = self.figure.layout
        elif isinstance(patch.trace, int | np.integer) and 0 <= patch.trace < count:
            target = self.figure.data[patch.trace]
        else:
            known = (
                f"its traces are 0 to {count - 1}" if count > 1 else "its only trace is 0" if count else "it has none"
            )
            raise ValueError(
                f"{_name(patch)} of {self._who} names a trace that its figure lacks: {known}; None is the layout."
            )
        if not isinstance(patch.key, str) or patch.key not in target:
            what = "the layout" if patch.trace is None else f"a {target.type} trace"
            raise ValueError(
                f"{_name(patch)} of {self._who} names an attribute that {what} of its figure lacks; "
                "check its spelling, and let skeleton make what it changes."
            )
        return None if patch.trace is None else _AXES.get(target.type, {}).get(patch.key)

    def _note(self, patch: Patch) -> None:
        try:
            noted(self.figure.layout.meta, patch.key)
        except ValueError:
            raise ValueError(
                f"{_name(patch)} of {self._who} names a note that the layout's meta lacks; "
                "check its spelling, and let skeleton make what it changes."
            ) from None

    @property
    def _who(self) -> str:
        return f"the view {self._view.name!r} ({type(self._view).__name__})"


def _name(patch: Patch) -> str:
    return f"Patch({patch.trace!r}, {patch.key!r})"


def _kind(value: Any) -> str:
    if value is None:
        return "None"
    kind = type(value).__name__
    if isinstance(value, list | tuple):
        wrong = next((f" with {type(one).__name__} in it" for one in value if not isinstance(one, Patch)), "")
        return kind + wrong
    return kind
