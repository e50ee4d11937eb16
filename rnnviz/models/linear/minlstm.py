"""MinLSTM: an LSTM whose gates and candidate read the input alone, so that a scan finds all its states at once."""

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from rnnviz.models.linear.layer import LinearLayer

__all__ = ["MinLSTM"]


class MinLSTM(LinearLayer):
    """The minimal LSTM of Feng et al. 2024: one state, no output gate, and gates that share out a whole.

    With ``f = sigmoid(forget(x_t))`` and ``i = sigmoid(admit(x_t))``, shared out so that they add up to 1::

        h_t = f / (f + i) * h_{t-1} + i / (f + i) * candidate(x_t)

    and with ``negative_carry`` ``(f - i) / (f + i)`` as the carry. Called with a sequence it finds all states by
    `linear_scan`; `step` takes one timestep. Both give the same numbers up to rounding.

    Parameters
    ----------
    input_size, hidden_size : int
        Features a timestep, units.
    negative_carry : bool
        Whether what is carried on may change its sign: from -1 to 1 in place of 0 to 1.

    Attributes
    ----------
    forget, admit, candidate : torch.nn.Linear
        From (…, feature) to (…, unit).

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number from 1 on, or the weights would take more memory than there is.

    Notes
    -----
    Feng, Tung, Ahmed, Bengio & Hajimirsadeghi (2024), *Were RNNs all we needed?*, section 3.2.

    Examples
    --------
    >>> layer, x = MinLSTM(3, 8), torch.zeros(2, 50, 3)
    >>> states, last = layer(x)
    >>> states.shape, last.shape
    (torch.Size([2, 50, 8]), torch.Size([2, 8]))
    >>> shares = layer.gates(x)
    >>> bool(torch.allclose(shares["f"] + shares["i"], torch.ones(2, 50, 8)))
    True
    """

    def __init__(self, input_size: int, hidden_size: int, *, negative_carry: bool = False) -> None:
        super().__init__(input_size, hidden_size, negative_carry=negative_carry)
        self.forget = nn.Linear(self.input_size, self.hidden_size)
        self.admit = nn.Linear(self.input_size, self.hidden_size)

    def gates(self, inputs: Tensor) -> dict[str, Tensor]:
        """Return f and i as shares of their sum: inputs (…, feature) to (…, unit)."""
        kept, taken = self.kept_and_taken(inputs)
        return {"f": kept, "i": taken}

    def kept_and_taken(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return f / (f + i) and i / (f + i): inputs (…, feature) to twice (…, unit)."""
        # in logarithms: two gates that are both shut would be 0 / 0
        ahead = logsigmoid(self.forget(inputs)) - logsigmoid(self.admit(inputs))
        return torch.sigmoid(ahead), torch.sigmoid(-ahead)
