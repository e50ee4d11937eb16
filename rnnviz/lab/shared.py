"""Shared: how a lab or a comparison is given away, as a program and as a recipe."""

import abc

from rnnviz.lab.console import Console
from rnnviz.lab.verbs import Verbs
from rnnviz.training.parcel import Parcel
from rnnviz.training.script import Script

__all__ = ["Shared", "SharedConsole"]


class SharedConsole(Console, abc.ABC):
    """The console of a run that can be written down."""

    @abc.abstractmethod
    def code(self, steps: int | None = None) -> Script:
        """Return the program of this run; it trains up to the goal unless ``steps`` says otherwise."""

    @abc.abstractmethod
    def recipe(self) -> Parcel:
        """Return what makes the same again."""


class Shared(Verbs):
    """The part of a `rnnviz.Lab`, and of what `rnnviz.compare` returns, that writes it down."""

    _console: SharedConsole

    def code(self, steps: int | None = None) -> str:
        """Return a plain PyTorch script that trains as this lab does from step 0, and prints ``step N loss X`` lines.

        Of a comparison, it trains all models in turn, and each line begins with the model's label.

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
        """Return a small JSON text from which `from_recipe` makes the same lab or comparison, at step 0.

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
