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
    """Counts functions on tensors, but for those that a layer calls from `begin` to `end`."""

    def __init__(self):
        super().__init__()
        self.count, self.inside = 0, False

    def begin(self, *given):
        self.inside = True

    def end(self, *given):
        self.inside = False

    def __torch_function__(self, func, types, args=(), kwargs=None):
        self.count += not self.inside
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("loss", [torch.sum, None])
@pytest.mark.parametrize("kind", [nn.GRUCell, nn.RNNCell])
def test_a_trace_follows_what_the_model_calls_outside_of_its_layers(kind, loss, monkeypatch):
    model, x, followed = Loop(kind(3, 4)), torch.randn(9, 2, 3), []
    inner = Origins.__torch_function__
    monkeypatch.setattr(
        Origins, "__torch_function__", lambda self, func, *rest: followed.append(func) or inner(self, func, *rest)
    )
    with Counting() as counting:
        hooks = model.cell.register_forward_pre_hook(counting.begin), model.cell.register_forward_hook(counting.end)
        model(x)
    for hook in hooks:
        hook.remove()
    trace(model, x, loss=loss)
    assert len(followed) == counting.count
    assert followed


def test_a_mode_that_the_model_puts_round_a_call_is_left_where_it_is():
    torch.manual_seed(0)
    before = torch.overrides._get_current_function_mode()
    cell, x = nn.GRUCell(3, 4), torch.randn(9, 2, 3)
    plain = trace(Loop(cell), x, loss=torch.sum).layers["cell"]
    found = trace(Loop(cell, Counting), x, loss=torch.sum).layers["cell"]
    assert found.hidden.shape[3] == 9
    assert (found.grad_hidden == plain.grad_hidden).all()
    assert torch.overrides._get_current_function_mode() is before
