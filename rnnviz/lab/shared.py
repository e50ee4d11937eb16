"""Shared: how a lab is given away, as a program and as a recipe, and made again from one."""

from typing import Any, Self

from rnnviz.lab.console import Console
from rnnviz.lab.sharing import arguments_of
from rnnviz.training.recipe import Recipe

__all__ = ["Shared"]


class Shared:
    """The part of a `Lab` that writes it down."""

    _console: Console

    def __init__(self, *arguments: Any, **options: Any) -> None:
        raise NotImplementedError("this is a part of Lab.")

    def code(self, steps: int | None = None) -> str:
        """Return a plain PyTorch script that trains as this lab does from step 0, and prints ``step N loss X`` lines.

        Parameters
        ----------
        steps : int, optional
            How long it trains; up to where `play` pauses by default.

        Raises
        ------
        ValueError
            For a task or a model of your own.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> "nn.LSTM(2, HIDDEN_SIZE, batch_first=True)" in Lab("adding").code(steps=50)
        True
        """
        return self._console.code(steps)

    def recipe(self, *, link: bool = False) -> str:
        """Return a small JSON text from which `from_recipe` makes the same lab, at step 0.

        Parameters
        ----------
        link : bool
            Return it as ``recipe=…``, in characters that any address may hold.

        Raises
        ------
        ValueError
            For a task, a model or a view of your own.
        """
        recipe = self._console.recipe()
        return recipe.link() if link else recipe.text()

    @classmethod
    def from_recipe(cls, text: str, *, device: str = "auto") -> Self:
        """Return the lab that a recipe describes; it is read as data, and nothing in it is run.

        Parameters
        ----------
        text : str
            What `recipe` gave, or any text that holds it, such as a link.
        device : str
            As for the class.

        Raises
        ------
        ValueError
            If there is no recipe in the text, or one that cannot be followed.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> lab = Lab("adding", cell="gru", lr=3e-3)
        >>> Lab.from_recipe("https://example.org/?" + lab.recipe(link=True)).settings == lab.settings
        True
        """
        return cls(device=device, **arguments_of(Recipe.parse(text)))
