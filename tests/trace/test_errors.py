"""What goes wrong is said by name, with what was expected and the next move."""

import re

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

import rnnviz as rv
import rnnviz.trace
from rnnviz.trace import Trace, trace


def raises(error, message):
    return pytest.raises(error, match=re.escape(message))


def test_a_model_without_a_recurrent_layer_is_told_which_layers_it_has():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
    with raises(ValueError, "0 (Linear), 1 (ReLU)"):
        trace(model, torch.zeros(2, 3))
    with raises(ValueError, "rnnviz.register_cell(YourCell, step)"):
        trace(model, torch.zeros(2, 3))


def test_something_that_is_no_module_is_refused():
    with raises(TypeError, "model must be a torch.nn.Module, got str"):
        trace("lstm", torch.zeros(2, 3))


def test_a_variant_of_torchs_own_layer_must_be_registered_first():
    class Scaled(nn.LSTM):
        def forward(self, input, hx=None):
            return super().forward(2 * input, hx)

    with raises(ValueError, "a Scaled with a forward of its own, whose equations are not known; register it with"):
        trace(Scaled(3, 4), torch.zeros(2, 5, 3))


@pytest.mark.parametrize("reentrant", [False, True])
def test_checkpointing_gives_the_same_gradient_or_says_why_it_cannot(reentrant):
    torch.manual_seed(0)
    inner, x = nn.LSTM(3, 4), torch.randn(5, 2, 3)
    expected = trace(inner, x, loss=lambda out: out[0].square().sum()).layers["lstm"]

    class Saving(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = inner

        def forward(self, x):
            return checkpoint(lambda given: self.layer(given)[0], x.requires_grad_(), use_reentrant=reentrant)

    if reentrant:
        with raises(ValueError, "the model calls 'layer' inside torch.utils.checkpoint with use_reentrant=True, which"):
            trace(Saving(), x, loss=lambda out: out.square().sum())
    else:
        found = trace(Saving(), x, loss=lambda out: out.square().sum()).layers["layer"]
        np.testing.assert_array_equal(found.grad_hidden, expected.grad_hidden)


class Answer(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.GRU(3, 4)

    def forward(self, x):
        return self.layer(x)[0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::torch.jit.TracerWarning")
@pytest.mark.parametrize(
    ("make", "maker"),
    [
        (torch.jit.script, "torch.jit"),
        (lambda model: torch.jit.trace(model, torch.zeros(2, 5, 3)), "torch.jit"),
        (lambda model: torch.export.export(model, (torch.zeros(2, 5, 3),)).module(), "torch.export or torch.fx"),
        (lambda model: torch.ao.quantization.quantize_dynamic(model, {nn.GRU}), "quantisation"),
    ],
)
def test_a_model_whose_layers_cannot_be_seen_is_told_what_hides_them(make, maker):
    with raises(ValueError, f"model was made by {maker}, which hides what its recurrent layers do; trace the"):
        trace(make(Answer()), torch.zeros(2, 5, 3))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_scripted_part_does_not_keep_the_rest_from_being_traced():
    torch.manual_seed(0)
    model, head, x = nn.GRU(3, 4), nn.Sequential(nn.Linear(4, 2), nn.BatchNorm1d(2)), torch.randn(5, 2, 3)

    def together(head):
        class Whole(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer, self.head = model, head

            def forward(self, x):
                return self.head(self.layer(x)[0][-1])

        return trace(Whole(), x, loss=lambda output: output[0].square().sum()).layers["layer"]

    scripted = torch.jit.script(head)
    np.testing.assert_allclose(together(scripted).grad_hidden, together(head).grad_hidden, rtol=1e-5, atol=1e-9)
    assert torch.equal(scripted[1].running_mean, torch.zeros(2))


@pytest.mark.parametrize(
    ("loss", "error", "message"),
    [
        (lambda out: out[0], ValueError, "loss must return a scalar, got a tensor of shape (2, 5, 4); reduce it with"),
        (lambda out: out[0].sum() * 1j, ValueError, "loss must return a real number, got torch.complex64; take .real"),
        (lambda out: 3.0, TypeError, "loss must return a scalar tensor, got float"),
        (torch.tensor(1.0), TypeError, "loss must be a function from the model's output to a scalar, got Tensor"),
    ],
)
def test_a_loss_that_is_no_scalar_is_refused(loss, error, message):
    with raises(error, message):
        trace(nn.GRU(3, 4, batch_first=True), torch.zeros(2, 5, 3), loss=loss)


def test_a_loss_that_does_not_depend_on_the_layer_gives_zeros_and_says_so():
    weight = torch.ones((), requires_grad=True)
    with pytest.warns(UserWarning, match="does not depend on any recurrent layer: every gradient is zero"):
        found = trace(nn.LSTM(3, 4), torch.zeros(2, 5, 3), loss=lambda out: weight * 2)
    layer = found.layers["lstm"]
    for gradient in (
        layer.grad_hidden,
        layer.grad_hidden_direct,
        layer.grad_cell,
        layer.weight_grad_norms["W_hh"]["f"],
    ):
        np.testing.assert_array_equal(gradient, np.zeros_like(gradient))


def test_integers_given_to_a_recurrent_layer_are_refused_by_the_layers_name():
    model = nn.Sequential(nn.Identity(), nn.GRU(3, 4))
    with raises(TypeError, "the recurrent layer '1' must be given floating-point inputs, got torch.int64; embed"):
        trace(model, torch.zeros(2, 5, 3, dtype=torch.long))


def test_a_model_that_never_calls_its_recurrent_layer_is_told_so():
    class Idle(nn.Module):
        def __init__(self):
            super().__init__()
            self.unused = nn.GRU(3, 4)

        def forward(self, x):
            return x

    with raises(ValueError, "without calling any of its recurrent layers (unused)"):
        trace(Idle(), torch.zeros(2, 5, 3))


def test_the_name_trace_is_callable_both_as_a_name_and_as_a_module():
    model, x = nn.GRU(3, 4), torch.zeros(2, 5, 3)
    assert isinstance(rv.trace(model, x), Trace)
    assert isinstance(rnnviz.trace(model, x), Trace)
    assert isinstance(trace(model, x), Trace)


def test_keyword_arguments_reach_the_model():
    model, x = nn.GRU(3, 4), torch.randn(2, 5, 3)
    found = trace(model, kwargs={"input": x, "hx": torch.ones(1, 5, 4)}).layers["gru"]
    np.testing.assert_array_equal(found.initial_hidden, np.ones((1, 1, 5, 4)))


def test_a_layer_with_a_weight_parametrization_keeps_its_name_and_its_exact_gradient():
    torch.manual_seed(0)
    module = nn.GRU(3, 4).double()
    x = torch.randn(5, 2, 3).double()
    expected = trace(module, x, loss=lambda out: out[0].square().sum()).layers["gru"].grad_hidden
    nn.utils.parametrizations.weight_norm(module, "weight_hh_l0")
    found = trace(module, x, loss=lambda out: out[0].square().sum()).layers["gru"].grad_hidden
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            (np.zeros((2, 5, 3)),),
            "the recurrent layer 'lstm' must be given a torch.Tensor, got ndarray; convert it with",
        ),
        ((), "the recurrent layer must be given an input, got none; write trace(model, batch)."),
    ],
)
def test_an_input_that_is_no_tensor_is_refused(inputs, message):
    with raises(TypeError, message):
        trace(nn.LSTM(3, 4), *inputs)


def test_keyword_arguments_that_are_no_dict_are_refused():
    with raises(TypeError, "kwargs must be a dict of keyword arguments for the model, got int"):
        trace(nn.LSTM(3, 4), torch.zeros(2, 5, 3), kwargs=5)


class Drift(nn.Module):
    """A cell of somebody's own."""

    def forward(self, x, h):
        return 0.9 * h + x


class Reader(nn.Module):
    def __init__(self, cell, head=None):
        super().__init__()
        self.acts = nn.ModuleList([nn.ReLU(), nn.Tanh(), nn.Sigmoid(), nn.GELU(), nn.SiLU(), nn.ELU(), nn.SELU()])
        self.cell, self.head = cell, head or nn.Sequential(nn.Linear(3, 3), nn.Softplus(), nn.Dropout(0.0))

    def forward(self, x):
        h = x.new_zeros(x.shape[1:])
        for t in x:
            h = self.cell(t, h)
        return self.head(h)


def test_of_many_modules_the_one_that_may_be_a_cell_is_named():
    with raises(ValueError, "it holds model (Reader), model.cell (Drift). If one of these is") as raised:
        trace(nn.ModuleDict({"model": Reader(Drift())}), torch.zeros(5, 2, 3))
    assert "ReLU" not in str(raised.value)
    assert "rnnviz.register_cell(Drift, step)" in str(raised.value)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_scripted_cell_in_an_ordinary_model_is_named():
    words = "its part 'cell' (Drift) was made by torch.jit, which hides what it does: put the ordinary nn.Module in its"
    with raises(ValueError, words):
        trace(Reader(torch.jit.script(Drift())), torch.zeros(5, 2, 3))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_scripted_head_is_not_blamed_for_a_cell_that_is_not_registered():
    with raises(ValueError, "cell (Drift)"):
        trace(Reader(Drift(), torch.jit.script(nn.Linear(3, 3))), torch.zeros(5, 2, 3))


def test_a_layer_that_is_called_by_its_forward_is_told_so():
    class ByForward(Answer):
        def forward(self, x):
            return self.layer.forward(x)[0]

    with raises(ValueError, "what runs by self.layer.forward(x), or by functions with the layer's weights, cannot be"):
        trace(ByForward(), torch.zeros(2, 5, 3))


def test_complex_inputs_are_told_apart_from_integers():
    with raises(TypeError, "the recurrent layer 'gru' must be given real numbers, got torch.complex64; give it"):
        trace(nn.GRU(3, 4), torch.zeros(2, 5, 3, dtype=torch.complex64))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_part_that_torch_jit_made_is_named():
    class Partly(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = torch.jit.script(nn.GRUCell(3, 4))

        def forward(self, x):
            return self.encoder(x)

    with raises(ValueError, "its part 'encoder' (GRU"):
        trace(Partly(), torch.zeros(2, 5, 3))


def test_a_keyword_that_the_model_s_forward_does_not_know_is_told_with_those_it_knows() -> None:
    with pytest.raises(TypeError, match=r"kwargs must name arguments of the model's forward \(input, hx\), got 'h0'"):
        trace(nn.GRU(2, 4), torch.zeros(5, 3, 2), kwargs={"h0": torch.zeros(1, 3, 4)})
