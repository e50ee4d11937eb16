"""The part of a script that changes the learning rate in the course of the run."""

from string import Template

from rnnviz.i18n import t
from rnnviz.training.settings import Settings

__all__ = ["rate_blocks", "with_import"]

_RATE = Template('''
def rate(step):
    """$about"""
    $rule
''')

_RULES = {
    "step": "return LEARNING_RATE * (1.0, 0.1, 0.01)[min(step * 3 // PLANNED, 2)]",
    "cosine": "return LEARNING_RATE * (0.5 * (1 + math.cos(math.pi * min(step / PLANNED, 1.0))))",
    "warmup": "return LEARNING_RATE * min(1.0, (step + 1) / max(0.1 * PLANNED, 1.0))",
}


def rate_blocks(settings: Settings) -> list[str]:
    """Return the function that gives the rate after some steps; none where it stays the same."""
    if settings.schedule == "constant":
        return []
    return [_RATE.substitute(about=t("script.rate"), rule=_RULES[settings.schedule])]


def with_import(imports: str, settings: Settings) -> str:
    """Return the imports and, where the rate needs it, that of ``math`` in its place."""
    if settings.schedule != "cosine":
        return imports.strip("\n")
    groups = [group.splitlines() for group in imports.strip("\n").split("\n\n")]
    if "import torch" in groups[0]:
        # the standard library in a group of its own, above the others
        groups.insert(0, [])
    groups[0] = sorted([*groups[0], "import math"], key=lambda line: (line.startswith("from"), line))
    return "\n\n".join("\n".join(group) for group in groups)
