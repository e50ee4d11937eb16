"""How a scan finds all states of a linear recurrence at once: pairs, and pairs of pairs."""

from canvas import ACCENT, FRAME, INK2, INK3, ORANGE, PEACH, SEA, SOFT, Canvas

__all__ = ["scan_tree"]


def scan_tree() -> Canvas:
    """Draw eight steps that are put together in pairs, in three rounds, and what is filled in on the way back."""
    c = Canvas(
        720,
        372,
        "Eight steps in a row, put together by two into four, then two, then one: three rounds. On the way back each state that a pair left out is one step from a known one.",
    )
    left, wide = 62.0, 70.0
    xs = [left + wide * step for step in range(8)]
    rows, names, y = xs, [str(step + 1) for step in range(8)], 72.0
    c.text((310, 26), "eight steps, each h_{t} = a_{t} h_{t−1} + b_{t}", bold=True)
    for x, name in zip(rows, names, strict=True):
        c.box((x, y), (46, 30), name, fill=SOFT, stroke=ACCENT)
    for number, words in enumerate(("4 pairs at once", "2 at once", "1")):
        below = y + 66
        middles = [(one + two) / 2 for one, two in zip(rows[::2], rows[1::2], strict=True)]
        spans = [f"{one.split('–')[0]}–{two.split('–')[-1]}" for one, two in zip(names[::2], names[1::2], strict=True)]
        for place, (x, span) in enumerate(zip(middles, spans, strict=True)):
            for parent in rows[2 * place : 2 * place + 2]:
                c.arrow((parent, y + 15), (x, below - 15))
            c.box((x, below), (58, 30), span, fill=PEACH, stroke=ORANGE)
        c.text((650, below - 8), f"round {number + 1}", color=ORANGE, size=13, bold=True)
        c.text((650, below + 10), words, color=INK2, size=12)
        rows, names, y = middles, spans, below
    c.line((30, 304), (690, 304), color=FRAME, dashed=True)
    c.text(
        (360, 326),
        "back up: h_{2}, h_{4}, h_{6}, h_{8} are ends of pairs; h_{1}, h_{3}, h_{5}, h_{7} are one step further each, again all at once",
        color=SEA,
        size=12,
    )
    c.text(
        (360, 350),
        "a loop takes 8 steps one after the other, a tree 3 rounds and back; for 1,000 steps, 10 rounds and back",
        color=INK3,
        size=12,
    )
    return c
