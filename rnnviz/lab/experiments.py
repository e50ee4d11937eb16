"""Experiments: what a lab can be asked beside watching it learn; a part of the facade `Lab`."""

from typing import Any

import plotly.graph_objects as go

from rnnviz.checks import optional, whole
from rnnviz.insights import Insight, insights
from rnnviz.lab.console.lab_console import LabConsole
from rnnviz.lab.controls.options import asked_focus
from rnnviz.lab.facade import Facade
from rnnviz.training import Perturbation, Session, perturb
from rnnviz.views import Reading, perturbation_figure

__all__ = ["Experiments"]


class Experiments(Facade):
    """The questions of a lab; `Lab` is one, and brings what they need."""

    _session: Session
    _console: LabConsole
    _answers = ("perturbation",)

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
        >>> from rnnviz.lab import Lab
        >>> lab = Lab(task="adding", cell="gru", hidden_size=8, seq_len=12, seed=0)
        >>> lab.perturb(sample=0, time=5, value=2.0).norm.shape  # layer, direction, time
        (1, 1, 12)
        """
        snapshot = self._console.moment(optional(whole(0))("step", step))

        def work() -> Perturbation:
            return perturb(self._session, sample=sample, time=time, value=value, feature=feature, snapshot=snapshot)

        return self._runner.access.visit(work)

    def inspect(self, *, step: int | None = None, **focus: Any) -> Reading:
        """Take one cell apart: the parts of its sums, its gates, states and gradients; printed, it is its equations.

        Parameters, and errors for what does not exist, are those of `figure`, but for ``name``.

        Returns
        -------
        rnnviz.views.Reading
            ``x``, ``h``, ``before_h`` … with axis (unit,), ``gates`` by name, and `equations`, line by line.

        Examples
        --------
        >>> from rnnviz.lab import Lab
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
        >>> from rnnviz.lab import Lab
        >>> lab = Lab("adding", cell="rnn", nonlinearity="relu", init="identity", rho=1.6, seq_len=40, hidden_size=8)
        >>> "grows on its way back" in str(lab.insights()[0])
        True
        """
        return insights(self._runner.snapshot())

    def figure(self, name: str, *, step: int | None = None, **focus: Any) -> go.Figure:
        """Return a picture as a plain plotly figure, every value in it.

        Parameters
        ----------
        name : str
            Which picture: one of ``rnnviz.views.VIEWS`` (``"hidden"``, ``"gradients"`` …), of the lab's ``views``, or
            ``"perturbation"``.
        step : int, optional
            Of the kept moments of this run, show the one nearest to this step; the present one by default.
        **focus : object
            Parts of a `rnnviz.views.Focus`: ``sample`` (which sequence of the probe), ``layer`` (0 is nearest to the
            input), ``direction`` (1 is backward), ``time``, ``unit``, ``gradient``. For ``"perturbation"`` the
            arguments of `perturb`, and ``layer`` and ``direction``.

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
        if isinstance(name, str) and name == "perturbation":
            return self._perturbed(step, **focus)
        return super().figure(name, step=step, **focus)

    def _perturbed(self, step: int | None, layer: int | None = None, direction: int = 0, **change: Any) -> go.Figure:
        seen = self.perturb(**change, step=step)
        layers, directions = seen.delta_hidden.shape[:2]
        layer = whole(0, layers - 1)("layer", layers - 1 if layer is None else layer)
        return perturbation_figure(seen, layer=layer, direction=whole(0, directions - 1)("direction", direction))
