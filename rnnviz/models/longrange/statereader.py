"""StateReader: a layer that keeps states of its own, and a linear answer from the last of them, or from each."""

from collections.abc import Callable

from torch import Tensor, nn

from rnnviz.checks import flag
from rnnviz.limits import affordable, sizes

__all__ = ["StateReader"]


class StateReader(nn.Module):
    """Read a sequence with a layer and answer from its states.

    Parameters
    ----------
    layer : callable
        From features a timestep and units to the layer, which returns the states of all timesteps and what is left.
    input_size, hidden_size, output_size : int
        Features a timestep, units of the state, numbers an answer.
    each_step : bool
        Answer at every timestep.

    Attributes
    ----------
    recurrent, head : torch.nn.Module
        The layer, and what makes answers of its states.
    """

    def __init__(
        self,
        layer: Callable[[int, int], nn.Module],
        input_size: int,
        hidden_size: int,
        output_size: int,
        each_step: bool,
    ) -> None:
        super().__init__()
        input_size, hidden_size, output_size = sizes(
            input_size=input_size, hidden_size=hidden_size, output_size=output_size
        )
        affordable("the model", hidden_size * output_size, hidden_size=hidden_size, output_size=output_size)
        self.each_step = flag("each_step", each_step)
        self.recurrent = layer(input_size, hidden_size)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, inputs: Tensor) -> Tensor:
        """Answer for each sequence: (batch, time, feature) to (batch, output), or (batch, time, output) each step."""
        states, _ = self.recurrent(inputs)
        answer: Tensor = self.head(states if self.each_step else states[:, -1])
        return answer
