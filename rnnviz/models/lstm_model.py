"""LSTMModel: stacked LSTM layers with both first states written out, and a linear layer behind."""

import torch
from torch import Tensor, nn

from rnnviz.limits import affordable, sizes
from rnnviz.models.inputs import check_sequences

__all__ = ["LSTMModel"]


class LSTMModel(nn.Module):
    """Read a sequence with ``nn.LSTM`` and answer from the top layer's last hidden state.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        Features a timestep, units of each hidden state, numbers an answer.
    num_layers : int
        Layers on top of each other.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number from 1 on, or the weights would take more memory than there is for one model.

    Examples
    --------
    >>> LSTMModel(input_size=3, hidden_size=8, output_size=2, num_layers=2)(torch.zeros(4, 10, 3)).shape
    torch.Size([4, 2])
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int, num_layers: int = 1) -> None:
        super().__init__()
        input_size, hidden_size, output_size, num_layers = sizes(
            input_size=input_size, hidden_size=hidden_size, output_size=output_size, num_layers=num_layers
        )
        weights = (
            num_layers * 4 * hidden_size * (hidden_size + max(input_size, hidden_size)) + hidden_size * output_size
        )
        affordable("the model", weights, hidden_size=hidden_size, input_size=input_size, output_size=output_size)
        self.hidden_size, self.num_layers = hidden_size, num_layers
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x: Tensor) -> Tensor:
        """Answer for each sequence: ``x`` (batch, time, feature) to (batch, output)."""
        check_sequences("x", x, self.lstm.input_size, self.fc.weight)
        h0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, device=x.device, dtype=x.dtype)
        c0 = torch.zeros_like(h0)  # (layer, batch, unit), both
        states, _ = self.lstm(x, (h0, c0))  # (batch, time, unit), of the top layer
        answer: Tensor = self.fc(states[:, -1])
        return answer
