"""An optimiser that fails in the middle of its step: nothing is changed, or nobody goes on from there."""

import itertools

import pytest
import torch
from torch import nn

from rnnviz.models import SequenceModel
from rnnviz.training import Runner, Session
from rnnviz.training.session.wholestep import TornStep
from tests.training.examples import Echo

STEPS = 6


class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrent, self.head = nn.GRU(1, 4, batch_first=True), nn.Linear(4, 1)

    def forward(self, inputs):
        return self.head(self.recurrent(inputs)[0][:, -1])


def own(task, settings):
    return Own()


def ours(task, settings):
    return SequenceModel("gru", 1, 4, 1)


def session(build, optimizer):
    return Session(Echo(), model=build, device="cpu", batch_size=4, optimizer=optimizer)


def trained(one, steps):
    for _ in itertools.islice(one.steps(), steps):
        pass


def broken(one, monkeypatch, half):
    """Have the optimiser fail once, when it has changed half of the weights, or before it has changed any."""
    moving = one._training_run._optimizer
    update = moving.step

    def failing():
        monkeypatch.undo()
        if half:
            update()
            with torch.no_grad():
                for weight in list(one.model.parameters())[::2]:
                    weight.add_(1.0)
        raise RuntimeError("no room for the\nsecond half")

    monkeypatch.setattr(moving, "step", failing)


def state(one):
    kept = one._training_run._optimizer.state_dict()["state"]
    return [*one.model.parameters(), *(its[name] for its in kept.values() for name in sorted(its))]


@pytest.mark.parametrize("at", [0, 3])
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("half", [True, False], ids=["half way", "at once"])
def test_a_step_that_fails_is_as_if_it_had_not_begun(monkeypatch, optimizer, at, half):
    plain, failing = session(own, optimizer), session(own, optimizer)
    trained(plain, STEPS)
    trained(failing, at)
    broken(failing, monkeypatch, half)
    words = (
        rf"the optimiser could not take step {at + 1}, and left all as it was \(RuntimeError: no room for the second"
    )
    with pytest.raises(RuntimeError, match=words):
        trained(failing, STEPS)
    assert failing.step == at
    trained(failing, STEPS - at)
    assert list(failing.history["loss"]) == list(plain.history["loss"])
    for found, expected in zip(state(failing), state(plain), strict=True):
        assert torch.equal(found, expected)


def test_where_that_cannot_be_nobody_goes_on_until_the_reset(monkeypatch):
    one = session(ours, "adam")
    trained(one, 2)
    broken(one, monkeypatch, half=True)
    for _ in range(2):
        with pytest.raises(TornStep, match=r"within step 3, and may have changed some weights and not others; reset"):
            trained(one, 1)
    assert one.step == 2
    one.rebuild()
    trained(one, STEPS)
    plain = session(ours, "adam")
    trained(plain, STEPS)
    assert list(one.history["loss"]) == list(plain.history["loss"])


def test_a_sparse_gradient_is_told_and_the_model_is_as_it_was():
    class Sparse(Own):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(3, 4, sparse=True)

        def forward(self, inputs):
            return self.head(self.recurrent(inputs)[0][:, -1] + self.table(torch.zeros(len(inputs)).long()))

    one = session(lambda task, settings: Sparse(), "adam")
    before = [weight.detach().clone() for weight in one.model.parameters()]
    with pytest.raises(ValueError, match=r"^the model must have dense gradients, got a sparse one"):
        Runner(one, on_frame=lambda frame: None).train(1)
    assert all(map(torch.equal, one.model.parameters(), before))
    assert not one._training_run._optimizer.state
