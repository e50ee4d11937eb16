"""Shared: how a lab is given away, as a program and as a recipe, and made again from one."""

from rnnviz.lab.labconsole import LabConsole
from rnnviz.lab.verbs import Verbs

__all__ = ["Shared"]


class Shared(Verbs):
    """The part of a `Lab` that writes it down."""

    _console: LabConsole

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
