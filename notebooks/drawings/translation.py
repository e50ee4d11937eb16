"""Encoder and decoder: the state that is handed over, and attention that looks back."""

import itertools

from canvas import ACCENT, GREEN, INK2, INK3, ORANGE, PEACH, SEA, SOFT, Canvas

__all__ = ["attention"]

_READS = (("7", 96.0), ("mai", 196.0), ("1999", 296.0))
_WRITES = (("<BOS>", "1999", 446.0), ("1999", "05", 566.0), ("05", "07", 686.0))
_WEIGHTS = (0.05, 0.1, 0.85)  # of the first thing written
_STATE, _CONTEXT, _OUT = 290.0, 158.0, 62.0  # heights of the rows


def attention() -> Canvas:
    """Draw an encoder that reads three tokens, a decoder that writes three, and where the first of them looks."""
    c = Canvas(
        760,
        400,
        "An encoder reads 7 mai 1999 and hands its last state over to a decoder, which writes 1999, 05, 07. "
        "For each token attention weighs all states of the encoder: writing 1999 it looks at 1999.",
    )
    _encoder(c)
    _decoder(c)
    _looks(c)
    c.text((196, 26), "encoder: reads", color=ACCENT, bold=True)
    c.text((566, 26), "decoder: writes", color=ORANGE, bold=True)
    return c


def _encoder(c: Canvas) -> None:
    for (_, x), (_, after) in itertools.pairwise(_READS):
        c.arrow((x + 30, _STATE), (after - 31, _STATE), color=ACCENT, width=2)
    for number, (word, x) in enumerate(_READS, start=1):
        c.arrow((x, 350), (x, _STATE + 21))
        c.box((x, _STATE), (58, 40), f"h_{{{number}}}", fill=SOFT, stroke=ACCENT)
        c.text((x, 366), word, bold=True)


def _decoder(c: Canvas) -> None:
    first = _WRITES[0][2]
    c.arrow((_READS[-1][1] + 30, _STATE), (first - 31, _STATE), color=ACCENT, width=3)
    c.text((371, _STATE + 18), "the last state", color=INK3, size=12)
    c.text((371, _STATE + 34), "is handed over", color=INK3, size=12)
    for (_, _, x), (_, _, after) in itertools.pairwise(_WRITES):
        c.arrow((x + 30, _STATE), (after - 31, _STATE), color=ORANGE, width=2)
    for number, (before, word, x) in enumerate(_WRITES, start=1):
        c.arrow((x, 350), (x, _STATE + 21))
        c.arrow((x, _STATE - 20), (x, _CONTEXT + 17))
        c.arrow((x, _CONTEXT - 16), (x, _OUT + 17))
        c.box((x, _STATE), (58, 40), f"s_{{{number}}}", fill=PEACH, stroke=ORANGE)
        c.box((x, _CONTEXT), (100, 30), f"tanh W[c_{{{number}}}; s_{{{number}}}]", fill=GREEN, stroke=SEA, font=12)
        c.box((x, _OUT), (62, 30), word, bold=True)
        c.text((x, 366), before, color=INK2)
    c.text((566, 388), "what has been written so far", color=INK3, size=12)


def _looks(c: Canvas) -> None:
    (left, top), at = (_WRITES[0][2] - 50, _CONTEXT), 232.0
    for (_, x), weight in zip(_READS, _WEIGHTS, strict=True):
        c.line((x, _STATE - 20), (x, at), (left - 60, top), color=SEA, width=1 + 5 * weight)
        c.text((x - 8, at + 18), f"{weight:.2f}", color=SEA, size=12, anchor="end")
    c.arrow((left - 60, top), (left - 2, top), color=SEA, width=3)
    c.text((left - 64, top - 16), "c_{1} = the states, weighed", color=SEA, size=13, anchor="end")
    c.text((left - 64, top - 36), "s_{1} is compared with every h", color=INK2, size=12, anchor="end")
