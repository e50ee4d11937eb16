"""Lab: one live recurrent network, its buttons, knobs and pictures; a facade over session, runner and screen."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import plotly.graph_objects as go

from rnnviz.lab.cells import claim
from rnnviz.lab.choices import asked_focus, known_views, shown_controls
from rnnviz.lab.console import Console
from rnnviz.lab.experiments import Experiments
from rnnviz.lab.saving import checked_path, lab_header, save
from rnnviz.lab.shared import Shared
from rnnviz.tasks import Task
from rnnviz.training import History, RunState, Session, Settings, Snapshot
from rnnviz.training.checks import optional, whole
from rnnviz.training.insights import Insight, insights
from rnnviz.views import Reading, View

__all__ = ["Lab"]


class Lab(Shared, Experiments):
    """Train a small recurrent network and watch inside it, live.

    In a notebook, a lab as the last line of a cell shows buttons, knobs and linked pictures. In a script it trains
    with `train` and answers with `history`, `trace` and `figure`.

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
        self._console = Console(
            self._session, fps=fps, goal=steps, views=known, chosen=chosen, show=shown_controls(show)
        )
        self._runner = self._console.runner
        claim(self._console.discard)

    def __repr__(self) -> str:
        now = self.settings
        name = self._session.task.name
        return f"Lab(task={name!r}, cell={now.cell!r}, hidden_size={now.hidden_size}, step={self._session.step})"

    def play(self) -> None:
        """Train in the background until the goal or `pause`; return at once."""
        self._runner.play()

    def pause(self) -> None:
        """Stop after the present step, and wait for it."""
        self._runner.pause(wait=True)

    def step(self, n: int = 1) -> None:
        """Train for exactly ``n`` steps.

        Parameters
        ----------
        n : int
            Steps, at least 1.

        Raises
        ------
        Exception
            What went wrong in the background since the last call, such as `rnnviz.training.NonFiniteLoss`.
        """
        self._runner.step(n)

    def reset(self) -> None:
        """Start again from step 0, with the same seed and the present settings."""
        self._runner.reset(wait=True)

    def train(self, steps: int) -> None:
        """Train in place and return when done: deterministic, for scripts and tests.

        Parameters
        ----------
        steps : int
            Steps, at least 1.

        Raises
        ------
        KeyboardInterrupt
            If the kernel is interrupted; the lab is paused then and goes on with the next call.
        Exception
            What went wrong, now or in the background since the last call.
        """
        try:
            self._runner.train(steps)
        except KeyboardInterrupt:  # where in torch it struck is nothing to a reader
            raise KeyboardInterrupt(self.state.message) from None

    def set(self, **settings: Any) -> Self:
        """Change settings: live ones act at the next step, the others start a new model (the lab says so first).

        Parameters
        ----------
        **settings : object
            New values by name.

        Returns
        -------
        Lab
            Itself.

        Raises
        ------
        TypeError, ValueError
            For an unknown name, listing the known, or a value out of range.

        Examples
        --------
        >>> Lab(task="adding").set(lr=3e-3, clip=None).settings.lr
        0.003
        """
        self._console.set(settings)
        return self

    def rewind(self, step: int | None) -> None:
        """Let the pictures show an earlier moment and stay there, whatever the training does meanwhile.

        A lab keeps up to 96 moments of its run, evenly spaced; the one nearest to ``step`` is shown. A new model lets
        go of it.

        Parameters
        ----------
        step : int or None
            Which step, 0 or more; None returns to the newest.

        Raises
        ------
        TypeError, ValueError
            If it is no such number.
        """
        self._console.rewind(optional(whole(0))("step", step))

    def close(self) -> None:
        """Stop training and drawing for good; `history`, `trace` and `figure` still answer."""
        self._console.close()

    @property
    def settings(self) -> Settings:
        """The settings that the next step will use."""
        return self._session.settings

    @property
    def history(self) -> History:
        """The curves of this run: ``history["loss"]`` and the other columns, as numpy."""
        return self._session.history

    @property
    def model(self) -> Any:
        """The torch model in training."""
        return self._session.model

    @property
    def task(self) -> Task:
        """What it learns."""
        return self._session.task

    @property
    def state(self) -> RunState:
        """What the runner does: phase, step, speed, loss and the status line's words."""
        return self._runner.state

    def snapshot(self) -> Snapshot:
        """Look at the model now, on the probe sequences: states, gates, gradients, curves, forecast."""
        return self._runner.snapshot()

    def evaluate(self) -> dict[str, float]:
        """Return the metric on the held-out part: ``"model"`` first, then what simple rules reach."""
        return self._runner.evaluate()

    def figure(self, name: str, *, step: int | None = None, **focus: Any) -> go.Figure:
        """Return a picture as a plain plotly figure, every value in it.

        Parameters
        ----------
        name : str
            Which picture: one of ``rnnviz.views.VIEWS`` (``"hidden"``, ``"gradients"`` …) or of the lab's ``views``.
        step : int, optional
            Of the kept moments of this run, show the one nearest to this step; the present one by default.
        **focus : object
            Parts of a `rnnviz.views.Focus`: ``sample`` (which sequence of the probe), ``layer`` (0 is nearest to the
            input), ``direction`` (1 is backward), ``time``, ``unit``, ``gradient``. For ``"perturbation"`` the
            arguments of `perturb`, and ``layer`` and ``direction``.

        Raises
        ------
        TypeError, ValueError
            For an unknown name, a picture that this run does not have, or a sequence that does not exist.
        """
        if name == "perturbation":
            return self._perturbed(step, **focus)
        views = self._console.views
        if name not in tuple(views):
            raise ValueError(f"name must be one of {', '.join(views)}, perturbation, got {name!r}.")
        where = asked_focus("figure", focus, "name", "step")
        snapshot = self._console.moment(optional(whole(0))("step", step))
        if not views[name].exists(snapshot):
            raise ValueError(f"the task {self.task.name!r} has nothing to draw in the view {name!r}.")
        return views[name].figure(snapshot, where.checked(snapshot.layer))

    def inspect(self, *, step: int | None = None, **focus: Any) -> Reading:
        """Take one cell apart: the parts of its sums, its gates, states and gradients; printed, it is its equations.

        Parameters, and errors for what does not exist, are those of `figure`, but for ``name``.

        Examples
        --------
        >>> reading = Lab(task="adding", cell="rnn", hidden_size=4, seq_len=8, seed=0).inspect(time=5, unit=2)
        >>> reading.equations()[0].symbol, reading.h.shape
        ('h_t', (4,))
        """
        where = asked_focus("inspect", focus, "step")
        snapshot = self._console.moment(optional(whole(0))("step", step))
        return Reading.of(snapshot, where.checked(snapshot.layer))

    def save_replay(self, path: Any, views: Sequence[str | View] | None = None, **focus: Any) -> Path:
        """Write one HTML file that plays this run in any browser, with no kernel and no network.

        It holds the kept moments of the run, up to 96 and as many as fit in 8 MB, with a slider over their steps and
        the linked time cursor.

        Parameters
        ----------
        path : str or os.PathLike
            Where to write it; ends in ``.html``.
        views : sequence of str or View, optional
            The pictures, as for `Lab`; those that the lab shows by default.
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
        console, moments = self._console, [self._session.rescored(one) for one in self._console.moments()]
        header = lab_header(self.task, self.settings, moments[-1])
        return save(found, moments, views, console.views, console.chosen, where, header)

    def insights(self) -> list[Insight]:
        """Return what there is to say about the run, the most urgent first: what is seen, and what to try."""
        return insights(self.snapshot())

    @property
    def widget(self) -> Any:
        """The lab as an ipywidgets box, to place in a layout of your own."""
        return self._console.shown().panel.widget

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        bundle = self.widget._repr_mimebundle_()
        return {**bundle, "text/plain": repr(self)}
