"""How many launches a timestep of a trace costs on a device where each costs more than what it computes."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from rnnviz.trace import trace
from rnnviz.trace.recompute import recompute
from tests.losses import sum_of_squares


class Launches(TorchDispatchMode):
    """Counts what computes something; to look at memory another way costs nothing on the device."""

    def __init__(self) -> None:
        super().__init__()
        self.counts = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made_from = [
            one for one in func._schema.arguments if one.alias_info is not None and not one.alias_info.is_write
        ]
        self.counts += not made_from and not func.__name__.startswith(("empty", "new_empty"))
        return func(*args, **kwargs or {})


def launches_of(name: str, steps: int, layer: nn.RNNBase, device: torch.device, **loss: Any) -> int:
    """What one part of the replay launches in one trace."""
    ordinary: Callable[..., Any] = getattr(recompute, name)
    counting = Launches()

    def counted(*args: Any) -> Any:
        with counting:
            return ordinary(*args)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(recompute, name, counted)
        trace(layer, torch.randn(2, steps, 3).to(device), **loss)
    return counting.counts


def of_states(result: Any) -> torch.Tensor:
    return result[1][1].square().sum()


CASES = [
    ("RNN", {}, sum_of_squares, "scan", 2),
    ("GRU", {}, sum_of_squares, "scan", 2),
    ("LSTM", {}, sum_of_squares, "scan", 3),
    ("LSTM", {}, of_states, "scan", 3),
    ("LSTM", {"proj_size": 2}, sum_of_squares, "scan", 4),
    ("LSTM", {}, sum_of_squares, "lstm_forward", 1),
]


@pytest.mark.parametrize(("kind", "options", "loss", "part", "wanted"), CASES)
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
def test_a_timestep_costs_few_launches(
    second_device: torch.device,
    kind: str,
    options: dict[str, Any],
    loss: Callable[[Any], torch.Tensor],
    part: str,
    wanted: int,
    bidirectional: bool,
) -> None:
    layer = getattr(nn, kind)(3, 4, batch_first=True, bidirectional=bidirectional, **options).to(second_device)
    few, many = (launches_of(part, steps, layer, second_device, loss=loss) for steps in (10, 30))
    assert many - few == 20 * wanted * (2 if bidirectional else 1)
