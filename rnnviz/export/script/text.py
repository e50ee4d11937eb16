"""What programs are made of: their text, from blocks; and what the data of several tasks have in common in one."""

from collections.abc import Sequence

__all__ = ["CROSS_ENTROPY", "CROSS_ENTROPY_EACH_STEP", "SQUARED", "TORCH", "Script", "program"]

TORCH = """
import torch
from torch import nn
"""

SQUARED = """
def loss_of(outputs, targets):
    return (outputs - targets).square().mean()
"""

CROSS_ENTROPY = """
def loss_of(outputs, targets):
    return nn.functional.cross_entropy(outputs, targets)
"""

CROSS_ENTROPY_EACH_STEP = """
def loss_of(outputs, targets):
    return nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())
"""


class Script(str):
    """A program's text; in a notebook it shows as the lines that it is.

    Examples
    --------
    >>> Script("print(1)")
    print(1)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def program(title: str, imports: str, values: str, blocks: Sequence[str]) -> Script:
    """Return a script: its title, a sentence; the lines at its top; then blocks two empty lines apart.

    >>> program("Say one.", "import math", "ONE = 1", ["print(ONE)"]).splitlines()[-1]
    'print(ONE)'
    """
    head = "\n\n".join([f'"""{title}"""', imports, values])
    return Script("\n\n\n".join(block.strip("\n") for block in [head, *blocks]) + "\n")
