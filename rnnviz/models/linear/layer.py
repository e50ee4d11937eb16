"""What minGRU and minLSTM share: gates that read the input alone, a scan over all steps, and the same one at a time."""

import abc
from typing import Any

from torch import Tensor, nn

from rnnviz.checks import flag, kind_of
from rnnviz.limits import affordable, sizes
from rnnviz.models.inputs import check_sequences
from rnnviz.models.linear.scan import linear_scan

__all__ = ["LinearLayer"]


class LinearLayer(nn.Module, abc.ABC):
    """A layer whose step is ``h_t = carry_t * h_{t-1} + take_t * candidate(x_t)``; a subclass says how gates are made.

    Parameters
    ----------
    input_size, hidden_size : int
        Features a timestep, units.
    negative_carry : bool
        Whether the carry is ``1 - 2 take``, from -1 to 1, in place of ``1 - take``, from 0 to 1.
    """

    batch_first = True

    def __init__(self, input_size: int, hidden_size: int, *, negative_carry: bool = False) -> None:
        super().__init__()
        input_size, hidden_size = sizes(input_size=input_size, hidden_size=hidden_size)
        affordable("the layer", 3 * hidden_size * (input_size + 1), input_size=input_size, hidden_size=hidden_size)
        self.input_size, self.hidden_size = input_size, hidden_size
        self.negative_carry = flag("negative_carry", negative_carry)
        self.candidate = nn.Linear(input_size, hidden_size)

    @abc.abstractmethod
    def gates(self, inputs: Tensor) -> dict[str, Tensor]:
        """Return the gates that inputs (…, feature) open, by their letter, each (…, unit) from 0 to 1."""

    @abc.abstractmethod
    def kept_and_taken(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the old state and the candidate are multiplied by, each (…, unit), without `negative_carry`."""

    def forward(self, inputs: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return all states, found by a parallel scan, and the last one.

        Parameters
        ----------
        inputs : torch.Tensor
            Axes (batch, time, feature).
        state : torch.Tensor, optional
            The state before the first step, axes (batch, unit); zeros unless given.

        Returns
        -------
        tuple of torch.Tensor
            States (batch, time, unit), and the last one (batch, unit), to be handed to the next call.

        Raises
        ------
        TypeError, ValueError
            If inputs or state are no floating-point tensors with these axes, or of another dtype than the weights.
        """
        check_sequences("inputs", inputs, self.input_size, self.candidate.weight)
        if state is not None:
            self._check_state(state, len(inputs))
        carry, added = self._affine(inputs)
        states = linear_scan(carry, added, None if state is None else state.to(carry.dtype))
        return states, states[:, -1]

    def step(self, inputs: Tensor, state: Tensor | None = None) -> Tensor:
        """Return the state after one more timestep: the sequential form, constant in time and memory.

        Parameters
        ----------
        inputs : torch.Tensor
            One timestep, axes (batch, feature).
        state : torch.Tensor, optional
            The state so far, axes (batch, unit); zeros unless given.

        Raises
        ------
        TypeError, ValueError
            As for `forward`.
        """
        if isinstance(inputs, Tensor) and inputs.dim() != 2:
            raise ValueError(
                f"inputs must be one timestep, axes (batch, {self.input_size}), got shape {tuple(inputs.shape)}; "
                "call the layer itself for a sequence."
            )
        check_sequences("inputs", inputs[:, None] if isinstance(inputs, Tensor) else inputs, *self._like())
        if state is not None:
            self._check_state(state, len(inputs))
        carry, added = self._affine(inputs)
        return added if state is None else carry * state + added

    def _affine(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        kept, taken = self.kept_and_taken(inputs)
        return kept - taken if self.negative_carry else kept, taken * self.candidate(inputs)

    def _like(self) -> tuple[int, Tensor]:
        return self.input_size, self.candidate.weight

    def _check_state(self, state: Any, batch: int) -> None:
        if not isinstance(state, Tensor) or not state.is_floating_point():
            came = f"a tensor of {state.dtype}" if isinstance(state, Tensor) else kind_of(state)
            raise TypeError(f"state must be a torch.Tensor of floating-point numbers or None, got {came}.")
        if tuple(state.shape) != (batch, self.hidden_size):
            raise ValueError(
                f"state must have axes (batch, unit), here {(batch, self.hidden_size)}, got shape {tuple(state.shape)}."
            )

    def extra_repr(self) -> str:
        """Return the sizes, as torch's own layers print them."""
        negative = ", negative_carry=True" if self.negative_carry else ""
        return f"{self.input_size}, {self.hidden_size}{negative}"
