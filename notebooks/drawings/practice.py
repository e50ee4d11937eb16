"""Choosing: from the questions that one asks of a sequence to the model that is tried first."""

from canvas import ACCENT, GREEN, INK2, ORANGE, PEACH, SEA, SOFT, Canvas

__all__ = ["which_model"]

_QUESTIONS = (
    ("Does a rule without a network do as well?", "keep the rule"),
    ("Is an answer wanted before the sequence ends?", "GRU or LSTM, one way"),
    ("Has one far element to be found exactly?", "attention"),
    ("Does what comes later change the answer?", "BiLSTM"),
)
_REST = "GRU, then LSTM"


def which_model() -> Canvas:
    """Draw four questions below each other, each with the model that a yes leads to."""
    c = Canvas(
        720,
        340,
        "Four questions lead to a model: if a rule does as well keep the rule, if an answer is wanted before the end "
        "take a one-way GRU or LSTM, if a far element has to be found take attention, if later elements change the "
        "answer take a BiLSTM, and otherwise try a GRU and then an LSTM.",
    )
    for row, (question, model) in enumerate(_QUESTIONS):
        y = 44.0 + 66 * row
        c.box((220, y), (380, 40), question, fill=SOFT, stroke=ACCENT)
        fill, stroke = (PEACH, ORANGE) if row == 0 else (GREEN, SEA)
        c.box((590, y), (200, 40), model, fill=fill, stroke=stroke, bold=True)
        c.arrow((410, y), (490, y), width=2)
        c.text((448, y - 12), "yes", color=INK2, size=12)
        c.arrow((220, y + 20), (220, y + 46), width=2)
        c.text((238, y + 31), "no", color=INK2, size=12)
    c.box((220, 44.0 + 66 * len(_QUESTIONS)), (380, 40), _REST, fill=GREEN, stroke=SEA, bold=True)
    return c
