"""ByLabel: what each model of a comparison has, by the model's label; a label that is none is told the labels."""

from typing import NoReturn, TypeVar

from rnnviz.checks import shown

__all__ = ["ByLabel"]

T = TypeVar("T")


class ByLabel(dict[str, T]):
    """A dict that says, where a label is missing, which there are, and what can be asked of each.

    Examples
    --------
    >>> ByLabel({"rnn": 1, "gru": 2})["gru"]
    2
    """

    each = ""  # what can be asked of a value, a clause

    def __missing__(self, label: object) -> NoReturn:
        raise KeyError(f"no model {shown(label)} in this comparison; the models are {', '.join(self)}{self.each}.")
