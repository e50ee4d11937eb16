"""The numbers of a step are read whatever they come as, and what is no number is refused with a sentence."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.watching.lossscale import scale_of
from rnnviz.watching.readings import gradient_norm
from rnnviz.watching.watcher import Watcher
from tests.losses import mean_square
from tests.watching.loops import made


def recorded(**given):
    model = made()
    with Watcher(model, every=1) as watcher:
        mean_square(model(torch.ones(2, 3, 3, dtype=torch.float64))).backward()
        watcher.step(**given)
    return watcher.history


@pytest.mark.parametrize(
    "loss", [0.5, np.float32(0.5), np.array([0.5]), torch.tensor([[0.5]]), torch.tensor(0.5, requires_grad=True)]
)
def test_a_loss_is_read_whatever_it_comes_as(loss):
    assert recorded(loss=loss)["loss"].tolist() == [0.5]


def test_a_loss_beyond_all_numbers_is_infinite():
    assert recorded(loss=-(10**400))["loss"].tolist() == [-math.inf]


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"loss": np.ones(3)}, ValueError, r"loss must be a scalar, got a ndarray of shape \(3,\); pass what backward"),
        ({"grad_norm": torch.ones(2)}, ValueError, r"grad_norm must be a scalar, got a tensor of .*clip_grad_norm_"),
        (
            {"loss": torch.tensor(1j)},
            TypeError,
            "loss must be a scalar tensor or a number, got Tensor of torch.complex",
        ),
        ({"loss": np.complex128(1j)}, TypeError, "loss must be a scalar tensor or a number, got .*1j.*, which is none"),
        ({"loss": np.str_("x")}, TypeError, "loss must be a scalar tensor or a number, got str_"),
        ({"loss": torch.empty((), device="meta")}, TypeError, "loss must be a scalar tensor or a number, got .*meta"),
    ],
)
def test_what_is_no_number_is_refused(given, error, words):
    with pytest.raises(error, match=words):
        recorded(**given)


def test_sparse_gradients_count_with_repeated_places_added_up():
    model = nn.Embedding(5, 1, sparse=True)
    model(torch.tensor([1, 1, 2])).sum().backward()
    assert gradient_norm(model) == pytest.approx(math.sqrt(2**2 + 1**2))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_norm_of_short_gradients_is_precise(dtype):
    model = nn.Linear(1000, 7).to(dtype)
    for number, one in enumerate(model.parameters()):
        one.grad = torch.randn(one.shape, generator=torch.Generator().manual_seed(number)).to(dtype)
    truth = math.sqrt(sum(float(one.grad.double().square().sum()) for one in model.parameters()))
    assert gradient_norm(model) == pytest.approx(truth, rel=1e-6)


def test_a_norm_with_an_infinite_and_an_undefined_gradient_is_undefined():
    model = nn.Linear(1, 1)
    model.weight.grad, model.bias.grad = torch.tensor([[math.inf]]), torch.tensor([math.nan])
    assert math.isnan(gradient_norm(model))


@pytest.mark.parametrize(
    ("setting", "error", "words"),
    [
        ({"every": 1.5}, ValueError, "every must be a number of steps, at least 1, or None for time, got 1.5"),
        ({"fps": np.ones(2)}, TypeError, r"fps must be a number, got array"),
        ({"scaler": 1024.0}, TypeError, "scaler must be a torch.amp.GradScaler, got 1024.0"),
    ],
)
def test_settings_of_a_wrong_kind_are_refused(setting, error, words):
    with pytest.raises(error, match=words):
        Watcher(made(), **setting)


class Scaler:
    def __init__(self, scale):
        self.scale = scale

    def get_scale(self):
        return self.scale


@pytest.mark.parametrize(
    ("scale", "error", "words"),
    [
        ("much", TypeError, r"scaler\.get_scale\(\) must be a scalar tensor or a number, got str\."),
        ("8.0", TypeError, r"scaler\.get_scale\(\) must be a scalar tensor or a number, got str\."),
        (None, TypeError, r"scaler\.get_scale\(\) must be a scalar tensor or a number, got None, which is none"),
        (3j, TypeError, r"scaler\.get_scale\(\) must be a scalar tensor or a number, got complex\."),
        (torch.ones(2), ValueError, r"scaler\.get_scale\(\) must be a scalar, got a tensor of shape \(2,\)"),
        (0.0, ValueError, r"scaler\.get_scale\(\) must be greater than 0, got 0\.0; pass a torch\.amp\.GradScaler"),
        (math.nan, ValueError, r"scaler\.get_scale\(\) must be greater than 0, got nan"),
    ],
)
def test_a_scaler_that_tells_no_scale_is_refused_at_the_door(scale, error, words):
    with pytest.raises(error, match=words):
        Watcher(made(), scaler=Scaler(scale))


def test_a_scaler_whose_scale_is_no_function_is_refused():
    scaler = Scaler(1.0)
    scaler.get_scale = 1.0
    with pytest.raises(TypeError, match=r"scaler must be a torch\.amp\.GradScaler, got"):
        Watcher(made(), scaler=scaler)


@pytest.mark.parametrize("scale", [2, np.float32(2), torch.tensor([2.0])])
def test_a_scale_may_be_any_single_number(scale):
    assert scale_of(Scaler(scale))() == 2.0


def test_a_number_of_steps_may_be_numpys():
    assert Watcher(made(), every=np.int64(2)).steps == 0
