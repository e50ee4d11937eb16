"""A watched model is copied, saved and sent away in the middle of its training: what arrives is a plain model."""

import copy
import io
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch

from rnnviz.trace import trace
from rnnviz.trace.capture.hooks import Hook
from rnnviz.watching.watcher import Watcher
from tests.losses import mean_square
from tests.watching.loops import assert_agrees, batches, made, weights


def loaded(model):
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


@pytest.mark.parametrize("copied", [copy.deepcopy, loaded, torch.optim.swa_utils.AveragedModel])
def test_what_a_copy_made_while_the_watch_listens_does_is_not_seen(copied):
    model, before, data = made(), made(), batches(2)
    with Watcher(model, every=1) as watcher:
        twin = copied(model)
        mean_square(model(data[0])).backward()
        mean_square(twin(data[1])).backward()
        watcher.step()
    assert_agrees(watcher.trace.layers["recurrent"], trace(before, data[0], loss=mean_square).layers["recurrent"])


def test_a_copy_answers_as_the_model_does():
    model, x = made(), batches(1)[0]
    with Watcher(model, every=1) as watcher:
        mean_square(model(x)).backward()
        twin = copy.deepcopy(model)
        watcher.step()
    assert torch.equal(twin(x), model(x))
    assert all(map(torch.equal, weights(twin), weights(model)))


def test_a_saved_hook_needs_no_rnnviz_to_load_and_does_nothing():
    hook = pickle.dumps(Hook(np.add))
    script = f"import pickle, sys; print(pickle.loads({hook!r})(1, 2, 3), 'rnnviz' in sys.modules)"
    said = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["None", "False"]
