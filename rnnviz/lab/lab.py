"""Lab: one live recurrent network, its buttons, knobs and pictures; a facade over session, runner and screen."""

from collections.abc import Sequence
from typing import Any, Self

from rnnviz.export.recipe import Recipe
from rnnviz.lab.console.export import arguments_of
from rnnviz.lab.console.lab_console import LabConsole
from rnnviz.lab.controls.options import known_views, shown_controls
from rnnviz.lab.experiments import Experiments
from rnnviz.lab.guided import Guided
from rnnviz.lab.shared import Shared
from rnnviz.tasks import Task
from rnnviz.training import History, Session, Settings
from rnnviz.views import View

__all__ = ["Lab"]


class Lab(Guided, Shared, Experiments):
    """Train a small recurrent network and watch inside it, live.

    In a notebook, a lab as the last line of a cell shows buttons, knobs and linked pictures. In a script it trains
    with `train` and answers with `history`, `snapshot` and `figure`.

    The numbers are those of the settings alone, in whatever cell a verb is called: inside ``torch.no_grad()``,
    ``inference_mode`` or ``autocast``, with another default device, or after ``torch.set_default_dtype``, none of which
    is touched. Built-in tasks and networks are float32. A model of your own keeps the dtype of its weights, and is
    given inputs and targets of that (float32 or float64); it and your own tasks make new numbers of torch's default
    dtype at the time when the lab was made (with a built-in network: float32).

    Parameters
    ----------
    task : str or Task
        One of ``rnnviz.tasks.KNOWN`` or a task of your own.
    model : torch.nn.Module or callable, optional
        A model of your own, to watch on this task: a module (every run starts from a copy), or a function of the task
        and the settings that builds one, such as ``lambda task, s: MyModel(task.input_size, s.hidden_size)``.
        Structural settings that it does not read start it anew and change nothing else.
    device : str
        ``"auto"`` (cuda, else mps, else cpu) or the name of one.
    steps : int, optional
        Where `play` pauses by itself, and what a ``schedule`` of the learning rate is laid over; the task suggests one.
    fps : float
        Pictures a second at most.
    show : sequence of str, optional
        The controls to show and no others, by name: settings, such as ``"rho"``; selectors, such as ``"sample"``;
        tools, such as ``"pictures"``. All by default.
    views : sequence of str or View, optional
        The pictures to show, in reading order: names, and `rnnviz.views.View` objects of your own.
    **settings : object
        Any setting of `rnnviz.training.Settings`, such as ``cell="gru"``, ``hidden_size=32``, ``lr=3e-3``, ``seed=0``.

    Raises
    ------
    ValueError, TypeError
        For a task, device, setting or value that does not exist; the message lists those that do.

    Examples
    --------
    >>> lab = Lab(task="adding", cell="gru", hidden_size=8, seq_len=12, seed=0)
    >>> lab.train(steps=5)
    >>> lab.history["loss"].shape
    (5,)
    >>> lab.figure("hidden").data[0].z.shape
    (8, 12)
    >>> lab
    Lab(task='adding', cell='gru', hidden_size=8, step=5)
    """

    _console: LabConsole

    def __init__(
        self,
        task: str | Task = "sunspots",
        *,
        model: Any = None,
        device: str = "auto",
        steps: int | None = None,
        fps: float = 15.0,
        show: Sequence[str] | None = None,
        views: Sequence[str | View] | None = None,
        **settings: Any,
    ) -> None:
        self._session = Session(task, model=model, planned=steps, device=device, **settings)
        known, chosen = known_views(views)
        console = LabConsole(self._session, fps=fps, goal=steps, views=known, chosen=chosen, show=shown_controls(show))
        super().__init__(console)

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
        >>> lab = Lab("adding", cell="gru", lr=3e-3)
        >>> Lab.from_recipe("https://example.org/?" + lab.recipe(link=True)).settings == lab.settings
        True
        """
        return cls(device=device, **arguments_of(Recipe.parse(text)))

    def __repr__(self) -> str:
        now = self.settings
        name = self._session.task.name
        return f"Lab(task={name!r}, cell={now.cell!r}, hidden_size={now.hidden_size}, step={self._session.step})"

    @property
    def settings(self) -> Settings:
        """The settings that the next step will use, frozen; change them with `set`."""
        return self._session.settings

    @property
    def history(self) -> History:
        """The curves of this run, as numpy, axis (row,): a row a step, evenly thinned in a run of over 2,048 steps.

        The columns are ``"step"``, ``"loss"``, ``"metric"``, ``"grad_norm"`` (before clipping), ``"clipped"`` (0 or 1),
        ``"lr"`` and ``"clip"``. It is a mapping: ``pandas.DataFrame(lab.history)`` makes a table, ``dict(lab.history)``
        a copy that does not change any more, and it can be pickled.
        """
        return self._session.history

    @property
    def model(self) -> Any:
        """The torch model in training; another one after every structural change and `reset`."""
        return self._session.model

    @property
    def task(self) -> Task:
        """What it learns: a `rnnviz.tasks.Task`, on the lab's device."""
        return self._session.task
