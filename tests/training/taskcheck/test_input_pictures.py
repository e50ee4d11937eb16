"""What a task says of the picture of a sequence is checked where it comes in, and cannot be changed afterwards."""

import re
from typing import Any

import numpy as np
import pytest

from rnnviz.tasks import InputPicture, TemporalOrder
from rnnviz.tasks.adding import Adding
from rnnviz.training import Session
from rnnviz.training.taskcheck.labels import picture_of


class Told(Adding):
    """The adding task, which says something of its sequences."""

    said: Any = None

    def input_picture(self, sample: int) -> Any:
        return self.said


def told(said: Any) -> Told:
    task = Told(seq_len=4)
    task.said = said
    return task


def test_a_task_may_say_nothing() -> None:
    assert picture_of(told(None), 0) is None


def test_numbers_are_copied_and_sealed() -> None:
    values = np.arange(4.0)
    found = picture_of(told(InputPicture(values, key_steps=(3,))), 0)
    values[:] = 9
    assert found is not None
    assert found.values is not None
    assert found.values.tolist() == [0, 1, 2, 3]
    assert not found.values.flags.writeable


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"values": [1]}, "input_picture(0) of the task must be a rnnviz.tasks.InputPicture or None"),
        (InputPicture(np.zeros(3)), "must be one number a timestep, so 4 as seq_len says, got shape (3,)"),
        (InputPicture(np.zeros((4, 1))), "got shape (4, 1)"),
        (InputPicture(key_steps=(4,)), "must be from 0 to 3"),
        (InputPicture(key_steps=(1.5,)), "key_steps of input_picture(0) of the task must be"),
    ],
)
def test_what_does_not_fit_the_sequence_is_told(said: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        picture_of(told(said), 0)


def test_a_snapshot_has_a_picture_for_every_sequence() -> None:
    snapshot = Session(TemporalOrder(seq_len=20), device="cpu", probe_size=5).snapshot()
    assert len(snapshot.input_pictures) == 5
    for sample, picture in enumerate(snapshot.input_pictures):
        symbols = snapshot.time_labels[sample]
        assert picture is not None
        assert symbols is not None
        assert "".join(symbols[step] for step in picture.key_steps) == picture.answer
