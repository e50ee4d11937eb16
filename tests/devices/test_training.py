"""Labs, watched loops and the bench work on every device: one step after the other, and what is drawn of it."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.bench.instruments.timing import Spread
from rnnviz.bench.measures import capture
from rnnviz.bench.measures.rivals import Shape
from rnnviz.lab.watch.watch import Watch
from rnnviz.views import VIEWS
from tests.devices.runs import batch_on, model_on
from tests.losses import mean_square
from tests.trace.unrolled import relative_error

TASKS = ["sunspots", "adding", "temporal-order", "python-tokens"]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_lab_trains_and_draws_every_picture(device: torch.device, task: str, cell: str) -> None:
    lab = rv.Lab(task, cell=cell, hidden_size=8, seed=0, device=str(device), views=list(VIEWS))
    lab.train(3)
    assert len(lab.history["loss"]) == 3
    assert np.isfinite(lab.history["grad_norm"]).all()
    snapshot = lab.snapshot()
    assert snapshot.layer.grad_hidden is not None
    drawn = [name for name, view in lab._console.views.items() if view.exists(snapshot) and lab.figure(name).data]
    assert {"hidden", "gradients", "curves"} <= set(drawn)
    assert all(math.isfinite(score) for score in lab.evaluate().values())


def test_live_settings_reach_a_model_that_trains_there(device: torch.device) -> None:
    lab = rv.Lab("adding", cell="lstm", hidden_size=8, seq_len=20, seed=0, device=str(device))
    lab.train(2)
    lab.set(lr=1e-2, clip=0.5, batch_size=8, optimizer="sgd", rho=1.2, forget_bias=2.0)
    lab.train(2)
    assert len(lab.history["loss"]) == 4
    assert max(lab.history["lr"]) == 1e-2


def test_what_a_changed_input_does_begins_at_its_timestep(device: torch.device) -> None:
    lab = rv.Lab("sunspots", cell="gru", hidden_size=8, seed=0, device=str(device))
    lab.train(2)
    changes = lab.perturb(time=5, value=0.3).norm[0, 0]
    assert not changes[:5].any()
    assert changes[5] > changes[6] > 0


def test_a_replay_is_saved_and_a_moment_shown_again(device: torch.device, tmp_path: Path) -> None:
    lab = rv.Lab("adding", cell="lstm", hidden_size=8, seq_len=20, seed=0, device=str(device))
    lab.train(4)
    lab.save_replay(tmp_path / "run.html")
    assert (tmp_path / "run.html").stat().st_size > 100_000


def test_a_watched_loop_with_scaled_gradients_ends_with_the_weights_of_an_unwatched_one(device: torch.device) -> None:
    watched, alone = model_on(device), model_on(device)
    with rv.watch(watched, every=1) as w:
        train(watched, device, w)
    train(alone, device)
    for one, other in zip(watched.parameters(), alone.parameters(), strict=True):
        assert torch.equal(one, other)
    layer = next(iter(w.trace.layers.values()))
    assert np.isfinite(layer.grad_hidden).all()


def test_what_a_watch_shows_is_what_a_trace_finds(device: torch.device) -> None:
    model, x = model_on(device), batch_on(device, 0)
    expected = rv.trace(model, x, loss=mean_square).layers["0"]
    with rv.watch(model, every=1, sequences=None) as w:
        mean_square(model(x)).backward()
        w.step()
    found = w.trace.layers["0"]
    assert relative_error(found.hidden, expected.hidden) <= 1e-5
    assert relative_error(found.grad_hidden, expected.grad_hidden) <= 1e-5


def test_the_bench_measures_there(device: torch.device) -> None:
    tiny = Shape(2, 5, 2, 3)
    for table in capture.tables(device, shapes=[tiny], grown_from=tiny, tapped=[tiny], seconds=0):
        for row in table.rows:
            ratios = [cell for cell in row if isinstance(cell, Spread)]
            assert all(one.median > 0 for one in ratios)


def train(model: nn.Module, device: torch.device, w: Watch | None = None) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    scaler = torch.amp.GradScaler(device.type, init_scale=256.0)
    for seed in range(4):
        optimizer.zero_grad()
        with torch.autocast(device.type, dtype=torch.bfloat16):
            loss = mean_square(model(batch_on(device, seed)).float())
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        if w is not None:
            w.step(loss=loss)
