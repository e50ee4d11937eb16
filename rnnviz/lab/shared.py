"""Shared: how a lab or a comparison is given away, as a program, as a recipe and as a page that plays its run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnnviz.checks import flag
from rnnviz.lab.console.shared_console import SharedConsole
from rnnviz.lab.controls.options import asked_focus
from rnnviz.lab.facade import Facade
from rnnviz.lab.replay.save import checked_path, save
from rnnviz.views import View

__all__ = ["Shared"]


class Shared(Facade):
    """The part of a `rnnviz.Lab`, and of what `rnnviz.compare` returns, that is written down."""

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
        >>> "nn.LSTM(2, HIDDEN_SIZE, batch_first=True" in Lab("adding").code(steps=50)
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
        link = flag("link", link)
        recipe = self._console.recipe()
        return recipe.link() if link else recipe.text()

    def save_replay(self, path: Any, views: Sequence[str | View] | None = None, **focus: Any) -> Path:
        """Write one HTML file that plays this run in any browser, with no kernel and no network.

        It holds the kept moments of the run, up to 96 and as many as fit in 8 MB, with a slider over their steps and
        the linked time cursor.

        Parameters
        ----------
        path : str or os.PathLike
            Where to write it; ends in ``.html``.
        views : sequence of str or View, optional
            The pictures, as for `rnnviz.Lab`; those that are shown by default.
        **focus : object
            Which sequence, layer, direction … they show, as for `figure`.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        TypeError, ValueError, OSError
            For a path that cannot be, or a view or focus that does not exist.
        RuntimeError
            If nothing was trained yet.
        """
        found, where = checked_path(path), asked_focus("save_replay", focus, "path", "views")
        console, session = self._console, self._runner.session
        moments = [session.rescored(one) for one in console.moments()]
        return save(found, moments, views, console.views, console.chosen, where, console.header(moments[-1]))
