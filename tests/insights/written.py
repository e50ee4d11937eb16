"""What is written in a sentence on screen, against numbers worked out elsewhere."""

import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

TEMPLATES = json.loads(resources.files("rnnviz.i18n").joinpath("en.json").read_text(encoding="utf-8"))
NUMBER = re.compile(r"(?:at least )?(-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?%?)")


def by_hand(text: str) -> str:
    """Return a text with its powers of ten as a lab's line writes them: 3e-7 is 3 × 10⁻⁷ there."""
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return re.sub(r"(?<=\d)e(-?\d+)", lambda found: " × 10" + found[1].translate(raised), text)


def by_machine(text: str) -> str:
    """Return what `by_hand` was given."""
    lowered = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return re.sub(r"(?<=\d) × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda found: "e" + found[1].translate(lowered), text)


def disagreements(key: str, text: str, truth: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """Return each number of a sentence that is not the one worked out; there must be a number."""
    numbers = {name: match[1] for name, told in filled(key, text).items() if (match := NUMBER.fullmatch(told))}
    assert numbers, f"{text!r} tells no number"
    return [(name, one, truth[name]) for name, one in numbers.items() if not is_as_written(one, truth[name])]


def filled(key: str, text: str) -> dict[str, str]:
    """Read back what stands in a sentence's places, nouns apart that are chosen by a number."""
    places = list(re.finditer(r"\{(\w+)[^}]*\}", TEMPLATES[key]))
    fixed = re.split(r"\{\w+[^}]*\}", TEMPLATES[key])
    found = re.fullmatch("(.+?)".join(map(re.escape, fixed)), text)
    assert found is not None, f"{text!r} is no {key}"
    return {place[1]: told for place, told in zip(places, found.groups(), strict=True) if "|" not in place[0]}


def is_as_written(text: str, value: Any) -> bool:
    """Whether a number, rounded to the digits of a text, is what the text says; whole numbers have all their digits."""
    if isinstance(value, int):
        return text.replace(",", "") == str(value)
    bare, exponent = (*by_machine(text).removesuffix("%").replace(",", "").split("e"), "0")[:2]
    places = len(bare.partition(".")[2]) or len(bare.rstrip("0")) - len(bare)
    unit = 10.0 ** (int(exponent) - places - 2 * text.endswith("%"))
    number = float(bare) * 10.0 ** (int(exponent) - 2 * text.endswith("%"))
    return abs(number - value) <= 0.5 * unit * (1 + 1e-4)
