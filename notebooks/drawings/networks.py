"""Whole networks: feed-forward, unrolled, in two directions, stacked."""

import itertools

from canvas import ACCENT, GHOST, GREEN, INK2, INK3, ORANGE, PEACH, SEA, SOFT, Canvas

__all__ = ["bidirectional", "feed_forward", "stacked", "unrolled"]


def feed_forward() -> Canvas:
    """Draw a feed-forward network and what it cannot take."""
    c = Canvas(
        720,
        300,
        "A feed-forward network has a place for exactly four values; a fifth finds none, and no value knows that it came after another.",
    )
    inputs = [(110.0, 60 + 50 * k) for k in range(4)]
    hidden = [(250.0, 45 + 45 * k) for k in range(5)]
    output = (370.0, 135.0)
    for one in inputs:
        for two in hidden:
            c.line((one[0] + 15, one[1]), (two[0] - 15, two[1]), color=GHOST, width=1)
    for two in hidden:
        c.line((two[0] + 15, two[1]), (output[0] - 15, output[1]), color=GHOST, width=1)
    for k, at in enumerate(inputs):
        c.node(at, f"x_{{{k + 1}}}")
    for at in hidden:
        c.node(at, fill=SOFT, stroke=ACCENT)
    c.node(output, "y")
    c.node((110, 260), "x_{5}", dashed=True, stroke=ORANGE)
    c.text((138, 260), "no place for a fifth", color=INK3, size=13, anchor="start")
    c.text((415, 52), "What it cannot do", bold=True, anchor="start")
    for k, (head, rest) in enumerate(
        [
            ("Any length.", "Four values in, one out; never three, never five."),
            ("Order.", "Swap two inputs for good, and it learns as well."),
            ("One rule for all places.", "What x_{1} taught it says nothing about x_{3}."),
        ]
    ):
        y = 92 + 62 * k
        c.text((415, y), head, anchor="start", color=ORANGE, bold=True, size=13)
        c.text((415, y + 20), rest, anchor="start", color=INK2, size=12)
    return c


def unrolled() -> Canvas:
    """Draw a recurrent network as a loop and the same one unrolled in time."""
    c = Canvas(
        720,
        280,
        "A recurrent network drawn as a loop, and the same network unrolled in time: at every step the same weights, and the hidden state handed on.",
    )
    c.arrow((90, 222), (90, 172))
    c.arrow((90, 118), (90, 72))
    c.arrow((123, 133), (158, 133), (158, 159), (123, 159), color=ACCENT, width=2)
    c.box((90, 145), (66, 54), "W", fill=SOFT, stroke=ACCENT, bold=True, font=16)
    c.text((90, 238), "x_{t}")
    c.text((90, 56), "y_{t}")
    c.text((158, 118), "h", color=ACCENT)
    c.text((188, 146), "=", size=22, color=INK2)
    xs = [270.0, 390.0, 510.0, 630.0]
    c.text((214, 145), "h_{0}", color=ACCENT)
    c.arrow((226, 145), (243, 145), color=ACCENT, width=2)
    for k, x in enumerate(xs, start=1):
        c.arrow((x, 222), (x, 168))
        c.arrow((x, 122), (x, 72))
        if k < len(xs):
            c.arrow((x + 27, 145), (xs[k] - 27, 145), color=ACCENT, width=2)
            c.text((x + 60, 130), f"h_{{{k}}}", color=ACCENT)
        c.box((x, 145), (54, 46), "W", fill=SOFT, stroke=ACCENT, bold=True, font=16)
        c.text((x, 238), f"x_{{{k}}}")
        c.text((x, 56), f"y_{{{k}}}")
    c.text((450, 264), "time →", color=INK3, size=13)
    c.text((450, 26), "the same W at every step", color=INK2, size=13)
    return c


def bidirectional() -> Canvas:
    """Draw the two passes of a bidirectional network, joined at every step."""
    c = Canvas(
        720,
        330,
        "A bidirectional network: one pass reads from left to right, another from right to left, and each output sees both states.",
    )
    xs = [150.0, 300.0, 450.0, 600.0]
    words = ["Paris", "Hilton", "opens", "today"]
    for k, x in enumerate(xs):
        c.arrow((x - 20, 276), (x - 20, 240), color=ACCENT)
        c.arrow((x + 20, 276), (x + 20, 160), color=ORANGE)
        c.arrow((x - 20, 200), (x - 20, 72), color=ACCENT)
        c.arrow((x + 20, 120), (x + 20, 72), color=ORANGE)
        if k + 1 < len(xs):
            c.arrow((x + 15, 220), (xs[k + 1] - 55, 220), color=ACCENT, width=2)
            c.arrow((xs[k + 1] - 15, 140), (x + 55, 140), color=ORANGE, width=2)
    for k, x in enumerate(xs, start=1):
        c.box((x - 20, 220), (70, 38), f"h→_{{{k}}}", fill=SOFT, stroke=ACCENT)
        c.box((x + 20, 140), (70, 38), f"h←_{{{k}}}", fill=PEACH, stroke=ORANGE)
        c.box((x, 56), (84, 30), f"y_{{{k}}}")
        c.text((x, 292), words[k - 1], bold=True)
        c.text((x, 312), f"x_{{{k}}}", color=INK3, size=12)
    c.text((56, 220), "forward", color=ACCENT, size=13)
    c.text((60, 140), "backward", color=ORANGE, size=13)
    c.text(
        (375, 24),
        "y_{t} = W_{hy} [h→_{t}; h←_{t}] + b_{y}:  the output for Paris knows that Hilton comes",
        color=INK2,
        size=13,
    )
    return c


def stacked() -> Canvas:
    """Draw a network of three layers over four steps."""
    c = Canvas(
        720,
        350,
        "A deep recurrent network: the states of one layer are the inputs of the next, and each layer hands its own state on in time.",
    )
    xs = [190.0, 330.0, 470.0, 610.0]
    ys = [250.0, 170.0, 90.0]
    fills = [(SOFT, ACCENT), (GREEN, SEA), (PEACH, ORANGE)]
    for k, x in enumerate(xs):
        c.arrow((x, 306), (x, 271))
        for below, above in itertools.pairwise(ys):
            c.arrow((x, below - 19), (x, above + 21))
        c.arrow((x, ys[-1] - 19), (x, 44))
        if k + 1 < len(xs):
            for y, (_, stroke) in zip(ys, fills, strict=True):
                c.arrow((x + 38, y), (xs[k + 1] - 38, y), color=stroke, width=2)
    for k, x in enumerate(xs, start=1):
        for level, (y, (fill, stroke)) in enumerate(zip(ys, fills, strict=True), start=1):
            c.box((x, y), (76, 38), f"h^{{{level}}}_{{{k}}}", fill=fill, stroke=stroke)
        c.text((x, 320), f"x_{{{k}}}")
        c.text((x, 30), f"y_{{{k}}}")
    for level, (y, (_, stroke)) in enumerate(zip(ys, fills, strict=True), start=1):
        c.text((74, y), f"layer {level}", color=stroke, size=13, bold=True)
    c.text((400, 340), "time →", color=INK3, size=12)
    return c
