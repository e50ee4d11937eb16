"""The verdict shows what the network would say of every prefix of the sequence, as reading that prefix alone does."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from rnnviz.training import Session, Snapshot
from rnnviz.views import VIEWS, Focus
from tests.views.runs import train
from tests.views.score.strips import filled, panels

VIEW = VIEWS["verdict"]


@cache
def run(task: str, **settings: object) -> tuple[Session, Snapshot]:
    session = Session(task, seq_len=12, hidden_size=6, batch_size=8, device="cpu", lr=0.02, **settings)
    return session, train(session, 20)


def read_alone(session: Session, sample: int) -> np.ndarray:
    """Return the shares after every prefix, each read by itself, axes (time, class)."""
    sequence = session.probe.inputs[sample]
    with torch.no_grad():
        ends = [session.model(sequence[None, : end + 1]) for end in range(len(sequence))]
    return torch.stack([one.reshape(-1, one.shape[-1])[-1].softmax(-1) for one in ends]).numpy()


@pytest.mark.parametrize("sample", [0, 3])
def test_a_network_that_was_asked_once_is_asked_after_every_prefix(sample: int) -> None:
    session, snapshot = run("temporal-order")
    data = VIEW.figure(snapshot, Focus(sample=sample)).data[0]
    np.testing.assert_allclose(np.transpose(data.z), read_alone(session, sample), atol=1e-5)


def test_a_network_that_answers_at_every_step_is_drawn_as_it_answers() -> None:
    session, snapshot = run("python-tokens", bidirectional=False)
    data = VIEW.figure(snapshot, Focus(sample=2)).data[0]
    np.testing.assert_allclose(np.transpose(data.z), read_alone(session, 2), atol=1e-5)


def test_the_strip_shows_the_same_shares_as_the_picture() -> None:
    snapshot = run("temporal-order")[1]
    focus = Focus(sample=1)
    np.testing.assert_array_equal(filled("verdict", snapshot, focus).data[0].z, VIEW.figure(snapshot, focus).data[0].z)


def test_the_read_out_is_the_leading_class_and_its_share() -> None:
    session, snapshot = run("temporal-order")
    figure, shares = filled("verdict", snapshot, Focus(sample=1)), read_alone(session, 1)
    read = panels(figure)[0]["read"]
    assert list(read["leads"]) == [session.task.classes[one] for one in shares.argmax(1)]
    np.testing.assert_allclose(figure.layout.meta["rows"][0], 100 * shares.max(1), rtol=1e-4)


def test_the_right_class_is_in_bold() -> None:
    session, snapshot = run("temporal-order")
    right = session.task.classes[int(session.probe.targets[1])]
    assert f"<b>{right}</b>" in VIEW.figure(snapshot, Focus(sample=1)).layout.yaxis.ticktext


def test_past_the_end_of_a_sequence_nothing_is_said() -> None:
    snapshot = run("python-tokens", bidirectional=False)[1]
    lengths = snapshot.layer.lengths.copy()
    lengths[0] = 5
    shorter = replace(snapshot, layer=replace(snapshot.layer, lengths=lengths))
    figure = VIEW.figure(shorter)
    assert np.isnan(figure.data[0].z[:, 5:]).all()
    assert np.isfinite(figure.data[0].z[:, :5]).all()
    assert figure.layout.plot_bgcolor != "rgba(0,0,0,0)"
    assert list(panels(filled("verdict", shorter))[0]["read"]["leads"][5:]) == [""] * 7


def test_a_network_that_reads_both_ways_and_answers_once_has_no_verdict_on_the_way() -> None:
    assert not VIEW.exists(run("temporal-order", bidirectional=True)[1])


def test_a_task_without_classes_has_no_verdict() -> None:
    snapshot = run("adding")[1]
    assert not VIEW.exists(snapshot)
    with pytest.raises(ValueError, match="the verdict needs a task with classes"):
        VIEW.figure(snapshot)


def test_of_very_many_classes_the_highest_and_the_right_one_are_drawn() -> None:
    _session, snapshot = run("temporal-order")
    names = tuple(f"class {number}" for number in range(40))
    outputs = np.zeros((8, 12, 40), np.float32)
    outputs[:, :, 7] = 3.0
    confusion = replace(snapshot.confusion, classes=names)
    targets = np.full((8, 12), 39)
    figure = VIEW.figure(replace(snapshot, outputs=outputs, targets=targets, confusion=confusion))
    drawn = figure.layout.yaxis.ticktext
    assert len(drawn) == 14
    assert "class 7" in drawn
    assert "<b>class 39</b>" in drawn
