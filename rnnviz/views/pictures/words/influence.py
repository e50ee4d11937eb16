"""Which tokens moved an answer: gradient times input and occlusion, side by side over the tokens."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from rnnviz.checks import whole
from rnnviz.i18n import t
from rnnviz.trace import Saliency
from rnnviz.views.style import SIGNED, axis, base_layout, notice, plain, visible

__all__ = ["influence"]

_MEASURES = ("occlusion", "gradient_times_input", "gradient_norm")


def influence(found: Saliency, tokens: Sequence[str], sample: int = 0) -> go.Figure:
    """Return the tokens of a sequence, coloured by how much each moved the answer, a row for each way to measure it.

    Each row has its own scale: its largest number is the darkest. Orange speaks for the answer, blue against it. The
    length of the gradient, the last row, has no sign.

    Parameters
    ----------
    found : Saliency
        What `rnnviz.saliency` has found.
    tokens : sequence of str
        A word for each valid step of the sequence; more are left out.
    sample : int
        Which of its sequences.

    Raises
    ------
    TypeError, ValueError
        If there is no such sequence, or there are fewer tokens than steps.

    Examples
    --------
    >>> import torch
    >>> from rnnviz.models import SequenceModel
    >>> from rnnviz.trace import saliency
    >>> model = SequenceModel("gru", input_size=4, hidden_size=8, output_size=2, vocabulary=10)
    >>> found = saliency(model, torch.tensor([[3, 5, 2]]), target=1)
    >>> influence(found, ["a", "b", "c"]).data[0].z.shape
    (3, 3)
    """
    sample = whole(0, len(found.score) - 1)("sample", sample)
    values = np.stack([getattr(found, name)[sample] for name in _MEASURES])
    values = values[:, np.isfinite(values).all(0)]
    steps = values.shape[1]
    if len(tokens) < steps:
        raise ValueError(f"tokens must be one a step, {steps} for this sequence, got {len(tokens)}.")
    words = [plain(visible(one)) for one in tokens[:steps]]
    layout = base_layout(
        t("view.influence.title"),
        210,
        annotations=[notice().update(text=t("view.influence.score", score=float(found.score[sample])), yshift=4)],
        xaxis=axis(tickvals=list(range(steps)), ticktext=words, showgrid=False, tickangle=0, side="bottom"),
        yaxis=axis(
            tickvals=list(range(len(_MEASURES))),
            ticktext=[t(f"view.influence.{name}") for name in _MEASURES],
            range=[len(_MEASURES) - 0.5, -0.5],
            showgrid=False,
        ),
    )
    layout["margin"] |= {"l": 150}
    return go.Figure(_cells(values, words), layout)


def _cells(values: NDArray[np.float64], words: list[str]) -> go.Heatmap:
    largest = np.abs(values).max(1, keepdims=True, initial=0.0)
    shares: Any = np.divide(values, largest, out=np.zeros_like(values), where=largest > 0)
    return go.Heatmap(
        z=shares,
        customdata=values,
        text=[words] * len(values),
        texttemplate="%{text}",
        textfont={"family": "monospace", "size": 13},
        zmin=-1,
        zmax=1,
        zauto=False,
        colorscale=SIGNED["light"],
        showscale=False,
        xgap=1,
        ygap=4,
        hovertemplate="%{y}, %{text}: %{customdata:.3g}<extra></extra>",
    )
