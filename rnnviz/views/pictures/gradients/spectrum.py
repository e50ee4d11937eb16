"""The eigenvalues of the recurrent matrix in the complex plane, beside the circle that parts fading from growing."""

import numpy as np
import plotly.graph_objects as go

from rnnviz.checks import shown
from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus, View, where
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.style import ACCENT, GHOST, HELD_OUT, axis, base_layout, notice, plain

__all__ = ["SpectrumView", "eigenvalues", "recurrent_block"]

_GATES = {"rnn": ("h",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}  # the order of torch's weights
_CANDIDATES = {"rnn": "h", "lstm": "g", "gru": "n"}
_INSIDE, _OUTSIDE = 1, 2  # trace numbers, after the circle
# up to here an eigenvalue reads as 1.000: of an orthogonal matrix in float32 half would lie outside by a rounding error
_EDGE = 1.0005


class SpectrumView(View):
    """Eigenvalues of W_hh; of an LSTM or GRU those of one gate's block.

    Parameters
    ----------
    gate : str, optional
        ``"i"``, ``"f"``, ``"g"`` or ``"o"`` of an LSTM, ``"r"``, ``"z"`` or ``"n"`` of a GRU; by default the
        candidate's, g or n, which writes the new state.

    Raises
    ------
    ValueError
        If no cell has a gate of that name.
    """

    name = "spectrum"
    height = 340
    shares_time = False

    def __init__(self, gate: str | None = None) -> None:
        known = sorted({name for gates in _GATES.values() for name in gates})
        if gate is not None and gate not in known:
            raise ValueError(f"gate must be one of {', '.join(known)}, or None for the candidate, got {shown(gate)}.")
        self.gate = gate

    def exists(self, snapshot: Snapshot) -> bool:
        return recurrent_block(snapshot, Focus(), self.gate) is not None

    def skeleton(self, snapshot: Snapshot, focus: Focus) -> go.Figure:
        layout = base_layout(
            t("view.spectrum.title"),
            self.height,
            showlegend=False,
            xaxis=axis(t("view.spectrum.real"), zeroline=True, zerolinecolor="rgba(128,128,128,0.4)"),
            yaxis=axis(t("view.spectrum.imaginary"), zeroline=True, zerolinecolor="rgba(128,128,128,0.4)"),
            annotations=[notice().update(yshift=3)],
        )
        # one scale for both axes, or the circle would be an egg
        layout["yaxis"] |= {"scaleanchor": "x", "scaleratio": 1, "zerolinewidth": 1}
        layout["xaxis"]["zerolinewidth"] = 1
        angle = np.linspace(0, 2 * np.pi, 181)
        line = {"color": GHOST, "width": 1.4}
        circle = go.Scatter(x=np.cos(angle), y=np.sin(angle), mode="lines", line=line, hoverinfo="skip")
        circle.update(name=t("view.spectrum.circle"))
        inside = _points(t("view.spectrum.inside"), ACCENT, "circle")
        return go.Figure([circle, inside, _points(t("view.spectrum.outside"), HELD_OUT, "diamond")], layout)

    def patches(self, snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
        block = recurrent_block(snapshot, focus, self.gate)
        if block is None:
            return []
        values = eigenvalues(block)
        sizes = np.abs(values)
        patches = []
        for trace, chosen in ((_INSIDE, sizes <= _EDGE), (_OUTSIDE, sizes > _EDGE)):
            patches += [Patch(trace, "x", values.real[chosen]), Patch(trace, "y", values.imag[chosen])]
            patches.append(Patch(trace, "customdata", sizes[chosen]))
        reach = _reach(sizes)
        patches += [Patch(None, f"{letter}axis.range", (-reach, reach)) for letter in "xy"]
        return [*patches, Patch(None, "annotations[0].text", self._words(snapshot, focus, sizes))]

    def _words(self, snapshot: Snapshot, focus: Focus, sizes: np.ndarray) -> str:
        kind = snapshot.layer.kind
        key = "view.spectrum.rho" if kind == "rnn" else "view.spectrum.rho.block"
        rho = t(key, rho=float(sizes.max()), gate=plain(self.gate or _CANDIDATES[kind]))
        outside = t("view.spectrum.count", outside=int((sizes > _EDGE).sum()), units=len(sizes))
        return " · ".join(word for word in (rho, outside, where(snapshot, focus, sample=False)) if word)


def recurrent_block(snapshot: Snapshot, focus: Focus, gate: str | None = None) -> np.ndarray | None:
    """Return the square recurrent matrix of a gate, axes (unit, unit), None where there is none.

    Parameters
    ----------
    snapshot : Snapshot
        Its layer carries ``W_hh`` unless the model changed it between calls.
    focus : Focus
        Which layer and direction.
    gate : str, optional
        Whose block; the candidate's by default.
    """
    kind, weights = snapshot.layer.kind, snapshot.layer.weights
    gate = gate or _CANDIDATES.get(kind)
    if "W_hh" not in weights or gate not in _GATES.get(kind, ()):
        return None
    rows = weights["W_hh"][focus.layer, focus.direction]
    block: np.ndarray = np.split(rows, len(_GATES[kind]))[_GATES[kind].index(gate)]
    return block if block.shape[0] == block.shape[1] else None  # with a projection it is oblong


def eigenvalues(matrix: np.ndarray) -> np.ndarray:
    """Return the eigenvalues in double precision; all NaN if a weight is not finite.

    Examples
    --------
    >>> np.abs(eigenvalues(np.array([[0.0, -2.0], [2.0, 0.0]])))
    array([2., 2.])
    """
    if not np.isfinite(matrix).all():
        return np.full(len(matrix), np.nan + 0j)
    values: np.ndarray = np.linalg.eigvals(matrix.astype(np.float64)).astype(np.complex128)
    return values


def _reach(sizes: np.ndarray) -> float:
    """Half the width of the picture: the same until an eigenvalue would leave it, then twice as much."""
    largest = float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))
    return float(1.25 * 2.0 ** max(0, np.ceil(np.log2(max(largest, 1.0) / 1.2))))


def _points(name: str, color: str, symbol: str) -> go.Scatter:
    hover = "λ = %{x:.3f} %{y:+.3f} i<br>|λ| = %{customdata:.3f}<extra></extra>"
    marker = {"color": color, "size": 7, "symbol": symbol, "opacity": 0.85}
    return go.Scatter(mode="markers", name=name, marker=marker, hovertemplate=hover)
