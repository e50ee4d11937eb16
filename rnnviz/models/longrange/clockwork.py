"""ClockworkRNN: groups of units, each of which moves only when its own clock ticks (Koutník and others 2014)."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnviz.checks import kind_of, shown, whole
from rnnviz.limits import affordable, sizes
from rnnviz.models.inputs import check_sequences, check_state
from rnnviz.models.longrange.statereader import StateReader

__all__ = ["ClockworkLayer", "ClockworkRNN"]

_PERIODS = (1, 2, 4, 8, 16, 32, 64, 128)
_LONGEST = 1_000_000  # timesteps of a period


class ClockworkLayer(nn.Module):
    """A recurrent layer in groups of units; a group of period T changes at timesteps t with t mod T = 0 alone.

    Then its units are h_t = tanh(W_xh x_t + W_hh h_{t−1} + b); at all other timesteps they stay h_{t−1}. A group reads
    itself and slower groups, never a faster one, so that with periods in ascending order W_hh is block upper triangular
    (Koutník, Greff, Gomez & Schmidhuber 2014, equations 1 and 2). Timesteps are counted from 0, so every group reads
    the first input.

    Parameters
    ----------
    input_size, hidden_size : int
        Features a timestep; units of all groups, as many in each.
    periods : sequence of int
        Of each group, ascending, from 1 on.

    Attributes
    ----------
    periods : tuple of int
        Of each group.
    weight_xh, bias : torch.nn.Parameter
        Axes (unit, feature) and (unit,), the fastest group first.
    weights_hh : torch.nn.ParameterList
        For each group what it reads of itself and of the slower ones: (unit of the group, unit from its first on). All
        weights are first drawn evenly from ±1/√units.

    Raises
    ------
    TypeError, ValueError
        If the periods do not ascend, or the units cannot be shared out evenly among them.

    Examples
    --------
    >>> layer = ClockworkLayer(1, 4, periods=(1, 3))
    >>> states, (last, time) = layer(torch.randn(1, 6, 1))
    >>> (states[:, 1:] == states[:, :-1]).all(-1).tolist(), time  # one group or the other has moved
    ([[False, False, False, False, False]], tensor([6]))
    >>> (states[0, 1:, 2:] == states[0, :-1, 2:]).all(-1)  # the slow group, at timesteps 1 to 5
    tensor([ True,  True, False,  True,  True])
    """

    batch_first = True

    def __init__(self, input_size: int, hidden_size: int, periods: Sequence[int] = _PERIODS) -> None:
        super().__init__()
        input_size, hidden_size = sizes(input_size=input_size, hidden_size=hidden_size)
        self.input_size, self.hidden_size, self.periods = input_size, hidden_size, _checked(periods)
        groups = len(self.periods)
        if hidden_size % groups:
            raise ValueError(
                f"hidden_size must be a multiple of {groups}, so that each of the {groups} periods has as many units, "
                f"got {hidden_size}."
            )
        affordable("the layer", hidden_size * (input_size + hidden_size), hidden_size=hidden_size)
        size = hidden_size // groups
        self.weight_xh = nn.Parameter(torch.empty(hidden_size, input_size))
        self.weights_hh = nn.ParameterList(torch.empty(size, size * (groups - place)) for place in range(groups))
        self.bias = nn.Parameter(torch.empty(hidden_size))
        bound = 1 / math.sqrt(hidden_size)
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)

    @property
    def clocks(self) -> Tensor:
        """The period of each unit, axis (unit,); made of `periods`, so that no move between devices can lose it."""
        each = self.hidden_size // len(self.periods)
        return torch.tensor(self.periods, device=self.bias.device).repeat_interleave(each)

    @property
    def weight_hh(self) -> Tensor:
        """W_hh, axes (unit, unit), block upper triangular; made of `weights_hh` each time it is asked for."""
        return torch.cat([functional.pad(rows, (self.hidden_size - rows.shape[1], 0)) for rows in self.weights_hh])

    def forward(self, inputs: Tensor, state: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return the states of all timesteps, (batch, time, unit), and the state after the last.

        Parameters
        ----------
        inputs : torch.Tensor
            Axes (batch, time, feature).
        state : tuple of torch.Tensor, optional
            What `step` takes: of an earlier piece of the same sequences; zeros at timestep 0 unless given.
        """
        check_sequences("inputs", inputs, self.input_size, self.weight_xh)
        zeros = self.start(inputs[:, 0])
        if state is not None:
            check_state(state, zeros)
        last, time = zeros if state is None else state
        weight, clocks, states = self.weight_hh, self.clocks, []
        for x in inputs.unbind(1):
            last = self._next(x, last, _ticking(time, clocks), weight)
            states.append(last)
            time = time + 1
        return torch.stack(states, 1), (last, time)

    def start(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the state before the first step: zeros, and timestep 0, for inputs ``x`` (batch, feature)."""
        zeros = x.new_zeros(len(x), self.hidden_size)
        return zeros, torch.zeros(len(x), dtype=torch.int64, device=x.device)

    def ticks(self, time: Tensor) -> Tensor:
        """Return which units change at timesteps ``time``, whole numbers (batch,): True or False, (batch, unit)."""
        return _ticking(time, self.clocks)

    def step(self, x: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Return the state after inputs ``x`` (batch, feature).

        A state is h_{t−1}, axes (batch, unit), and t of each sequence, whole numbers, axis (batch,).
        """
        last, time = state
        return self._next(x, last, self.ticks(time), self.weight_hh), time + 1

    def _next(self, x: Tensor, last: Tensor, ticks: Tensor, weight: Tensor) -> Tensor:
        entering = functional.linear(x, self.weight_xh, self.bias)
        return torch.where(ticks, torch.tanh(entering + functional.linear(last, weight)), last)

    def extra_repr(self) -> str:
        """Return the sizes, for print."""
        return f"{self.input_size}, {self.hidden_size}, periods={self.periods}"


class ClockworkRNN(StateReader):
    """Read a sequence with a `ClockworkLayer` and answer from its last state, or from every state.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        Features a timestep, units of all groups together, numbers an answer.
    periods : sequence of int
        One a group of units, ascending; 1, 2, 4 and so on to 128 unless given.
    each_step : bool
        Answer at every timestep.

    Attributes
    ----------
    recurrent : ClockworkLayer
        The layer.
    head : torch.nn.Linear
        From a state to the answer.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number in its range, the periods do not ascend, or the units cannot be shared out evenly.

    Examples
    --------
    >>> model = ClockworkRNN(input_size=8, hidden_size=80, output_size=4)
    >>> model(torch.zeros(3, 40, 8)).shape, sum(one.numel() for one in model.parameters())
    (torch.Size([3, 4]), 4644)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        periods: Sequence[int] = _PERIODS,
        each_step: bool = False,
    ) -> None:
        super().__init__(partial(ClockworkLayer, periods=periods), input_size, hidden_size, output_size, each_step)


def _ticking(time: Tensor, clocks: Tensor) -> Tensor:
    return torch.remainder(time[:, None], clocks) == 0


def _checked(periods: Any) -> tuple[int, ...]:
    if isinstance(periods, str) or not isinstance(periods, Sequence) or not len(periods):
        raise TypeError(f"periods must be whole numbers in ascending order, such as (1, 2, 4), got {kind_of(periods)}.")
    found = tuple(whole(1, _LONGEST)(f"periods[{place}]", one) for place, one in enumerate(periods))
    if list(found) != sorted(set(found)):
        raise ValueError(f"periods must be in ascending order, each once, got {shown(list(found))}.")
    return found
