"""What happens around a network: a batch of different lengths, and the training loop."""

from canvas import ACCENT, FRAME, GREEN, INK2, INK3, ORANGE, PAGE, PEACH, PURPLE, SEA, SOFT, Canvas, Point

__all__ = ["packing", "training_loop", "windows"]

PAD = "#eceff2"


def packing() -> Canvas:
    """Draw a padded batch beside the same batch packed."""
    lengths, width, side = (5, 4, 2, 1), 5, 36
    sizes = [sum(length > step for length in lengths) for step in range(width)]
    c = Canvas(
        720,
        310,
        f"Four sequences of lengths {', '.join(map(str, lengths))}, padded to a rectangle, and packed: step by step only those that still have something to read, {', '.join(map(str, sizes))} of them.",
    )
    colours = ((SOFT, ACCENT), (GREEN, SEA), (PEACH, ORANGE), ("#f3e3f1", PURPLE))
    c.text((150, 30), "padded: a rectangle", bold=True)
    c.text((545, 30), "packed: what is really read", bold=True)
    for row, (length, (fill, stroke)) in enumerate(zip(lengths, colours, strict=True)):
        y = 80 + 44 * row
        c.text((34, y), "ABCD"[row], color=stroke, bold=True)
        for step in range(width):
            x = 70 + 40 * step
            if step < length:
                c.box((x, y), (side, side), f"{'ABCD'[row]}_{{{step + 1}}}", fill=fill, stroke=stroke, font=13)
            else:
                c.box((x, y), (side, side), "pad", fill=PAD, stroke=FRAME, color=INK3, dashed=True, font=11)
        c.text((268, y), str(length), color=INK2, size=13)
    c.text((268, 54), "length", color=INK3, size=11)
    c.arrow((300, 146), (376, 146), width=2)
    for step, size in enumerate(sizes):
        x = 420 + 62 * step
        for row in range(size):
            fill, stroke = colours[row]
            c.box((x, 80 + 44 * row), (side, side), f"{'ABCD'[row]}_{{{step + 1}}}", fill=fill, stroke=stroke, font=13)
        c.text((x, 250), str(size), bold=True, size=14)
    c.text((545, 276), "batch_sizes: how many sequences go on at each step", color=INK2, size=12)
    padded = width * len(lengths)
    c.text((160, 250), f"{padded} places, {padded - sum(lengths)} of them empty", color=INK2, size=12)
    c.text((160, 276), "the last valid state is not out[:, −1]", color=ORANGE, size=12)
    return c


def training_loop() -> Canvas:
    """Draw the training loop as a circle, and the look at held-out data beside it."""
    c = Canvas(
        720,
        384,
        "A training loop: batch, forward pass, loss, backward pass, clip, step, and again; after each epoch a look at held-out data decides whether to save and when to stop.",
    )
    top, low = 80.0, 190.0
    left, middle, right = 150.0, 360.0, 570.0
    ring = [
        ((left, top), "batch", "for x, y in loader"),
        ((middle, top), "forward", "y_hat = model(x)"),
        ((right, top), "loss", "loss_fn(y_hat, y)"),
        ((right, low), "backward", "loss.backward()"),
        ((middle, low), "clip", "clip_grad_norm_(…)"),
        ((left, low), "step", "optimizer.step()"),
    ]
    for at, name, code in ring:
        _act(c, at, (150, 52), name, code, fill=SOFT, stroke=ACCENT)
    c.arrow((left + 75, top), (middle - 75, top), width=2)
    c.arrow((middle + 75, top), (right - 75, top), width=2)
    c.arrow((right, top + 26), (right, low - 26), width=2)
    c.arrow((right - 75, low), (middle + 75, low), width=2)
    c.arrow((middle - 75, low), (left + 75, low), width=2)
    c.arrow((left, low - 26), (left, top + 26), width=2)
    c.text((left + 12, 135), "zero_grad, and again", color=INK3, size=12, anchor="start")
    c.text((middle, 28), "for every batch, in model.train()", color=ACCENT, size=13, bold=True)
    c.arrow((left, low + 26), (left, 289), color=SEA, width=2)
    c.text((left + 12, 250), "after every epoch", color=INK3, size=12, anchor="start")
    _act(c, (left, 315), (220, 52), "validate", "model.eval(), torch.no_grad()", fill=GREEN, stroke=SEA)
    c.arrow((260, 305), (300, 305), (300, 285), (455, 285), width=2)
    c.text((378, 271), "the best so far", color=INK3, size=12)
    _act(c, (550, 285), (190, 46), "save", "torch.save(model.state_dict())", fill=PAGE, stroke=SEA)
    c.arrow((260, 325), (300, 325), (300, 345), (455, 345), width=2)
    c.text((378, 360), "no better for a while", color=INK3, size=12)
    _act(c, (550, 345), (190, 46), "stop", "early stopping", fill=PEACH, stroke=ORANGE)
    return c


def _act(c: Canvas, at: Point, size: Point, name: str, code: str, *, fill: str, stroke: str) -> None:
    c.box(at, size, fill=fill, stroke=stroke)
    c.text((at[0], at[1] - 10), name, bold=True)
    c.text((at[0], at[1] + 11), code, color=INK2, size=11)


def windows() -> Canvas:
    """Draw windows that slide along a series, and the parts that they belong to."""
    c = Canvas(
        720,
        318,
        "A series cut into training, validation and test part. Windows slide along it: each reads four values and answers one two steps later, and belongs to the part in which its answer lies.",
    )
    left, side, count = 40.0, 32.0, 20
    parts = (("training", 0, 12, SOFT, ACCENT), ("validation", 12, 16, GREEN, SEA), ("test", 16, 20, PEACH, ORANGE))
    for name, start, end, fill, stroke in parts:
        middle = left + side * (start + end) / 2
        c.text((middle, 28), name, color=stroke, bold=True)
        for step in range(start, end):
            c.box((left + side * (step + 0.5), 62), (side - 4, 28), fill=fill, stroke=stroke)
    rows = (
        (0, "trained on", SOFT, ACCENT),
        (6, "trained on: the last one that may be", SOFT, ACCENT),
        (8, "left out of training: its answer lies behind the split", PAGE, FRAME),
        (13, "scored: its window may begin before the split", PEACH, ORANGE),
    )
    for row, (start, words, fill, stroke) in enumerate(rows):
        y = 118 + 50 * row
        for step in range(start, start + 4):
            c.box((left + side * (step + 0.5), y), (side - 4, 22), fill=fill, stroke=stroke)
        answer = (left + side * (start + 5.5), y)
        c.arrow((left + side * (start + 4) + 1, y), (answer[0] - 15, y), width=2)
        c.box(answer, (side - 4, 22), "y", fill=PAGE, stroke=stroke, font=13)
        c.text((left + side * (start + 3), y + 22), words, color=INK2, size=12)
    c.text((left + side * count / 2, 304), "time", color=INK3, size=12)
    return c
