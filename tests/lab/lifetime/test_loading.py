"""What the first step needs is loaded after the first pictures, and a run is the same whenever that was."""

import numpy as np
import pytest
import torch

from rnnviz.training import Session
from rnnviz.training.session.building import plain
from tests.processes import printed_by

LOADED = """
import sys, threading
import rnnviz as rv
loaded = lambda: not {"torch._dynamo", "sympy"}.isdisjoint(sys.modules)
lab = rv.Lab("adding", hidden_size=4, seq_len=8, batch_size=4, seed=0, device="cpu")
feed = lab._console.shown().feed
assert lab._console.screen.pump.flush(60)
said = [loaded()]
{act}
for one in threading.enumerate():
    if one.name == "torch-loading":
        one.join()
said.append(loaded())
lab.close()
print(*said)
"""
ANSWER = 'feed._heard(feed, {"kind": "ack", "ids": [1], "sizes": {}}, [])'


@pytest.mark.parametrize("act", [ANSWER, "lab.train(1)"], ids=["the page has answered", "a step is asked for"])
def test_the_compiler_is_loaded_when_pictures_are_there_or_a_step_is_asked_for(act: str) -> None:
    assert printed_by(LOADED.replace("{act}", act)) == "False True"


@pytest.mark.parametrize(
    ("parameters", "waits"),
    [([torch.zeros(2)], True), ([], False), ([torch.zeros(2), torch.zeros(2, dtype=torch.complex64)], False)],
    ids=["ours", "none", "complex"],
)
def test_an_optimiser_waits_only_where_torch_has_nothing_to_say_against_it(
    parameters: list[torch.Tensor], waits: bool
) -> None:
    assert plain([torch.nn.Parameter(one) for one in parameters]) is waits


def test_an_optimiser_chosen_before_the_first_step_is_the_one_that_trains() -> None:
    sizes = {"hidden_size": 4, "seq_len": 8, "batch_size": 4, "device": "cpu", "seed": 0, "lr": 0.1}
    chosen, given = Session("adding", optimizer="adam", **sizes), Session("adding", optimizer="sgd", **sizes)
    chosen.settings = chosen.settings.replace(optimizer="sgd")
    for session in (chosen, given):
        steps = session.steps()
        for _ in range(3):
            next(steps)
    np.testing.assert_array_equal(chosen.history["loss"], given.history["loss"])
