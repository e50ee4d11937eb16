"""Facade: what a lab and a comparison share: they are trained, looked at and given away with the same words."""

import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Self

import plotly.graph_objects as go

from rnnviz.checks import flag, number, one_of, optional, whole
from rnnviz.lab.console.console import Console
from rnnviz.lab.controls.options import asked_focus
from rnnviz.lab.lifetime.rerun import claim
from rnnviz.lab.replay.save import checked_path, save
from rnnviz.training import RunState, Snapshot
from rnnviz.views import View

__all__ = ["Facade"]


class Facade:
    """The buttons' methods, the pictures, the widget; `rnnviz.Lab` and what `rnnviz.compare` returns share them.

    Parameters
    ----------
    console : Console
        The run and its screen.
    """

    # figures that are no views of a snapshot, but answers to a question
    _answers: ClassVar[Mapping[str, Callable[..., go.Figure]]] = MappingProxyType({})

    def __init__(self, console: Console) -> None:
        self._console, self._runner = console, console.runner
        weakref.finalize(self, console.unheld).atexit = False
        claim(console.discard, self)

    def play(self) -> None:
        """Train in the background until the goal or `pause`; return at once.

        It plays as long as somebody holds the lab or a page shows it. Jupyter's interrupt ends the cell that runs, not
        what plays; `pause` does that, and `rnnviz.pause_all` for every lab. What goes wrong on the way is on the status
        line, and raised by the next of `step`, `train` and `reset`.
        """
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
        KeyboardInterrupt
            If the kernel is interrupted; the lab pauses after the present step.
        Exception
            What went wrong in the background since the last call, such as `rnnviz.training.NonFiniteLoss`.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> lab = Lab(task="adding", hidden_size=4, seq_len=8, seed=0)
        >>> lab.step(3)
        >>> lab.state.step
        3
        """
        try:
            self._runner.step(n)
        except KeyboardInterrupt:  # who waits no more wants no more steps
            self._runner.pause()
            raise

    def reset(self) -> None:
        """Start again from step 0, with the same seed and the present settings."""
        self._runner.reset(wait=True)

    def train(self, steps: int) -> None:
        """Train in place and return when done: deterministic, for scripts and tests.

        In a notebook that somebody reads, a line under the cell says how far it is while it takes longer than a second.

        Parameters
        ----------
        steps : int
            Steps, at least 1.

        Raises
        ------
        KeyboardInterrupt
            If the kernel is interrupted: after the present step (a second time: at once). The lab is paused then and
            goes on with the next call as if nobody had interrupted it.
        Exception
            What went wrong, now or in the background since the last call.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> lab, same = (Lab(task="adding", hidden_size=4, seq_len=8, seed=0) for _ in range(2))
        >>> lab.train(steps=10)
        >>> same.train(steps=10)
        >>> bool((lab.history["loss"] == same.history["loss"]).all())
        True
        """
        try:
            self._console.train(steps)
        except KeyboardInterrupt:  # where in torch it struck is nothing to a reader
            raise KeyboardInterrupt(self.state.message) from None

    def set(self, **settings: Any) -> Self:
        """Change settings: live ones act at the next step, the others start a new model (the lab says so first).

        Parameters
        ----------
        **settings : object
            New values by name. Also ``device``, the name of one: the run goes on there with its step, weights,
            optimiser and curves.

        Returns
        -------
        Lab or Comparison
            Itself.

        Raises
        ------
        TypeError, ValueError
            For an unknown name, listing the known, or a value out of range.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> Lab(task="adding").set(lr=3e-3, clip=None).settings.lr
        0.003
        """
        self._console.set(settings)
        return self

    def undo(self) -> Self:
        """Go back to the run that the last new model has put aside: its step, weights, optimiser, batches and curves.

        A structural change begins a new model, and so may a preset. Trained on, the run that is back is, bit for bit,
        one that was never left. It is paused, with the settings that it had; moments kept along its way are thinned.

        Returns
        -------
        Lab or Comparison
            Itself.

        Raises
        ------
        RuntimeError
            If no new model has taken the place of a trained one since the last undo.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> lab = Lab(task="adding", hidden_size=4, seq_len=8, seed=0)
        >>> lab.train(steps=5)
        >>> lab.set(hidden_size=6).state.step
        0
        >>> lab.undo()
        Lab(task='adding', cell='lstm', hidden_size=4, step=5)
        """
        self._console.moves.undo(wait=True)
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

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> lab = Lab(task="adding", hidden_size=4, seq_len=8, seed=0)
        >>> lab.train(steps=20)
        >>> lab.rewind(0)
        >>> lab.rewind(None)
        >>> lab.close()
        """
        self._console.rewind(optional(whole(0))("step", step))

    def read(self, rate: float = 6.0, start: int = 0) -> None:
        """Read the shown sequence from ``start`` to its end: the page moves its cursor through every picture.

        What is not read yet is veiled. It returns at once, changes nothing of the model, and goes on while the kernel
        is busy; the button *Read* does the same, and a press on it, Space or Escape ends it.

        Parameters
        ----------
        rate : float
            Timesteps a second, above 0 and at most 60.
        start : int
            The timestep to begin with, 0 or more.

        Raises
        ------
        TypeError, ValueError
            For no such number, or a timestep that the sequence does not have.
        RuntimeError
            If the lab is on no page.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> lab = Lab(task="adding", hidden_size=4, seq_len=8, seed=0)
        >>> shown = lab.widget
        >>> lab.read(rate=4, start=2)
        >>> lab.close()
        """
        self._console.read(number(0, 60, open_end=True)("rate", rate), whole(0)("start", start))

    @property
    def state(self) -> RunState:
        """What the runner does: phase, step, goal, speed (steps a second), loss and the status line's words.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> lab = Lab(task="adding", hidden_size=4, seq_len=8, steps=500)
        >>> lab.state.phase, lab.state.step, lab.state.goal
        ('ready', 0, 500)
        """
        return self._runner.state

    def snapshot(self) -> Snapshot:
        """Look at the model now, on the probe sequences, without disturbing its training in any bit.

        Returns
        -------
        Snapshot
            Read-only numpy arrays: ``layer`` (a `rnnviz.trace.LayerTrace`: states, gates and gradients, axes
            (layer, direction, batch, time, unit)), ``history``, ``inputs``, ``outputs``, ``weights``, ``prediction`` …;
            of a comparison each model's snapshot is in ``models``, by label.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> seen = Lab(task="adding", cell="lstm", hidden_size=4, seq_len=8, seed=0).snapshot()
        >>> seen.layer.gates["f"].shape  # layer, direction, batch, time, unit
        (1, 1, 8, 8, 4)
        """
        return self._runner.snapshot()

    def evaluate(self) -> dict[str, float]:
        """Return the metric on the held-out part, in the task's own unit: the model first, then simple rules.

        Returns
        -------
        dict of str to float
            ``"model"`` (of a comparison each model by its label), then the task's baselines by name.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> list(Lab(task="temporal-order", hidden_size=4).evaluate())
        ['model', 'guessing']
        """
        return self._runner.evaluate()

    def figure(self, name: str, *, step: int | None = None, **focus: Any) -> go.Figure:
        """Return a picture as a plain plotly figure, every value in it.

        Parameters
        ----------
        name : str
            Which picture: one of ``rnnviz.views.VIEWS`` (``"hidden"``, ``"gradients"`` …) or of the lab's ``views``;
            a lab also has ``"perturbation"``.
        step : int, optional
            Of the kept moments of this run, show the one nearest to this step; the present one by default.
        **focus : object
            Parts of a `rnnviz.views.Focus`: ``sample`` (which sequence of the probe), ``layer`` (0 is nearest to the
            input), ``direction`` (1 is backward), ``time``, ``unit``, ``gradient``. For ``"perturbation"`` the
            arguments of `rnnviz.Lab.perturb`, and ``layer`` and ``direction``.

        Returns
        -------
        plotly.graph_objects.Figure
            To show, to change, to write to a file.

        Raises
        ------
        TypeError, ValueError
            For an unknown name, a picture that this run does not have, or a sequence that does not exist.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> lab = Lab(task="adding", hidden_size=4, seq_len=8, seed=0)
        >>> lab.figure("hidden", sample=3).data[0].z.shape  # unit, time
        (4, 8)
        >>> len(lab.figure("perturbation", time=5, value=2.0).data) > 0
        True
        """
        if isinstance(name, str) and name in self._answers:
            return self._answers[name](self, step, **focus)
        views = self._console.views
        name = one_of((*views, *self._answers))("name", name)
        where = asked_focus("figure", focus, "name", "step")
        snapshot = self._console.moment(optional(whole(0))("step", step))
        if not views[name].exists(snapshot):
            raise ValueError(f"the task {self._runner.session.task.name!r} has nothing to draw in the view {name!r}.")
        return views[name].figure(snapshot, where.checked(snapshot.layer))

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
        return save(found, moments, views, console.views, console.chosen, where, console.export.header(moments[-1]))

    def close(self) -> None:
        """Stop training and drawing for good, and let go of every widget; the open page keeps the last pictures.

        `history`, `snapshot`, `figure` and `save_replay` still answer. A page that is loaded again finds no pictures.
        """
        self._console.close()

    @property
    def widget(self) -> Any:
        """The whole as an ipywidgets box, to place in a layout of your own."""
        return self._console.display()

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        bundle = self.widget._repr_mimebundle_()
        self._console.still.show()
        return {**bundle, "text/plain": repr(self)}
