"""Models of somebody's own in a session: what they may bring along, and that looking at them changes nothing."""

import itertools

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rnnviz.training import Runner, Session, perturb


class Plain(nn.Module):
    """An LSTM with a head, and whatever else a test hangs in."""

    def __init__(self, **others: nn.Module) -> None:
        super().__init__()
        self.memory = nn.LSTM(2, 5, batch_first=True)
        self.head = nn.Linear(5, 1)
        self.others = nn.ModuleDict(others)

    def forward(self, inputs: Tensor) -> Tensor:
        states = self.memory(inputs)[0][:, -1]
        for name in ("norm", "dropout"):
            if name in self.others:
                states = self.others[name](states)
        answer: Tensor = self.head(states)
        return answer


def session(model: nn.Module, **settings: object) -> Session:
    return Session("adding", model=model, seq_len=8, device="cpu", **settings)


def trained(model: nn.Module, steps: int, *, looks: bool) -> Session:
    one = session(model)
    for _ in itertools.islice(one.steps(), steps):
        if looks:
            one.snapshot()
            one.evaluate()
    return one


def test_a_layer_that_never_runs_has_a_gradient_norm_of_zero() -> None:
    one = trained(Plain(idle=nn.Linear(3, 3)), 2, looks=False)
    norms = one.history.parameter_norms
    assert not norms["others.idle.weight"].any()
    assert (norms["head.weight"] > 0).all()


def test_the_total_norm_counts_what_has_a_gradient() -> None:
    one = trained(Plain(idle=nn.Linear(3, 3)), 1, looks=False)
    parts = [norm[0] for norm in one.history.parameter_norms.values()]
    np.testing.assert_allclose(one.history["grad_norm"][0], np.linalg.norm(parts), rtol=1e-6)


@pytest.mark.parametrize("part", [{"norm": nn.BatchNorm1d(5)}, {"dropout": nn.Dropout(0.5)}], ids=["norm", "dropout"])
def test_looking_on_leaves_the_curve_of_a_model_with_a_state_or_chance_of_its_own(part: dict[str, nn.Module]) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = Plain(**part)
        torch.manual_seed(5)
        quiet = trained(model, 4, looks=False).history["loss"]
        torch.manual_seed(5)
        watched = trained(model, 4, looks=True).history["loss"]
    np.testing.assert_array_equal(watched, quiet)


def test_the_held_out_score_is_that_of_the_model_in_eval_mode() -> None:
    one = trained(Plain(dropout=nn.Dropout(0.5)), 3, looks=False)
    held_out = one.task.held_out()
    told = one.evaluate()["model"]
    assert one.model.training
    with torch.no_grad():
        wanted = one.task.metric(one.model.eval()(held_out.inputs), held_out.targets)
    assert told == pytest.approx(float(wanted), rel=1e-5)


class Projected(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.memory = nn.LSTM(2, 5, proj_size=3, batch_first=True)
        self.head = nn.Linear(3, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        answer: Tensor = self.head(self.memory(inputs)[0][:, -1])
        return answer


@pytest.mark.filterwarnings("ignore:LSTM with projections")  # torch says that oneDNN has none
def test_a_live_setting_that_the_model_cannot_follow_is_refused_and_the_run_goes_on() -> None:
    runner = Runner(session(Projected()), on_frame=lambda _snapshot: None)
    with pytest.raises(ValueError, match="rho needs square recurrent matrices, got a layer with proj_size=3; leave"):
        runner.apply(runner.session.settings.replace(rho=0.9), wait=True)
    assert runner.session.settings.rho is None
    assert not runner.session.pending
    runner.train(2)
    assert runner.session.step == 2


@pytest.mark.parametrize("part", [{"norm": nn.BatchNorm1d(5)}, {"dropout": nn.Dropout(0.5)}], ids=["norm", "dropout"])
def test_a_changed_input_is_asked_about_in_eval_mode(part: dict[str, nn.Module]) -> None:
    one = trained(Plain(**part), 2, looks=False)
    seen = perturb(one, sample=1, time=3, value=2.0)
    inputs = one.probe.inputs[1:2].clone()
    model = one.model.eval()
    with torch.no_grad():
        before = model(inputs)
        inputs[0, 3, 0] = 2.0
        change = (model(inputs) - before)[0].numpy()
    np.testing.assert_allclose(seen.delta_output, change, atol=1e-6)
