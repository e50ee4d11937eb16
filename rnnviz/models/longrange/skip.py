"""SkipRNN: a plain recurrent network whose state is also fed by the state of several timesteps before."""

import math
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnviz.checks import whole
from rnnviz.limits import affordable, sizes
from rnnviz.models.inputs import check_sequences, check_state
from rnnviz.models.longrange.statereader import StateReader

__all__ = ["SkipLayer", "SkipRNN"]

_FURTHEST = 10_000  # timesteps; the states between are kept


class SkipLayer(nn.Module):
    """A recurrent layer with a connection that skips timesteps.

    h_t = tanh(W_xh x_t + W_hh h_{t−1} + W_skip h_{t−k} + b), with states of 0 before the first step. A gradient that
    takes the skip goes back k timesteps with one factor in place of k (Lin, Horne, Tiňo & Giles 1996; Zhang and others
    2016 count such connections as the skip coefficient of a network).

    Parameters
    ----------
    input_size, hidden_size : int
        Features a timestep, units of the state.
    skip : int
        k, from 2 on: how many timesteps back the second connection comes from.

    Attributes
    ----------
    weight_xh, weight_hh, weight_skip, bias : torch.nn.Parameter
        Axes (unit, feature), (unit, unit), (unit, unit) and (unit,); first drawn evenly from ±1/√units as torch does
        in its own layers.

    Examples
    --------
    >>> states, (last, between) = SkipLayer(3, 8, skip=5)(torch.zeros(4, 20, 3))
    >>> states.shape, last.shape, between.shape
    (torch.Size([4, 20, 8]), torch.Size([4, 8]), torch.Size([4, 4, 8]))
    """

    batch_first = True

    def __init__(self, input_size: int, hidden_size: int, skip: int) -> None:
        super().__init__()
        input_size, hidden_size = sizes(input_size=input_size, hidden_size=hidden_size)
        self.input_size, self.hidden_size = input_size, hidden_size
        self.skip = whole(2, _FURTHEST)("skip", skip)
        weights = hidden_size * (input_size + 2 * hidden_size)
        affordable("the layer", weights, hidden_size=hidden_size, input_size=input_size)
        self.weight_xh = nn.Parameter(torch.empty(hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(hidden_size, hidden_size))
        self.weight_skip = nn.Parameter(torch.empty(hidden_size, hidden_size))
        self.bias = nn.Parameter(torch.empty(hidden_size))
        bound = 1 / math.sqrt(hidden_size)
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)

    def forward(self, inputs: Tensor, state: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return the states of all timesteps, (batch, time, unit), and the state after the last.

        Parameters
        ----------
        inputs : torch.Tensor
            Axes (batch, time, feature).
        state : tuple of torch.Tensor, optional
            What `step` takes: of an earlier piece of the same sequences; zeros unless given.
        """
        check_sequences("inputs", inputs, self.input_size, self.weight_xh)
        zeros = self.start(inputs[:, 0])
        if state is not None:
            check_state(state, zeros)
        last, between = zeros if state is None else state
        states = [*between.unbind(1), last]
        for x in inputs.unbind(1):
            states.append(self._next(x, states[-1], states[-self.skip]))
        return torch.stack(states[self.skip :], 1), (states[-1], torch.stack(states[-self.skip : -1], 1))

    def start(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the state before the first step, zeros, for inputs ``x`` (batch, feature)."""
        zeros = x.new_zeros(len(x), self.skip, self.hidden_size)
        return zeros[:, 0], zeros[:, 1:]

    def step(self, x: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Return the state after inputs ``x`` (batch, feature).

        A state is h_{t−1}, axes (batch, unit), and the states h_{t−k} to h_{t−2}, axes (batch, k − 1, unit).
        """
        last, between = state
        return self._next(x, last, between[:, 0]), torch.cat([between[:, 1:], last[:, None]], 1)

    def _next(self, x: Tensor, last: Tensor, before: Tensor) -> Tensor:
        entering = functional.linear(x, self.weight_xh, self.bias)
        recurrent = functional.linear(last, self.weight_hh)
        return torch.tanh(entering + recurrent + functional.linear(before, self.weight_skip))

    def extra_repr(self) -> str:
        """Return the sizes, for print."""
        return f"{self.input_size}, {self.hidden_size}, skip={self.skip}"


class SkipRNN(StateReader):
    """Read a sequence with a `SkipLayer` and answer from its last state, or from every state.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        Features a timestep, units of the state, numbers an answer.
    skip : int
        How many timesteps back the second connection comes from, from 2 on.
    each_step : bool
        Answer at every timestep.

    Attributes
    ----------
    recurrent : SkipLayer
        The layer.
    head : torch.nn.Linear
        From a state to the answer.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number in its range, or the weights would take more memory than there is for one model.

    Examples
    --------
    >>> model = SkipRNN(input_size=2, hidden_size=16, output_size=1, skip=10)
    >>> model(torch.zeros(3, 40, 2)).shape
    torch.Size([3, 1])
    """

    def __init__(
        self, input_size: int, hidden_size: int, output_size: int, skip: int = 10, each_step: bool = False
    ) -> None:
        super().__init__(partial(SkipLayer, skip=skip), input_size, hidden_size, output_size, each_step)
