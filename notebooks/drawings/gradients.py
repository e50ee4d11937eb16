"""The way back: direct gradients, Jacobians and the terms of the weights, and a path that goes around."""

import itertools

from canvas import ACCENT, FRAME, INK2, INK3, ORANGE, PAGE, PEACH, PURPLE, SEA, SOFT, Canvas

__all__ = ["through_time"]

LILAC = "#f3e3f1"


def through_time() -> Canvas:
    """Draw backpropagation through time above, and below it one step with a residual path."""
    c = Canvas(
        720,
        474,
        "Backpropagation through time over four steps: the loss gives each state a direct gradient, what comes from later passes the Jacobian of its step, and each step adds a term to the gradient of W. Below: in a residual network the gradient also goes around the Jacobian, unchanged.",
    )
    _steps(c)
    c.line((30, 300), (690, 300), color=FRAME)
    _around(c)
    return c


def _steps(c: Canvas) -> None:
    places, y = (120.0, 280.0, 440.0, 600.0), 140.0
    c.text((24, 30), "plain: every step back passes a Jacobian", bold=True, anchor="start")
    for step, x in enumerate(places, 1):
        c.box((x, 72), (64, 28), f"L_{{{step}}}", fill=PEACH, stroke=ORANGE)
        c.arrow((x, 86), (x, y - 20), color=ORANGE, width=2)
        c.text((x + 10, 103), f"d_{{{step}}}", color=ORANGE, size=13, anchor="start")
        c.box((x, y), (64, 38), f"h_{{{step}}}", fill=SOFT, stroke=ACCENT, bold=True)
        c.arrow((x, y + 19), (x, 222), color=PURPLE, width=2)
        c.text((x + 10, 186), f"term {step}", color=PURPLE, size=12, anchor="start")
    for step, (left, right) in enumerate(itertools.pairwise(places), 2):
        c.arrow((left + 33, y - 8), (right - 33, y - 8), color=FRAME)
        c.arrow((right - 33, y + 8), (left + 33, y + 8), color=ACCENT, width=2.5)
        c.text(((left + right) / 2, y + 27), f"× J_{{{step}}}", color=ACCENT, size=13, bold=True)
    c.box((360, 242), (580, 36), "gradient of W: the sum of the terms", fill=LILAC, stroke=PURPLE)
    c.text(
        (360, 280), "from the loss: direct · along the states: from later · both together: total", color=INK2, size=12
    )


def _around(c: Canvas) -> None:
    y, left, right = 408.0, 170.0, 550.0
    c.text((24, 324), "residual: the old state is added, and its gradient goes around", bold=True, anchor="start")
    for x, words in ((left, "h_{t−1}"), (right, "h_{t}")):
        c.box((x, y), (76, 38), words, fill=SOFT, stroke=ACCENT, bold=True)
    c.box((360, y + 18), (170, 34), "0.1 · tanh(W h + …)", fill=PAGE, stroke=INK3)
    c.arrow((right - 38, y + 10), (447, y + 18), color=ACCENT, width=1.5)
    c.arrow((273, y + 18), (left + 39, y + 10), color=ACCENT, width=1.5)
    c.arrow((right, y - 19), (right, 362), (left, 362), (left, y - 20), color=SEA, width=3)
    c.text((360, 376), "unchanged: × 1", color=SEA, size=13, bold=True)
    c.text((360, 458), "the Jacobian of the step is I + 0.1 J", color=INK2, size=12)
