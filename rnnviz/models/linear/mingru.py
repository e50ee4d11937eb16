"""MinGRU: a GRU whose gate and candidate read the input alone, so that a scan finds all its states at once."""

import torch
from torch import Tensor, nn

from rnnviz.models.linear.layer import LinearLayer

__all__ = ["MinGRU"]


class MinGRU(LinearLayer):
    """The minimal GRU of Feng et al. 2024: no reset gate, no tanh, and no state in its gates.

    With ``z_t = sigmoid(gate(x_t))``, where 1 takes the new (in torch's GRU 1 keeps the old)::

        h_t = (1 - z_t) * h_{t-1} + z_t * candidate(x_t)

    and with ``negative_carry`` ``1 - 2 z_t`` in place of ``1 - z_t``. Called with a sequence it finds all states by
    `linear_scan`; `step` takes one timestep. Both give the same numbers up to rounding.

    Parameters
    ----------
    input_size, hidden_size : int
        Features a timestep, units.
    negative_carry : bool
        Whether what is carried on may change its sign: from -1 to 1 in place of 0 to 1.

    Attributes
    ----------
    gate, candidate : torch.nn.Linear
        From (…, feature) to (…, unit).

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number from 1 on, or the weights would take more memory than there is.

    Notes
    -----
    Feng, Tung, Ahmed, Bengio & Hajimirsadeghi (2024), *Were RNNs all we needed?*, section 3.1. They scan logarithms
    and so want positive numbers; this scan takes any, and `candidate` is a plain linear map. That a carry below 0 lets
    linear networks track a parity is from Grazzi et al. (2024), *Unlocking state-tracking in linear RNNs through
    negative eigenvalues*.

    Examples
    --------
    >>> layer, x = MinGRU(3, 8), torch.zeros(2, 50, 3)
    >>> states, last = layer(x)
    >>> states.shape, last.shape
    (torch.Size([2, 50, 8]), torch.Size([2, 8]))
    >>> layer.step(x[:, 0], last).shape  # one more timestep
    torch.Size([2, 8])
    """

    def __init__(self, input_size: int, hidden_size: int, *, negative_carry: bool = False) -> None:
        super().__init__(input_size, hidden_size, negative_carry=negative_carry)
        self.gate = nn.Linear(self.input_size, self.hidden_size)

    def gates(self, inputs: Tensor) -> dict[str, Tensor]:
        """Return z, the share of the new: inputs (…, feature) to (…, unit)."""
        return {"z": torch.sigmoid(self.gate(inputs))}

    def kept_and_taken(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return 1 − z and z: inputs (…, feature) to twice (…, unit)."""
        z = self.gates(inputs)["z"]
        return 1 - z, z
