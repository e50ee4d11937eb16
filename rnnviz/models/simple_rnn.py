"""SimpleRNN: a plain recurrent layer, and a linear layer that answers from its last state."""

import torch
from torch import Tensor, nn

from rnnviz.limits import affordable, sizes
from rnnviz.models.inputs import check_sequences

__all__ = ["SimpleRNN"]


class SimpleRNN(nn.Module):
    """Read a sequence with ``nn.RNN`` and answer from its last hidden state.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        Features a timestep, units of the hidden state, numbers an answer.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number from 1 on, or the weights would take more memory than there is for one model.

    Examples
    --------
    >>> SimpleRNN(input_size=3, hidden_size=8, output_size=2)(torch.zeros(4, 10, 3)).shape
    torch.Size([4, 2])
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        input_size, hidden_size, output_size = sizes(
            input_size=input_size, hidden_size=hidden_size, output_size=output_size
        )
        weights = hidden_size * (hidden_size + max(input_size, hidden_size)) + hidden_size * output_size
        affordable("the model", weights, hidden_size=hidden_size, input_size=input_size, output_size=output_size)
        self.hidden_size = hidden_size
        self.rnn = nn.RNN(input_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x: Tensor) -> Tensor:
        """Answer for each sequence: ``x`` (batch, time, feature) to (batch, output)."""
        check_sequences("x", x, self.rnn.input_size, self.fc.weight)
        h0 = torch.zeros(1, x.size(0), self.hidden_size, device=x.device, dtype=x.dtype)  # (layer, batch, unit)
        states, _ = self.rnn(x, h0)  # (batch, time, unit)
        answer: Tensor = self.fc(states[:, -1])  # the last step has read them all
        return answer
