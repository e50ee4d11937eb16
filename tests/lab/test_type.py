"""A text that a learner types is read beside the probe: exactly, in every picture, and training never notices."""

import numpy as np
import pytest
import torch

import rnnviz as rv
from rnnviz.lab.tools.owntext import OwnText
from rnnviz.tasks import from_texts

TEXTS = ["so good", "good fun", "a waste of time", "bad, bad", "very good indeed", "not good at all", "bad fun", "fun"]
LABELS = ["pos", "pos", "neg", "neg", "pos", "neg", "neg", "pos"]


def made(**settings: object) -> rv.Lab:
    task = from_texts(TEXTS, LABELS, level="char", each_prefix=True)
    return rv.Lab(task, **{"hidden_size": 6, "batch_size": 4, "seed": 0, **settings})


def typing(lab: rv.Lab) -> OwnText:
    return lab._console.shown().panel.toolbox.made("type")


def press(lab: rv.Lab, text: str, number: int = 1) -> OwnText:
    """Type as the page does."""
    tool = typing(lab)
    tool._asked(tool.widget, {"text": text, "number": number}, [])
    return tool


def test_what_is_typed_is_the_last_sequence_letter_by_letter() -> None:
    lab = made()
    lab.type("GOOD!")
    seen = lab.snapshot()
    assert seen.typed == "GOOD!"
    assert seen.time_labels[-1][:6] == ("g", "o", "o", "d", "<UNK>", "")
    assert int(seen.layer.lengths[-1]) == 5
    assert seen.layer.hidden.shape[2] == 9


def test_its_answers_are_those_of_the_model_asked_alone() -> None:
    lab = made()
    lab.train(3)
    seen = lab.type("fun").snapshot()
    with torch.no_grad():
        alone = lab.model(*lab.task.encoded("fun").arguments)
    np.testing.assert_allclose(seen.outputs[-1][:3], alone[0, :3], atol=1e-6)


def test_training_is_the_same_to_the_last_bit() -> None:
    typed, plain = made(), made()
    typed.train(3)
    typed.type("good")
    typed.train(3)
    typed.type("")
    typed.train(2)
    plain.train(8)
    np.testing.assert_array_equal(typed.history["loss"], plain.history["loss"])
    for one, other in zip(typed.model.parameters(), plain.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_probes_own_sequences_are_seen_as_before() -> None:
    lab = made()
    before = lab.snapshot()
    after = lab.type("good").snapshot()
    np.testing.assert_array_equal(after.layer.hidden[:, :, :8], before.layer.hidden)
    assert after.loss == pytest.approx(before.loss, rel=1e-6)


def test_with_nothing_in_it_it_goes_away() -> None:
    lab = made()
    seen = lab.type("good").type("  ").snapshot()
    assert seen.typed == ""
    assert seen.layer.hidden.shape[2] == 8


def test_a_new_model_reads_it_and_so_does_the_one_that_undo_brings_back() -> None:
    lab = made()
    lab.train(2)
    lab.type("good")
    assert lab.set(hidden_size=4).snapshot().typed == "good"
    lab.type("bad")
    assert lab.undo().snapshot().typed == "bad"


def test_a_model_that_reads_less_than_it_drops_it() -> None:
    lab = made().type("good fun")
    assert lab.set(seq_len=4).snapshot().typed == ""


def test_an_earlier_moment_reads_it_with_the_weights_of_then() -> None:
    lab = made()
    first = made().type("good").snapshot()
    lab.snapshot()
    lab._console.shown()
    lab.train(20)
    lab.type("good")
    then = lab._console.moment(0)
    assert (then.step, then.typed) == (0, "good")
    np.testing.assert_allclose(then.outputs[-1], first.outputs[-1], atol=1e-6)


def test_a_replay_shows_it_at_every_moment(tmp_path: object) -> None:
    lab = made()
    lab._console.shown()
    lab.train(10)
    lab.type("good")
    assert lab.save_replay(tmp_path / "run.html", ["verdict", "hidden"], sample=8).stat().st_size > 0


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("x" * 40, ValueError, "text must have at most 16 characters, got 40"),
        (5, TypeError, "text must be words, got 5"),
    ],
)
def test_what_cannot_be_read_is_refused_and_what_was_read_stays(
    text: object, error: type[Exception], words: str
) -> None:
    lab = made().type("good")
    with pytest.raises(error, match=words):
        lab.type(text)
    assert lab.snapshot().typed == "good"


def test_a_task_without_texts_says_that_there_is_nothing_to_type() -> None:
    with pytest.raises(ValueError, match="the task 'adding' reads no text of yours"):
        rv.Lab("adding", hidden_size=4).type("good")


def test_in_a_shown_lab_it_is_looked_at_at_once_up_to_its_last_letter() -> None:
    lab = made()
    lab._console.shown()
    lab.type("good")
    focus = lab._console.screen.panel.focus_controls.focus
    assert (focus.sample, focus.time) == (8, 3)
    lab.type("")
    assert lab._console.screen.panel.focus_controls.focus.sample == 0
    lab.close()


def test_what_was_typed_before_the_lab_is_shown_is_looked_at_from_the_start() -> None:
    lab = made().type("very")
    focus = lab._console.shown().panel.focus_controls.focus
    assert (focus.sample, focus.time) == (8, 3)
    lab.close()


def test_another_sequence_is_looked_at_at_its_own_last_letter() -> None:
    lab = made()
    controls = lab._console.shown().panel.focus_controls
    ends = lab.snapshot().ends
    for sample in range(7, -1, -1):
        controls.sample.value = sample
        assert controls.focus.time == ends[sample] - 1
    controls.go(sample=5, time=1)
    assert (controls.focus.sample, controls.focus.time) == (5, 1)
    lab.close()


def test_the_line_above_the_pictures_does_what_the_verb_does() -> None:
    lab = made()
    tool = press(lab, "good")
    assert lab.snapshot().typed == "good"
    assert tool.widget.heard == 1
    press(lab, "", 2)
    assert lab.snapshot().typed == ""
    lab.close()


def test_the_line_says_why_a_text_cannot_be_read_and_leaves_it_there() -> None:
    lab = made()
    press(lab, "good")
    tool = press(lab, "x" * 40, 2)
    assert tool.widget.failed
    assert "at most 16 characters" in tool.widget.words
    assert lab.snapshot().typed == "good"
    press(lab, "bad", 3)
    tool.show(lab.snapshot(), None)
    assert not tool.widget.failed
    assert (tool.widget.text, tool.widget.words) == ("bad", "")
    lab.close()


def test_the_line_counts_what_the_vocabulary_does_not_have() -> None:
    lab = made()
    tool = press(lab, "q!x")
    tool.show(lab.snapshot(), None)
    assert tool.widget.words == "3 unknown, read as <UNK>"
    lab.close()


def test_the_line_follows_what_was_typed_from_code() -> None:
    lab = made()
    tool = typing(lab)
    lab.type("fun")
    tool.show(lab.snapshot(), None)
    assert tool.widget.text == "fun"
    lab.close()


@pytest.mark.parametrize(("task", "there"), [("adding", False), ("surnames", True)])
def test_the_line_stands_where_a_task_reads_texts(task: str, there: bool) -> None:
    lab = rv.Lab(task, hidden_size=4)
    assert (typing(lab) is not None) is there
    lab.close()


def test_a_lab_that_shows_some_controls_shows_the_line_where_it_is_named() -> None:
    for show, there in ((["lr"], False), (["lr", "type"], True)):
        lab = made(show=show)
        assert (typing(lab) is not None) is there
        lab.close()
