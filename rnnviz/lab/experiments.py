"""Experiments: what a lab can be asked beside watching it learn; a part of the facade `Lab`."""

from typing import Any

import plotly.graph_objects as go

from rnnviz.lab.console import Console
from rnnviz.training import Perturbation, Runner, Session, perturb
from rnnviz.training.checks import optional, whole
from rnnviz.views import perturbation_figure

__all__ = ["Experiments"]


class Experiments:
    """The questions of a lab; `Lab` is one, and brings what they need."""

    _session: Session
    _console: Console
    _runner: Runner

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

        return self._runner.turns.visit(work)

    def _perturbed(self, step: int | None, layer: int | None = None, direction: int = 0, **change: Any) -> go.Figure:
        seen = self.perturb(**change, step=step)
        layers, directions = seen.delta_hidden.shape[:2]
        layer = whole(0, layers - 1)("layer", layers - 1 if layer is None else layer)
        return perturbation_figure(seen, layer=layer, direction=whole(0, directions - 1)("direction", direction))
