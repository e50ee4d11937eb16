"""The strip of symbols: letters where there is room, else dots and, of text, a piece of it above them; boxes decide."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.pastend import past_end, past_end_patches
from rnnviz.views.patch import Patch, Pixels
from rnnviz.views.score.band import Band
from rnnviz.views.score.inputs import Inputs
from rnnviz.views.score.strip import strip_figure, strip_patches
from rnnviz.views.style import ACCENT, HAIR, HAIR2, INK3, ON_ACCENT, plain
from rnnviz.views.words import said

__all__ = ["symbol_figure", "symbol_patches"]

_HEIGHT = 22  # pixels
_LETTER = 6.8  # pixels of a letter: all have one width, or code could not be read at this size
_SPACE = 2.2  # pixels between symbols of several letters, and between a letter and a box
_PIECE = 32  # letters of the text that stand above dots
_WIDTH = 308  # pixels of a plot before the page has said how many there are
_NEAR = 1  # timesteps: closer to a box a dot would look like a part of it


def symbol_figure(snapshot: Snapshot, focus: Focus) -> go.Figure:
    """Return the strip without its symbols, with a box for as many as decide the answer of any sequence."""
    shown = Inputs.of(snapshot, focus.sample)
    band = Band(t("score.input"), shown.picture.words, _HEIGHT, _HEIGHT, above=True)
    steps = len(shown.symbols)
    rule = go.Scatter(
        x=[-0.5, steps - 0.5], y=[0, 0], mode="lines", line={"color": HAIR, "width": 1}, hoverinfo="skip", name=""
    )
    symbols = go.Scatter(
        name=t("score.input"),
        marker={"size": 3.5, "color": HAIR2},
        textfont={"family": "ui-monospace, Menlo, Consolas, monospace", "size": 11, "color": INK3},
        hoverinfo="none",
        cliponaxis=False,
    )
    boxes = max((len(one.key_steps) for one in snapshot.input_pictures if one is not None), default=0)
    axis: dict[str, Any] = {"range": [-1, 1], "showticklabels": False}
    notes = [_box() for _ in range(boxes)]
    return strip_figure([rule, symbols], [band], snapshot, [axis], annotations=notes, shapes=past_end(snapshot))


def symbol_patches(snapshot: Snapshot, focus: Focus, pixels: Pixels | None = None) -> list[Patch]:
    """Return the symbols of the sequence in focus."""
    shown = Inputs.of(snapshot, focus.sample)
    steps, keys = np.arange(len(shown.symbols)), np.array(shown.picture.key_steps, int)
    longest = max(map(len, shown.symbols))
    room = _LETTER * longest + _SPACE * (longest > 1 or bool(len(keys)))
    letters = (pixels[0] if pixels else _WIDTH) / len(steps) >= room
    away = np.abs(steps[:, None] - keys).min(1, initial=len(steps))
    kept = steps[(away > (0 if letters else _NEAR)) & (steps < shown.end)]
    answer = shown.picture.answer
    return [
        *strip_patches(snapshot, focus),
        *past_end_patches(snapshot, shown.end),
        Patch(1, "x", kept.astype(np.float32)),
        Patch(1, "y", np.zeros(len(kept), np.float32)),
        Patch(1, "mode", "text" if letters else "markers"),
        Patch(1, "text", tuple(plain(shown.symbols[step]) for step in kept) if letters else ()),
        *_boxes(shown, snapshot),
        Patch(None, "meta.panels[0].aside", said("" if letters else _piece(shown, focus.time), shown.picture.words)),
        Patch(None, "meta.panels[0].now", t("score.input.answer", answer=answer) if answer else ""),
    ]


def _piece(shown: Inputs, time: int) -> str:
    """Return what is read around a timestep as one reads it; nothing where single symbols decide, which are boxes."""
    if shown.picture.key_steps:
        return ""
    gap = "" if max(map(len, shown.symbols)) == 1 else " "
    begin = end = min(time, shown.end - 1)
    words = shown.symbols[begin : end + 1]
    while len(gap.join(words)) < _PIECE and (begin > 0 or end < shown.end - 1):
        begin, end = max(begin - 1, 0), min(end + 1, shown.end - 1)
        words = shown.symbols[begin : end + 1]
    before, after = "…" if begin else "", "…" if end < shown.end - 1 else ""
    return t("score.input.piece", text=f"{before}{gap.join(words)}{after}")


def _box() -> go.layout.Annotation:
    return go.layout.Annotation(
        text="",
        visible=False,
        showarrow=False,
        x=0,
        y=0,
        width=12,
        height=16,
        borderpad=1,
        bgcolor=ACCENT,
        font={"size": 11, "color": ON_ACCENT},
    )


def _boxes(shown: Inputs, snapshot: Snapshot) -> list[Patch]:
    patches = []
    most = max((len(one.key_steps) for one in snapshot.input_pictures if one is not None), default=0)
    for index in range(most):
        here = shown.picture.key_steps[index : index + 1]
        patches.append(Patch(None, f"annotations[{index}].visible", bool(here)))
        for step in here:
            patches += [
                Patch(None, f"annotations[{index}].x", step),
                Patch(None, f"annotations[{index}].text", f"<b>{plain(shown.symbols[step])}</b>"),
            ]
    return patches
