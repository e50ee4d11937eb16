"""From a text to what a network reads: tokens, numbers, a padded row with its length, states, an answer."""

from canvas import ACCENT, FRAME, GREEN, INK2, INK3, ORANGE, PEACH, SEA, SOFT, Canvas

__all__ = ["text_to_numbers"]

_TOKENS = (("the", "5"), ("film", "4"), ("is", "6"), ("superb", "1"))
_WIDE = 6  # places of the batch's longest text
_PAD = "#eceff2"


def text_to_numbers() -> Canvas:
    """Draw the way of one text through the four steps, and the states that read it."""
    c = Canvas(
        720,
        330,
        "A text becomes tokens, tokens become numbers, unknown ones the number 1, the row is filled up with 0 to the "
        "width of the batch, and an LSTM reads the four valid places; the answer is taken from the last of these.",
    )
    rows = {"text": 40.0, "tokens": 96.0, "numbers": 158.0, "states": 226.0, "answer": 292.0}
    for name, y in rows.items():
        c.text((62, y), name, color=INK2, size=12)
    c.text((335, rows["text"]), "The film is SUPERB", bold=True)
    across = [160.0 + 88 * place for place in range(_WIDE)]
    for place, x in enumerate(across):
        if place < len(_TOKENS):
            word, number = _TOKENS[place]
            known = number != "1"
            c.box((x, rows["tokens"]), (76, 32), word, fill=SOFT, stroke=ACCENT, font=13)
            fill, stroke = (GREEN, SEA) if known else (PEACH, ORANGE)
            c.box((x, rows["numbers"]), (76, 32), number, fill=fill, stroke=stroke, font=13)
            c.box((x, rows["states"]), (76, 32), f"h_{{{place + 1}}}", fill=SOFT, stroke=ACCENT, font=13)
            c.arrow((x, rows["tokens"] + 16), (x, rows["numbers"] - 16))
            c.arrow((x, rows["numbers"] + 16), (x, rows["states"] - 16))
            if place:
                c.arrow((x - 50, rows["states"]), (x - 38, rows["states"]), width=2)
        else:
            c.box((x, rows["numbers"]), (76, 32), "0", fill=_PAD, stroke=FRAME, color=INK3, dashed=True, font=13)
            c.text((x, rows["tokens"]), "<PAD>", color=INK3, size=12)
    c.text((across[3] + 2, rows["tokens"] + 30), "<UNK>", color=ORANGE, size=11)
    end = across[len(_TOKENS) - 1]
    c.box((end, rows["answer"]), (120, 32), "answer", fill=GREEN, stroke=SEA, font=13)
    c.arrow((end, rows["states"] + 16), (end, rows["answer"] - 16), width=2)
    c.text((across[4] + 44, rows["states"]), "length 4: nothing is read here", color=INK2, size=12)
    return c
