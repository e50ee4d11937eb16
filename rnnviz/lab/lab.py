"""Lab: one live recurrent network, its buttons, knobs and pictures; a facade over session, runner and screen."""

import contextlib
from collections.abc import Callable
from typing import Any, Self

import plotly.graph_objects as go

from rnnviz.i18n import t
from rnnviz.lab.cells import claim
from rnnviz.lab.knobs import Knobs
from rnnviz.lab.screen import Screen
from rnnviz.models import CELLS, INITIALISATIONS, NONLINEARITIES
from rnnviz.tasks import Task
from rnnviz.training import History, Runner, RunState, Session, Settings, Snapshot
from rnnviz.views import VIEWS, Focus

__all__ = ["Lab"]

_CHOICES = {"cell": CELLS, "init": INITIALISATIONS, "nonlinearity": NONLINEARITIES}


class Lab:
    """Train a small recurrent network and watch inside it, live.

    In a notebook, a lab as the last line of a cell shows buttons, knobs and linked pictures. In a script it trains
    with `train` and answers with `history`, `trace` and `figure`.

    Parameters
    ----------
    task : str or Task
        One of ``rnnviz.tasks.KNOWN`` or a task of your own.
    device : str
        ``"auto"`` (cuda, else mps, else cpu) or the name of one.
    steps : int, optional
        Where `play` pauses by itself; the task suggests one.
    fps : float
        Pictures a second at most.
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
        device: str = "auto",
        steps: int | None = None,
        fps: float = 15.0,
        **settings: Any,
    ) -> None:
        self._session = Session(task, device=device, **settings)
        self._fps = fps
        self._screen: Screen | None = None
        self._knobs: Knobs | None = None
        self._runner = Runner(self._session, on_frame=self._on_frame, on_state=self._on_state, fps=fps, goal=steps)
        self._runner.watched = False
        claim(self._replaced)

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
        Exception
            What went wrong, now or in the background since the last call.
        """
        self._runner.train(steps)

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
        wanted = self._with(settings)
        if self._knobs is not None:
            self._knobs.follow(wanted)
        if self._announce(wanted) and self._screen is not None:
            self._screen.pump.flush(timeout=1.0)
        self._runner.apply(wanted, wait=True)
        return self

    def close(self) -> None:
        """Stop training and drawing for good; `history`, `trace` and `figure` still answer."""
        self._runner.stop()
        with contextlib.suppress(Exception):  # what a run has failed with is on the status line already
            self._runner.join(timeout=5.0)
        if self._screen is not None:
            self._screen.pump.flush(timeout=2.0)
            self._screen.close()

    def _replaced(self) -> None:
        """Give way to the lab that the same cell now makes: the page has dropped this one's pictures."""
        self.close()
        if self._screen is not None:
            self._screen.discard()
            self._screen = self._knobs = None

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

    def figure(self, name: str, *, sample: int = 0, layer: int = 0, direction: int = 0) -> go.Figure:
        """Return a picture as a plain plotly figure, every value in it.

        Parameters
        ----------
        name : {"hidden", "gradients", "gates", "curves", "prediction"}
            Which picture.
        sample, layer, direction : int
            Which sequence of the probe, which layer (0 is nearest to the input), which direction (1 is backward).

        Raises
        ------
        ValueError
            For an unknown name, a picture that this task does not have, or a sequence that does not exist.
        """
        if name not in tuple(VIEWS):
            raise ValueError(f"name must be one of {', '.join(VIEWS)}, got {name!r}.")
        snapshot = self.snapshot()
        if not VIEWS[name].exists(snapshot):
            raise ValueError(f"the task {self.task.name!r} has nothing to draw in the view {name!r}.")
        return VIEWS[name].figure(snapshot, Focus(sample, layer, direction).checked(snapshot.layer))

    @property
    def widget(self) -> Any:
        """The lab as an ipywidgets box, to place in a layout of your own."""
        return self._shown().panel.widget

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        bundle = self.widget._repr_mimebundle_()
        return {**bundle, "text/plain": repr(self)}

    def _shown(self) -> Screen:
        if self._screen is None:
            self._knobs = Knobs(self.settings, self.task.seq_lens, _CHOICES, self._moved)
            self._screen = Screen(
                self.snapshot(), self.state, VIEWS, self._knobs, fps=self._fps, on_error=self._view_failed
            )
            self._connect(self._screen)
            self._runner.watched = True
        return self._screen

    def _connect(self, screen: Screen) -> None:
        panel = screen.panel
        for button, action in (
            (panel.play, self._runner.play),
            (panel.pause, self._runner.pause),
            (panel.step, lambda: self._runner.step(wait=False)),
            (panel.reset, self._runner.reset),
        ):
            button.on_click(lambda _button, action=action: self._guarded(action))

    def _guarded(self, action: Callable[[], object]) -> None:
        """Jupyter swallows what a callback raises: show it instead, and raise it at the next blocking call."""
        try:
            action()
        except Exception as error:
            self._runner.fail(error, "lab")

    def _moved(self, changes: dict[str, Any]) -> None:
        """Act on a knob. The lab first says that a new model is coming, then, once that is on screen, builds it."""

        def apply() -> None:
            self._runner.apply(self._with(changes))

        def act() -> None:
            if not self._announce(self._with(changes), then=lambda: self._guarded(apply)):
                apply()

        self._guarded(act)

    def _with(self, changes: dict[str, Any]) -> Settings:
        return self._session.checked(self.settings.replace(**changes))

    def _announce(self, wanted: Settings, then: Callable[[], None] = lambda: None) -> bool:
        changed = self.settings.rebuilds(wanted)
        if self._screen is None or not changed:
            return False
        self._screen.say(self.state, _announcement(changed, self.settings, wanted), then=then)
        return True

    def _on_frame(self, snapshot: Snapshot) -> None:
        if self._screen is not None:
            self._screen.show(snapshot)

    def _on_state(self, state: RunState) -> None:
        if self._screen is not None:
            self._screen.say(state, state.message, failed=state.phase == "failed")

    def _view_failed(self, error: BaseException) -> None:
        self._runner.fail(error, "view")


def _announcement(changed: tuple[str, ...], now: Settings, wanted: Settings) -> str:
    changes = [
        t("lab.rebuilding.change", name=t(f"knob.{name}"), old=getattr(now, name), new=getattr(wanted, name))
        for name in changed
    ]
    return t("lab.rebuilding", changes=", ".join(changes))
