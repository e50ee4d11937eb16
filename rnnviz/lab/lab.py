"""Lab: one live recurrent network, its buttons, knobs and pictures; a facade over session, runner and screen."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Self

import plotly.graph_objects as go

from rnnviz.checks import flag, optional, refuse_unknown, shown, whole
from rnnviz.export.recipe import Recipe
from rnnviz.garbage import uncollected
from rnnviz.insights import Insight, insights
from rnnviz.lab.console.export import arguments_of
from rnnviz.lab.console.lab_console import LabConsole
from rnnviz.lab.console.usual_presets import Presets, asked_presets, usual_presets
from rnnviz.lab.controls.options import asked_focus, known_views, shown_controls, usual_views, views_among
from rnnviz.lab.facade import Facade
from rnnviz.lab.tour.card import TourCard
from rnnviz.lab.tour.link import Link, LinkTarget
from rnnviz.tasks import Task
from rnnviz.training import History, Perturbation, Preset, Session, Settings, perturb
from rnnviz.views import Focus, Reading, View, perturbation_figure

__all__ = ["Lab"]


class Lab(Facade):
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
    presets : mapping, str or sequence, optional
        What to try, at the head of the rail, as buttons that set several settings as one move and say what to look at:
        a dict of each name to its settings, or to ``(settings, sentence)``; a set of the library's by name, ``"task"``,
        ``"forget_bias"``, ``"rho"`` or ``"seq_len"``; or a list of `rnnviz.Preset` and names of sets. The task's own by
        default, and none where ``show`` names the controls; an empty list for none.
    layer : str, optional
        Which recurrent layer the pictures show, by its path in the network, as for `show_layer`; the first by default.
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

    Buttons of a chapter's own at the head of the rail:

    >>> shut, open_ = {"forget_bias": -3.0}, {"forget_bias": 4.0}
    >>> presets = {"Shut the gate": (shut, "Watch the left end of the gradient sink."), "Open it": open_}
    >>> Lab(task="temporal-order", presets=presets)
    Lab(task='temporal-order', cell='lstm', hidden_size=32, step=0)
    """

    _console: LabConsole

    def __init__(
        self,
        task: str | Task = "sunspots",
        *,
        model: Any = None,
        device: str = "auto",
        steps: int | None = None,
        fps: float = 30.0,
        show: Sequence[str] | None = None,
        views: Sequence[str | View] | None = None,
        presets: Presets | None = None,
        layer: str | None = None,
        **settings: Any,
    ) -> None:
        with uncollected():
            self._session = Session(task, model=model, planned=steps, device=device, **settings)
        if layer is not None:
            self._session.look_into(layer)
        known, chosen = known_views(views, default=usual_views(self._session.task))
        console = LabConsole(
            self._session,
            fps=fps,
            goal=steps,
            views=known,
            chosen=chosen,
            show=shown_controls(show),
            presets=self._presets(presets),
        )
        super().__init__(console)

    @classmethod
    def from_recipe(cls, text: str, *, device: str | None = None) -> Self:
        """Return the lab that a recipe describes; it is read as data, and nothing in it is run.

        Parameters
        ----------
        text : str
            What `recipe` gave, or any text that holds it, such as a link.
        device : str, optional
            As for the class; by default the one that the recipe names, and where it names none ``"auto"``.

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
        return cls(**arguments_of(Recipe.parse(text), device))

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
    def device(self) -> str:
        """The device that it trains on, such as ``"cpu"`` or ``"cuda:0"``; ``set(device="cpu")`` moves it.

        >>> Lab("adding", device="cpu").device
        'cpu'
        """
        return str(self._session.device)

    @property
    def task(self) -> Task:
        """What it learns: a `rnnviz.tasks.Task`, on the lab's device."""
        return self._session.task

    def perturb(
        self,
        sample: int = 0,
        time: int = 0,
        value: float | str | None = None,
        feature: int = 0,
        *,
        step: int | None = None,
    ) -> Perturbation:
        """Change one input of a probe sequence and return what becomes of the states and of the answer.

        Parameters
        ----------
        sample, time : int
            Which probe sequence and timestep.
        value : float or str, optional
            The new number, or for a task with symbols the new symbol; by default the input stays as it is.
        feature : int
            Which number of the timestep is changed; a symbol has no such part.
        step : int, optional
            Ask the model of the kept moment of this run nearest to this step; the present one by default.

        Raises
        ------
        TypeError, ValueError
            If there is no such sequence, timestep, feature or symbol, or ``value`` is no number where one is wanted.

        Examples
        --------
        >>> lab = Lab(task="adding", cell="gru", hidden_size=8, seq_len=12, seed=0)
        >>> lab.perturb(sample=0, time=5, value=2.0).norm.shape  # layer, direction, time
        (1, 1, 12)
        """
        snapshot = self._console.moment(optional(whole(0))("step", step))

        def work() -> Perturbation:
            return perturb(self._session, sample=sample, time=time, value=value, feature=feature, snapshot=snapshot)

        return self._runner.access.visit(work)

    def show_layer(self, layer: str) -> Self:
        """Show another recurrent layer of the network in every picture, from now on; training goes on as it was.

        Of a translator that is the encoder, which reads the source, or the decoder, whose timesteps are the tokens it
        has written, the beginning first.

        Parameters
        ----------
        layer : str
            The layer's path in the network, or that of the part it is in: ``"encoder"``, ``"decoder"``.

        Returns
        -------
        Lab
            Itself.

        Raises
        ------
        ValueError
            If there is no recurrent layer; the sentence lists those there are.

        Examples
        --------
        >>> from rnnviz.tasks import from_pairs
        >>> lab = Lab(from_pairs([("one", "1"), ("two", "2"), ("three", "3"), ("four", "4")]), seed=0)
        >>> lab.snapshot().module, lab.show_layer("decoder").snapshot().module
        ('encoder.recurrent', 'decoder.recurrent')
        """
        self._console.look_into(layer)
        return self

    def type(self, text: str) -> Self:
        """Let the network read a text of yours beside the probe's sequences: it is the last of them, and shown at once.

        Every picture can show it, and so can `snapshot`, `figure`, `inspect` and `perturb`, as the last sample. It is
        read by every model that comes after, as far as these can, and changes nothing of the training, in no bit. What
        the task's vocabulary does not have is read as ``<UNK>``.

        Parameters
        ----------
        text : str
            What to read; an empty one takes it away again.

        Returns
        -------
        Lab
            Itself.

        Raises
        ------
        TypeError, ValueError
            If it is no text, the task reads none, or it is longer than what the lab reads.

        Examples
        --------
        >>> from rnnviz.tasks import from_texts
        >>> lab = Lab(from_texts(["so good", "good fun", "a waste", "bad, bad"], [1, 1, 0, 0]), seed=0)
        >>> lab.type("good, very good").snapshot().time_labels[-1]
        Traceback (most recent call last):
        ValueError: text must have at most 3 words, got 4; shorten it.
        >>> lab.type("very good").snapshot().time_labels[-1]
        ('<UNK>', 'good', '')
        """
        self._console.type(text)
        return self

    def inspect(self, *, step: int | None = None, **focus: Any) -> Reading:
        """Take one cell apart: the parts of its sums, its gates, states and gradients; printed, it is its equations.

        Parameters, and errors for what does not exist, are those of `figure`, but for ``name``.

        Returns
        -------
        rnnviz.views.Reading
            ``x``, ``h``, ``before_h`` … with axis (unit,), ``gates`` by name, and `equations`, line by line.

        Examples
        --------
        >>> reading = Lab(task="adding", cell="rnn", hidden_size=4, seq_len=8, seed=0).inspect(time=5, unit=2)
        >>> reading.equations()[0].symbol, reading.h.shape
        ('h_t', (4,))
        """
        where = asked_focus("inspect", focus, "step")
        snapshot = self._console.moment(optional(whole(0))("step", step))
        return Reading.of(snapshot, where.checked(snapshot.layer))

    def insights(self) -> list[Insight]:
        """Return what there is to say about the run, the most urgent first: what is seen, and what to try.

        Returns
        -------
        list of rnnviz.insights.Insight
            Sentences, each with its advice; empty where nothing stands out.

        Examples
        --------
        >>> lab = Lab("adding", cell="rnn", nonlinearity="relu", init="identity", rho=1.6, seq_len=40, hidden_size=8)
        >>> "grows on its way back" in str(lab.insights()[0])
        True
        """
        return insights(self._runner.snapshot())

    def tour(self) -> TourCard:
        """Return a card that leads through this lab, wherever on the page it is displayed.

        Each step names one thing to do and outlines where; it is done when the learner does it, and then tells what
        there is to see. Steps for what the lab does not show are left out.

        Returns
        -------
        TourCard
            A widget; its ``start``, ``next``, ``back`` and ``skip`` are its buttons, ``state`` tells how far it is.

        Examples
        --------
        >>> lab = Lab(task="adding", cell="gru", hidden_size=4, seq_len=8, seed=0)
        >>> tour = lab.tour()
        >>> tour.start()
        TourPosition(phase='walking', step='play', number=1, of=9, done=False)
        >>> lab.close()
        """
        return self._console.tour()

    def button(
        self,
        label: str,
        *,
        views: Sequence[str] | None = None,
        focus: Mapping[str, Any] | None = None,
        play: bool = False,
        **settings: Any,
    ) -> Link:
        """Return a small button for the prose around the lab that sets it to what a sentence speaks of.

        What goes wrong when it is pressed is on the lab's status line.

        Parameters
        ----------
        label : str
            What stands on the button.
        views : sequence of str, optional
            Names of the pictures to show; those on screen by default.
        focus : mapping of str to object, optional
            Parts of a `rnnviz.views.Focus` to move, such as ``{"time": 5, "unit": 2}``.
        play : bool
            Whether to train afterwards.
        **settings : object
            New values by name, as for `set`; structural ones start a new model, and the lab says so first.

        Raises
        ------
        TypeError, ValueError
            At once, for a setting, picture or part of a focus that does not exist, or a setting's value out of range.

        Examples
        --------
        >>> Lab(task="adding").button("show me ρ = 1.1", rho=1.1, views=["gradients"], play=True)
        Link('show me ρ = 1.1', rho=1.1, views=['gradients'], play=True)
        """
        if not isinstance(label, str) or not label.strip():
            raise ValueError(f"label must be the words on the button, got {shown(label)}.")
        self._console.checked(settings)
        where = _parts({} if focus is None else focus)
        names = None if views is None else list(views_among(self._console.views, views))
        return self._console.link(label, LinkTarget(settings, names, where, flag("play", play)))

    def _presets(self, presets: Presets | None) -> tuple[Preset, ...] | None:
        session = self._session
        usual = partial(usual_presets, session.task)

        def check(changes: Mapping[str, Any]) -> object:
            return session.checked(session.settings.replace(**changes))

        return asked_presets(presets, usual, session.settings, session.task, check)

    def _perturbed(self, step: int | None, layer: int | None = None, direction: int = 0, **change: Any) -> go.Figure:
        seen = self.perturb(**change, step=step)
        layers, directions = seen.delta_hidden.shape[:2]
        layer = whole(0, layers - 1)("layer", layers - 1 if layer is None else layer)
        return perturbation_figure(seen, layer=layer, direction=whole(0, directions - 1)("direction", direction))

    _answers = MappingProxyType({"perturbation": _perturbed})


def _parts(focus: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(focus, Mapping):
        raise TypeError(f"focus must be a dict such as {{'time': 5}}, got {shown(focus)}.")
    sentence = "focus has no part {unknown}; its parts are {known}."
    refuse_unknown(sentence, focus, Focus.__dataclass_fields__, TypeError)
    return dict(focus)
