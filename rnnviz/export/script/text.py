"""The text of a script: how its parts stand on the page."""

from collections.abc import Sequence

__all__ = ["Script", "program"]


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
