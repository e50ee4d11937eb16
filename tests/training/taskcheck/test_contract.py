"""A task or a model that does not keep its side is told so in one sentence, before torch stumbles over it."""

import pytest
import torch
from torch import nn

from rnnviz.tasks import Batch
from rnnviz.training import Session
from tests.training.examples import Echo, take


def session(**parts: object) -> Session:
    return Session(type("Odd", (Echo,), parts)(), device="cpu", hidden_size=4)


def gives(value: object):
    return lambda *_: value


SEQUENCES, ANSWERS = torch.zeros(4, 6, 1), torch.zeros(4, 1)


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (None, TypeError, r"must return a rnnviz.tasks.Batch, such as Batch\(inputs, targets\), got NoneType"),
        ((SEQUENCES, ANSWERS), TypeError, "got tuple of 2"),
        (Batch(SEQUENCES.numpy(), ANSWERS), TypeError, "inputs of .* must be a torch.Tensor, got ndarray"),
        (Batch(SEQUENCES, ["up"] * 4), TypeError, "targets of .* got list of 4; labels are numbers from 0"),
        (Batch(SEQUENCES[..., 0], ANSWERS), ValueError, r"must have axes \(batch, time, 1\).* got shape \(4, 6\)"),
        (Batch(SEQUENCES.repeat(1, 1, 3), ANSWERS), ValueError, r"got shape \(4, 6, 3\)"),
        (Batch(SEQUENCES[:0], ANSWERS[:0]), ValueError, r"at least 1, got inputs of shape \(0, 6, 1\)"),
        (Batch(SEQUENCES, ANSWERS[:3]), ValueError, r"as many targets as sequences.* targets of shape \(3, 1\)"),
    ],
)
@pytest.mark.parametrize("verb", ["batch", "held_out"])
def test_sequences_that_are_none_are_refused(verb: str, value: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as met:
        take(session(**{verb: gives(value)}), 1)
    assert f"{verb}()" in str(met.value)


@pytest.mark.parametrize("name", ["loss", "metric"])
@pytest.mark.parametrize(
    ("value", "words"),
    [(0.5, "scalar tensor, got float; leave out float"), (torch.zeros(4, 1), r"shape \(4, 1\); add .mean")],
)
def test_a_loss_or_metric_that_is_no_scalar_tensor_is_refused(name: str, value: object, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"{name} must return a .*{words}"):
        take(session(**{name: gives(value)}), 1)


def test_a_loss_with_one_axis_of_one_number_is_a_scalar() -> None:
    one = session(loss=lambda _self, outputs, targets: (outputs - targets).square().mean().reshape(1))
    assert take(one, 2).shape == (2,)


def test_a_loss_that_no_weight_has_a_part_in_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the loss must depend on weights that can be trained; .*\.detach\(\)"):
        take(session(loss=lambda _self, outputs, targets: (outputs.detach() - targets).square().mean()), 1)


@pytest.mark.parametrize("value", [None, {"rule": "good"}, [1.0]])
def test_baselines_that_are_no_numbers_by_name_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match=r"baselines\(\) must return a dict of numbers by the rule's name"):
        session(baselines=gives(value))


def test_a_prediction_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match=r"prediction\(\) must return a rnnviz.tasks.Prediction or None, got int"):
        session(prediction=gives(5)).snapshot()


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"input_size": "1"}, "input_size of the task must be a whole number, got '1'"),
        ({"output_size": 0}, "output_size of the task must be at least 1, got 0"),
        ({"metric_name": None}, "metric_name of the task must be words, got None"),
        ({"symbols": "ab"}, r"symbols of the task must be a tuple of words, .* got 'ab'"),
        ({"classes": (0,)}, r"classes of the task must be a tuple of words, .* got \(0,\)"),
        ({"classes": ("up", "down")}, "classes of the task must be as many as output_size=1"),
    ],
)
def test_what_a_task_says_of_itself_is_checked_first(parts: dict[str, object], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        session(**parts)


class Odd(nn.Module):
    """Answers with the states of every step, or with all that the layer returns."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self.memory, self.whole = nn.GRU(1, 3, batch_first=True), whole

    def forward(self, inputs: torch.Tensor) -> object:
        found = self.memory(inputs)
        return found if self.whole else found[0]


@pytest.mark.parametrize(
    ("whole", "words"),
    [(True, r"one tensor of axes \(batch, 1\), got tuple of 2; return it alone"), (False, r"got shape \(\d+, 6, 3\)")],
)
def test_a_model_that_answers_with_something_else_is_refused(whole: bool, words: str) -> None:
    one = Session(Echo(), model=Odd(whole=whole), device="cpu")
    for work in (one.snapshot, one.evaluate, lambda: take(one, 1)):
        with pytest.raises((TypeError, ValueError), match=words):
            work()
