"""Where the time of a recurrent layer goes: starting work, and doing it."""

from canvas import ACCENT, FRAME, GREEN, INK2, INK3, ORANGE, PEACH, SEA, SOFT, Canvas

__all__ = ["launches"]


def launches() -> Canvas:
    """Draw a loop of small calls and one fused call, each above the work that a device does for it."""
    c = Canvas(
        720,
        318,
        "Above, a loop: twelve calls, each of which starts a little work on the device, which waits in between. Below, one fused call: the device works without a break and is done early.",
    )
    left, step, calls = 118.0, 46.0, 12
    c.text((24, 30), "a loop over the cell", bold=True, anchor="start")
    c.text((24, 66), "program", color=INK2, size=12, anchor="start")
    c.text((24, 110), "device", color=INK2, size=12, anchor="start")
    for call in range(calls):
        start = left + step * call
        c.box((start + 18, 66), (36, 26), "call", fill=PEACH, stroke=ORANGE, font=11)
        c.arrow((start + 36, 79), (start + 36, 97))
        c.box((start + 41, 110), (10, 26), fill=GREEN, stroke=SEA)
    c.text((left, 144), "the device waits for the next call most of the time", color=INK3, size=12, anchor="start")
    c.line((24, 166), (696, 166), color=FRAME)
    c.text((24, 190), "one fused call", bold=True, anchor="start")
    c.text((24, 226), "program", color=INK2, size=12, anchor="start")
    c.text((24, 270), "device", color=INK2, size=12, anchor="start")
    c.box((left + 18, 226), (36, 26), "call", fill=SOFT, stroke=ACCENT, font=11)
    c.arrow((left + 36, 239), (left + 36, 257))
    for piece in range(calls):
        c.box((left + 41 + 10 * piece, 270), (10, 26), fill=GREEN, stroke=SEA)
    c.text((left + 180, 270), "the same work, without a gap", color=INK3, size=12, anchor="start")
    c.arrow((560, 300), (690, 300), color=INK3)
    c.text((540, 300), "time", color=INK3, size=12)
    return c
