"""What is followed from tensor to tensor while a model runs: the model's own functions, and nothing of the trace's."""

import pytest
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from rnnviz.trace import trace
from rnnviz.trace.capture.origins import Origins


class Loop(nn.Module):
    """A cell called step by step; `surroundings` lie round each call."""

    def __init__(self, cell, surroundings=None):
        super().__init__()
        self.cell, self.surroundings = cell, surroundings

    def forward(self, x):
        state = torch.zeros(x.shape[1], 4)
        for one in x:
            if self.surroundings is None:
                state = self.cell(one, state)
            else:
                with self.surroundings():
                    state = self.cell(one, state)
        return state


class Counting(TorchFunctionMode):
    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        self.count += 1
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("loss", [torch.sum, None])
@pytest.mark.parametrize("kind", [nn.GRUCell, nn.RNNCell])
def test_a_trace_follows_as_many_functions_as_the_model_calls(kind, loss, monkeypatch):
    model, x, followed = Loop(kind(3, 4)), torch.randn(9, 2, 3), []
    inner = Origins.__torch_function__
    monkeypatch.setattr(
        Origins, "__torch_function__", lambda self, func, *rest: followed.append(func) or inner(self, func, *rest)
    )
    with Counting() as counting:
        model(x)
    trace(model, x, loss=loss)
    followed.remove(torch.Tensor.is_inference)  # asked of the input before the model runs
    assert len(followed) == counting.count


def test_a_mode_that_the_model_puts_round_a_call_is_left_where_it_is():
    torch.manual_seed(0)
    before = torch.overrides._get_current_function_mode()
    cell, x = nn.GRUCell(3, 4), torch.randn(9, 2, 3)
    plain = trace(Loop(cell), x, loss=torch.sum).layers["cell"]
    found = trace(Loop(cell, Counting), x, loss=torch.sum).layers["cell"]
    assert found.hidden.shape[3] == 9
    assert (found.grad_hidden == plain.grad_hidden).all()
    assert torch.overrides._get_current_function_mode() is before
