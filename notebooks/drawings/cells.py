"""One step of a cell: plain RNN, LSTM with its two paths, GRU."""

from canvas import ACCENT, GREEN, INK2, INK3, ORANGE, PEACH, SEA, SOFT, Canvas, Point

__all__ = ["gru", "lstm", "rnn_step"]


def rnn_step() -> Canvas:
    """Draw one step of a plain RNN."""
    c = Canvas(
        720,
        250,
        "One step of a plain RNN: the new input and the former hidden state, each through its matrix, are added with a bias and squashed into the new hidden state.",
    )
    c.text((52, 110), "h_{t−1}", color=ACCENT, size=16)
    c.arrow((80, 110), (128, 110), color=ACCENT, width=2)
    c.box((165, 110), (74, 40), "W_{hh}")
    c.arrow((202, 110), (288, 110))
    c.node((305, 110), "+", radius=17, font=20)
    c.text((52, 200), "x_{t}", size=16)
    c.arrow((80, 200), (128, 200))
    c.box((165, 200), (74, 40), "W_{xh}")
    c.arrow((202, 200), (305, 200), (305, 128))
    c.text((305, 48), "b_{h}", size=15)
    c.arrow((305, 62), (305, 92))
    c.arrow((322, 110), (372, 110))
    c.box((415, 110), (86, 40), "σ = tanh", fill=SOFT, stroke=ACCENT)
    c.arrow((458, 110), (640, 110), color=ACCENT, width=2)
    c.text((674, 110), "h_{t}", color=ACCENT, size=16)
    c.text((585, 90), "to the next step", color=INK3, size=12)
    c.node((515, 110), radius=3.5, fill=ACCENT, stroke=ACCENT)
    c.arrow((515, 110), (515, 180))
    c.box((515, 200), (74, 40), "W_{hy}")
    c.arrow((552, 200), (640, 200))
    c.text((674, 200), "y_{t}", size=16)
    c.text((360, 22), "h_{t} = σ(W_{hh} h_{t−1} + W_{xh} x_{t} + b_{h})", color=INK2, size=14)
    return c


def lstm() -> Canvas:
    """Draw the cell path of an LSTM above its side path."""
    c = Canvas(
        720,
        400,
        "One step of an LSTM: along the cell path the former cell state is multiplied by the forget gate and the news is added; the side path reads input and hidden state, sets the gates and shows part of the cell.",
    )
    top, gates = 80.0, 240.0
    c.text((44, top), "c_{t−1}", color=SEA, size=16)
    c.arrow((74, top), (163, top), color=SEA, width=3)
    c.node((180, top), "×", radius=17, font=20, stroke=SEA)
    c.arrow((197, top), (333, top), color=SEA, width=3)
    c.node((350, top), "+", radius=17, font=20, stroke=SEA)
    c.arrow((367, top), (646, top), color=SEA, width=3)
    c.text((676, top), "c_{t}", color=SEA, size=16)
    c.text((360, 24), "the cell path: kept × what was there, plus the news", color=SEA, size=13, bold=True)
    for x, name, letter in ((180.0, "forget", "f_{t}"), (300.0, "input", "i_{t}"), (540.0, "output", "o_{t}")):
        c.arrow((x, 316), (x, gates + 23))
        _gate(c, (x, gates), letter)
        c.text((x - 8, gates + 52), name, color=INK2, size=12, anchor="end")
    c.arrow((400, 316), (400, gates + 23))
    _candidate(c, (400, gates), "g_{t}")
    c.text((392, gates + 52), "candidate", color=INK2, size=12, anchor="end")
    c.arrow((180, gates - 23), (180, top + 17))
    c.node((350, 160), "×", radius=17, font=20)
    c.arrow((300, gates - 23), (300, 160), (333, 160))
    c.arrow((400, gates - 23), (400, 160), (367, 160))
    c.arrow((350, 143), (350, top + 17))
    c.text((266, 160), "news", color=INK3, size=12)
    c.node((480, top), radius=3.5, fill=SEA, stroke=SEA)
    c.arrow((480, top), (480, 125), color=SEA)
    c.box((480, 142), (60, 32), "tanh", font=12)
    c.arrow((480, 158), (480, 180), (523, 180))
    c.node((540, 180), "×", radius=17, font=20, stroke=ACCENT)
    c.arrow((540, gates - 23), (540, 197))
    c.arrow((557, 180), (646, 180), color=ACCENT, width=2)
    c.text((676, 180), "h_{t}", color=ACCENT, size=16)
    c.line((120, 316), (540, 316))
    c.text((52, 304), "h_{t−1}", color=ACCENT, size=16)
    c.text((52, 332), "x_{t}", size=16)
    c.line((82, 304), (104, 316), (120, 316))
    c.line((82, 332), (104, 316))
    c.text((230, 376), "c_{t} = f_{t} ⊙ c_{t−1} + i_{t} ⊙ g_{t}", color=INK2)
    c.text((490, 376), "h_{t} = o_{t} ⊙ tanh(c_{t})", color=INK2)
    return c


def gru() -> Canvas:
    """Draw a GRU: one state, one gate that shares it out between old and new, and one that resets."""
    c = Canvas(
        720,
        414,
        "One step of a GRU: the update gate z shares the state out between what was there and the candidate n; the reset gate r says how much of the past the candidate reads.",
    )
    top = 80.0
    c.text((44, top), "h_{t−1}", color=ACCENT, size=16)
    c.arrow((74, top), (163, top), color=ACCENT, width=3)
    c.node((180, top), "×", radius=17, font=20, stroke=ACCENT)
    c.arrow((197, top), (513, top), color=ACCENT, width=3)
    c.node((530, top), "+", radius=17, font=20, stroke=ACCENT)
    c.arrow((547, top), (646, top), color=ACCENT, width=3)
    c.text((676, top), "h_{t}", color=ACCENT, size=16)
    c.text((360, 24), "z keeps the old state, 1 − z lets the candidate in", color=ACCENT, size=13, bold=True)
    _gate(c, (180, 160), "z_{t}")
    c.text((172, 200), "update", color=INK2, size=12, anchor="end")
    c.arrow((180, 137), (180, top + 17))
    c.box((370, 160), (66, 32), "1 − z_{t}", font=13, stroke=SEA)
    c.arrow((222, 160), (337, 160))
    c.node((530, 160), "×", radius=17, font=20)
    c.arrow((403, 160), (513, 160))
    c.arrow((530, 143), (530, top + 17))
    _gate(c, (290, 240), "r_{t}")
    c.text((282, 280), "reset", color=INK2, size=12, anchor="end")
    c.node((410, 240), "×", radius=17, font=20)
    c.arrow((332, 240), (393, 240))
    c.arrow((427, 240), (488, 240))
    c.text((410, 326), "W_{hn} h_{t−1} + b_{hn}", color=ACCENT, size=14)
    c.arrow((410, 312), (410, 257), color=ACCENT)
    _candidate(c, (530, 240), "n_{t}")
    c.text((578, 240), "candidate", color=INK2, size=12, anchor="start")
    c.arrow((530, 217), (530, 177))
    c.text((548, 326), "x_{t}", size=16)
    c.arrow((530, 326), (530, 263))
    c.line((120, 316), (290, 316))
    c.arrow((180, 316), (180, 183))
    c.arrow((290, 316), (290, 263))
    c.text((52, 304), "h_{t−1}", color=ACCENT, size=16)
    c.text((52, 332), "x_{t}", size=16)
    c.line((82, 304), (104, 316), (120, 316))
    c.line((82, 332), (104, 316))
    c.text((360, 366), "n_{t} = tanh(W_{xn} x_{t} + b_{xn} + r_{t} ⊙ (W_{hn} h_{t−1} + b_{hn}))", color=INK2, size=13)
    c.text((360, 392), "h_{t} = z_{t} ⊙ h_{t−1} + (1 − z_{t}) ⊙ n_{t}", color=INK2, size=13)
    return c


def _gate(c: Canvas, at: Point, letter: str) -> None:
    _squashed(c, at, letter, "sigmoid", fill=GREEN, stroke=SEA)


def _candidate(c: Canvas, at: Point, letter: str) -> None:
    _squashed(c, at, letter, "tanh", fill=PEACH, stroke=ORANGE)


def _squashed(c: Canvas, at: Point, letter: str, by: str, *, fill: str, stroke: str) -> None:
    c.box(at, (84, 46), fill=fill, stroke=stroke)
    c.text((at[0], at[1] - 9), letter, bold=True, size=15)
    c.text((at[0], at[1] + 12), by, color=INK2, size=11)
