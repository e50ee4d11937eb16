"""Two watches on one model: both see what one alone would, and neither disturbs the other."""

import pytest
import torch

from rnnviz.trace import trace
from rnnviz.watching.watcher import Watcher
from tests.losses import mean_square
from tests.watching.loops import KINDS, assert_agrees, batches, hooks, made, train, weights


@pytest.mark.parametrize("make", KINDS)
def test_each_of_two_watches_on_one_model_sees_it_exactly(make):
    model, before, x = made(make), made(make), batches(1)[0]
    with Watcher(model, every=1) as first, Watcher(model, every=1) as second:
        mean_square(model(x)).backward()
        first.step()
        second.step()
    (truth,) = trace(before, x, loss=mean_square).layers.values()
    for watcher in (first, second):
        (found,) = watcher.trace.layers.values()
        assert_agrees(found, truth)


@pytest.mark.parametrize("make", KINDS)
def test_two_watches_that_end_crosswise_leave_no_hook_and_train_alike(make):
    model, plain, data = made(make), made(make), batches(4)
    before = hooks(model)
    first, second = Watcher(model, every=1), Watcher(model, every=2)
    first.__enter__()
    train(model, data[:2], second)
    train(model, data[2:], Watcher(model, every=1, probe=(data[0], mean_square)))
    first.step()
    first.__exit__(None, None, None)
    train(plain, data[:2])
    train(plain, data[2:])
    assert all(map(torch.equal, weights(plain), weights(model)))
    assert hooks(model) == before


def test_a_probe_of_one_watch_is_not_what_the_other_shows():
    model, before, data = made(), made(), batches(2)
    with Watcher(model, every=1) as own, Watcher(model, every=1, probe=(data[1], mean_square)) as probing:
        model(data[0])  # nobody asks for a gradient
        probing.step()
        own.step()
    assert_agrees(own.trace.layers["recurrent"], trace(before, data[0]).layers["recurrent"])
