"""The whole way of every task and cell on a second device: no mixed devices, and no hidden wait inside a step."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.tasks import KNOWN
from rnnviz.trace import trace
from rnnviz.training import Session
from rnnviz.views import VIEWS
from tests.devices import simulated
from tests.devices.runs import batch_on, model_on
from tests.losses import mean_square
from tests.trace.unrolled import relative_error

SMALL: dict[str, Any] = {"hidden_size": 6, "batch_size": 8, "seed": 0}
# torch packs on the CPU, so lengths that were drawn on the device are waited for
PADDED = {"surnames", "python-lines", "addresses", "dates", "interface"}
LONG = {"sunspots", "adding", "temporal-order", "python-tokens"}  # the others have a length of their own, or short ones
every_run = pytest.mark.parametrize(
    ("task", "cell"), [(task, cell) for task in KNOWN for cell in ("rnn", "lstm", "gru")]
)


every_full_run = pytest.mark.parametrize(
    ("task", "cell"), [(task, cell) for task in KNOWN if task not in PADDED for cell in ("rnn", "lstm", "gru")]
)


def small(task: str) -> dict[str, Any]:
    return SMALL | ({"seq_len": 16} if task in LONG else {})


def test_the_device_refuses_what_a_gpu_refuses(second_device: torch.device) -> None:
    x = torch.ones(3, device=second_device)
    with pytest.raises(RuntimeError, match="same device"):
        x + torch.ones(3)
    with pytest.raises(RuntimeError):
        x.numpy()
    assert float(x.sum()) == 3.0
    assert len(simulated.WAITS) == 1


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_its_layers_are_torchs_own(second_device: torch.device, kind: str) -> None:
    torch.manual_seed(0)
    layer, x = getattr(nn, kind)(3, 4, num_layers=2, bidirectional=True), torch.randn(5, 2, 3)
    mean_square(layer(x)[0]).backward()
    expected = {name: one.grad.clone() for name, one in layer.named_parameters() if one.grad is not None}
    layer.zero_grad()
    there = layer.to(second_device)
    mean_square(there(x.to(second_device))[0]).backward()
    for name, one in there.named_parameters():
        assert one.grad is not None
        assert relative_error(one.grad.cpu().numpy(), expected[name].numpy()) < 1e-5, name


@every_run
def test_a_run_of_each_task_and_cell_stays_on_its_device(second_device: torch.device, task: str, cell: str) -> None:
    lab = rv.Lab(task, cell=cell, device=str(second_device), **small(task))
    lab.train(3)
    snapshot = lab.snapshot()
    assert snapshot.layer.grad_hidden is not None
    assert np.isfinite(snapshot.layer.grad_hidden).any()
    assert all(np.isfinite(score) for score in lab.evaluate().values())


@every_run
def test_a_recipe_and_a_script_repeat_the_run_there(
    second_device: torch.device, capsys: pytest.CaptureFixture[str], task: str, cell: str
) -> None:
    lab = rv.Lab(task, cell=cell, device=str(second_device), steps=3, **small(task))
    lab.train(3)
    again = rv.Lab.from_recipe(lab.recipe(), device=str(second_device))
    again.train(3)
    np.testing.assert_array_equal(again.history["loss"], lab.history["loss"])
    exec(compile(lab.code(), "script", "exec"), {"__name__": "__main__"})
    told = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines() if line.startswith("step ")]
    np.testing.assert_allclose(told, lab.history["loss"], rtol=1e-6)


@every_full_run
def test_no_step_waits_for_the_device(second_device: torch.device, task: str, cell: str) -> None:
    session = Session(task, cell=cell, device=second_device, **small(task))
    steps = session.steps()
    next(steps)
    simulated.WAITS.clear()
    for _ in range(5):
        next(steps)
    assert simulated.WAITS == []


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_trace_there_is_the_trace_here(second_device: torch.device, kind: str) -> None:
    torch.manual_seed(0)
    layer, x = getattr(nn, kind)(3, 4, num_layers=2, batch_first=True), torch.randn(5, 7, 3)
    expected = trace(layer, x, loss=mean_square).layers[kind.lower()]
    found = trace(layer.to(second_device), x.to(second_device), loss=mean_square).layers[kind.lower()]
    for name in ("hidden", "grad_hidden", "grad_hidden_direct"):
        assert relative_error(getattr(found, name), getattr(expected, name)) < 1e-5, name


def test_a_watched_loop_there_ends_with_the_weights_of_an_unwatched_one(second_device: torch.device) -> None:
    ends = []
    for watched in (False, True):
        model = model_on(second_device)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with rv.watch(model, every=1) as w:
            for seed in range(3):
                optimizer.zero_grad()
                loss = mean_square(model(batch_on(second_device, seed)))
                loss.backward()
                optimizer.step()
                if watched:
                    w.step(loss=loss)
        ends.append([one.detach().cpu() for one in model.parameters()])
    assert all(map(torch.equal, *ends))


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_device_without_double_precision_shows_every_picture(second_device: torch.device, cell: str) -> None:
    simulated.REFUSED.add(torch.float64)
    lab = rv.Lab("adding", cell=cell, hidden_size=6, seq_len=12, seed=0, device=str(second_device), views=list(VIEWS))
    lab.train(1)
    lab.set(rho=0.9)
    lab.train(1)
    snapshot = lab.snapshot()
    drawn = [name for name, view in lab._console.views.items() if view.exists(snapshot) and lab.figure(name).data]
    assert {"hidden", "gradients", "curves", "spectrum", "theory"} <= set(drawn)
    assert lab.perturb(time=5, value=0.3).norm[0, 0, 5] > 0


def test_the_words_of_a_sequence_cost_one_wait(second_device: torch.device) -> None:
    task = rv.tasks.make("temporal-order", seq_len=20).to(second_device)
    simulated.WAITS.clear()
    assert len(task.time_labels(0)) == 20
    assert len(simulated.WAITS) == 1


@every_full_run
def test_a_frame_waits_once_for_all_that_it_shows(second_device: torch.device, task: str, cell: str) -> None:
    session = Session(task, cell=cell, num_layers=2, device=second_device, **small(task))
    steps = session.steps()
    next(steps)
    session.snapshot()
    next(steps)
    session.check()  # for the steps that the device has still to do
    simulated.WAITS.clear()
    frame = session.frame(score=False)
    session.check(frame)
    assert session.latest_loss() == frame.history["loss"][-1]
    assert len(simulated.WAITS) == 1
    for name, value in session.model.named_parameters():
        np.testing.assert_array_equal(frame.weights[name], value.detach().cpu().numpy())


@pytest.mark.parametrize("layers", [1, 3])
def test_a_watched_frame_waits_for_the_step_and_then_for_the_trace(second_device: torch.device, layers: int) -> None:
    torch.manual_seed(0)
    model = nn.ModuleDict({"rnn": nn.GRU(3, 4, num_layers=layers), "head": nn.Linear(4, 1)}).to(second_device)
    with rv.watch(model, every=1) as w:
        for _ in range(2):
            loss = model["head"](model["rnn"](torch.randn(6, 2, 3).to(second_device))[0]).square().mean()
            loss.backward()
            simulated.WAITS.clear()
            w.step(loss=loss)
            assert w.trace is not None
            assert w.trace.layers["rnn"].hidden.shape == (layers, 1, 2, 6, 4)
            assert len(simulated.WAITS) == 2
    assert w.history["loss"][-1] == pytest.approx(loss.item())


def test_a_frame_begins_when_the_device_has_done_the_owners_steps(
    second_device: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rnnviz.training.runner.frameclock import FrameClock

    begun: list[int] = []
    begin = FrameClock.begin_frame
    monkeypatch.setattr(
        FrameClock, "begin_frame", lambda frame_clock: (begun.append(len(simulated.WAITS)), begin(frame_clock))[1]
    )
    model = model_on(second_device)
    with rv.watch(model, every=1) as w:
        loss = mean_square(model(batch_on(second_device, 0)))
        loss.backward()
        simulated.WAITS.clear()
        w.step(loss=loss)
    assert begun[-1] == 1
