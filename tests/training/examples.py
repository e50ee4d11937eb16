"""Small tasks and helpers that the tests of training share."""

import itertools

import torch

from rnnviz.tasks import Batch, Task

WAIT = 60.0  # seconds; only ever reached when something is broken


class Echo(Task):
    """Say the last input; ``at`` a call of its batch, do ``then`` first."""

    name, input_size, output_size, seq_len, metric_name, steps = "echo", 1, 1, 6, "MSE", 40

    def __init__(self, at=None, then=None):
        self.at, self.then, self.calls = at, then, itertools.count(1)

    def batch(self, batch_size, generator):
        if next(self.calls) == self.at:
            self.then()
        inputs = torch.rand(batch_size, 6, 1, generator=generator, device=generator.device)
        return Batch(inputs, inputs[:, -1])

    def held_out(self):
        inputs = torch.rand(30, 6, 1, generator=torch.Generator().manual_seed(0))
        return Batch(inputs, inputs[:, -1])

    def loss(self, outputs, targets):
        return (outputs - targets).square().mean()


class Spoiled(Echo):
    """From the training batch ``bad`` on, the loss is infinite; looks at held-out sequences stay sound."""

    def __init__(self, bad):
        super().__init__(bad, self._spoil)
        self.spoiled = False

    def _spoil(self):
        self.spoiled = True

    def batch(self, batch_size, generator):
        batch = super().batch(batch_size, generator)
        return Batch(batch.inputs, batch.targets + 1e30) if self.spoiled else batch


def raising(error):
    def act(*_):
        raise error

    return act


def take(session, steps):
    """Train some steps in place and return the losses so far."""
    for _ in itertools.islice(session.steps(), steps):
        pass
    return session.history["loss"]


def changed(session, **settings):
    """Change settings as a knob does: adopted at once, without a step."""
    session.settings = session.settings.replace(**settings)
    session.adopt()


def weights(session):
    return [weight.detach().clone() for weight in session.model.parameters()]


def settle(runner):
    """Wait until the runner rests, without asking for its error."""
    with runner._dispatcher.changed:
        assert runner._dispatcher.changed.wait_for(runner._dispatcher.idle, WAIT)
