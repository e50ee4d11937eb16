"""A device that lacks memory, is lost, or is not where a task draws: a sentence, and nobody's training ends of it."""

import gc
import warnings
import weakref

import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.tasks import Batch
from rnnviz.trace.listening.passes import WatchedPass
from rnnviz.training import Session
from rnnviz.training.failures import describe
from tests.devices import simulated  # noqa: F401  # before autograd starts: later it takes no device
from tests.training.examples import Echo

NO_MEMORY = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of …")
ASSERTED = RuntimeError("CUDA error: device-side assert triggered\nCUDA kernel errors might be asynchronously reported")


class Hungry(Echo):
    """Runs out of memory in its third loss, with a large tensor at hand."""

    asked = 0
    held = None

    def loss(self, outputs, targets):
        self.asked += 1
        if self.asked == 3:
            large = torch.zeros(1000)
            Hungry.held = weakref.ref(large)
            raise torch.OutOfMemoryError(str(NO_MEMORY))
        return super().loss(outputs, targets)


def test_a_lab_without_memory_says_what_to_make_smaller_and_frees_what_the_error_held():
    lab = rv.Lab(Hungry(), hidden_size=4, batch_size=4, device="cpu")
    with pytest.raises(torch.OutOfMemoryError):
        lab.train(5)
    assert "take a smaller batch_size, hidden_size or seq_len, or device='cpu', then press reset" in lab.state.message
    gc.collect()
    assert Hungry.held() is None


@pytest.mark.parametrize("where", ["model", "task", "lab"])
def test_a_lost_gpu_is_told_as_that_whoever_met_it(where):
    assert "restart the kernel" in describe(ASSERTED, where, "gru")
    assert "raised" not in describe(ASSERTED, where)


def test_a_replay_that_fails_drops_its_frame_and_says_so_once(monkeypatch):
    model, ends = nn.GRU(2, 3), []

    def failing(self, sequences=None, loss=None):
        raise torch.OutOfMemoryError(str(NO_MEMORY))

    monkeypatch.setattr(WatchedPass, "trace", failing)
    for watched in (False, True):
        torch.manual_seed(0)
        model = nn.GRU(2, 3)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with warnings.catch_warnings(record=True) as said, rv.watch(model, every=1) as w:
            warnings.simplefilter("always")
            for _ in range(4):
                optimizer.zero_grad()
                model(torch.ones(5, 2, 2))[0].sum().backward()
                optimizer.step()
                if watched:
                    w.step()
        ends.append(torch.cat([one.detach().flatten() for one in model.parameters()]))
    told = [str(one.message) for one in said if "could not look into step" in str(one.message)]
    assert len(told) == 1
    assert "step 1 (OutOfMemoryError: CUDA out of memory" in told[0]
    assert torch.equal(*ends)


class OnCpu(Echo):
    """A task that draws on the CPU whatever it is handed."""

    def batch(self, batch_size, generator):
        drawn = super().batch(batch_size, torch.Generator().manual_seed(int(generator.initial_seed())))
        return Batch(drawn.inputs.cpu(), drawn.targets.cpu())


def test_a_batch_of_another_device_is_moved_to_that_of_the_run(second_device):
    session = Session(OnCpu(), hidden_size=4, batch_size=4, device=second_device)
    next(session.steps())
    assert session.step == 1


class Elsewhere(Echo):
    def batch(self, batch_size, generator):
        raise RuntimeError("Expected a 'cpu' device type for generator but found 'cuda'")


def test_a_task_that_draws_beside_its_generator_is_told_what_to_pass():
    with pytest.raises(ValueError, match=r"must draw where the generator is, on 'cpu': pass device=generator.device"):
        Session(Elsewhere(), hidden_size=4, batch_size=4, device="cpu")


def test_a_model_of_ones_own_that_comes_in_eval_mode_is_trained_in_training_mode():
    model = rv.models.SimpleRNN(1, 4, 1).eval()
    session = Session("sunspots", model=model, device="cpu")
    next(session.steps())
    assert all(one.training for one in session.model.modules())
    assert not model.training
