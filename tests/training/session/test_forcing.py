"""Teacher forcing: a live ratio, drawn from the run's own generator, that pictures and scores know nothing of."""

import numpy as np
import pytest
import torch

from rnnviz.models import Seq2Seq
from rnnviz.tasks import Dates
from rnnviz.training import Session
from tests.training.examples import take

SMALL = {"hidden_size": 8, "batch_size": 8, "device": "cpu"}


def session(task=None, **changes):
    return Session(Dates(pairs=100) if task is None else task, **{**SMALL, **changes})


def test_a_ratio_below_one_trains_on_the_models_own_words():
    true, own = session(), session(teacher_forcing=0.0)
    assert take(true, 1)[0] != take(own, 1)[0]


@pytest.mark.parametrize("ratio", [1.0, 0.5])
def test_the_same_settings_train_the_same_whatever_the_global_generator_says(ratio):
    first = take(session(teacher_forcing=ratio), 4)
    torch.manual_seed(99)
    second = take(session(teacher_forcing=ratio), 4)
    np.testing.assert_array_equal(first, second)


def test_training_on_its_own_words_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    take(session(teacher_forcing=0.5), 2)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_ratio_is_live():
    changed, plain = session(), session()
    run = changed.run
    take(changed, 2), take(plain, 2)
    changed.settings = changed.settings.replace(teacher_forcing=0.0)
    take(changed, 1), take(plain, 1)
    same = changed.history["loss"] == plain.history["loss"]
    assert same.tolist() == [True, True, False]
    assert changed.run == run


def test_looking_in_between_changes_no_bit():
    seen, unseen = session(teacher_forcing=0.5), session(teacher_forcing=0.5)
    for _ in range(3):
        seen.snapshot()
        take(seen, 1)
    take(unseen, 3)
    np.testing.assert_array_equal(seen.history["loss"], unseen.history["loss"])


def test_a_picture_shows_the_forced_pass_whatever_the_ratio():
    one, other = session(teacher_forcing=0.0).snapshot(), session(teacher_forcing=1.0).snapshot()
    np.testing.assert_array_equal(one.outputs, other.outputs)
    assert one.loss == other.loss


def test_the_translator_keeps_its_own_ratio():
    made = session(teacher_forcing=0.25)
    take(made, 1)
    assert isinstance(made.model, Seq2Seq)
    assert made.model.teacher_forcing == 1
    assert made.model.coins is None


def test_undo_goes_on_with_the_same_tokens():
    left, stayed = session(teacher_forcing=0.5), session(teacher_forcing=0.5)
    take(left, 2), take(stayed, 2)
    left.settings = left.settings.replace(hidden_size=5)
    take(left, 2)
    left.undo()
    take(left, 2), take(stayed, 2)
    np.testing.assert_array_equal(left.history["loss"], stayed.history["loss"])


def test_other_networks_know_no_ratio():
    plain, asked = (session("adding", seq_len=10, teacher_forcing=ratio) for ratio in (1.0, 0.0))
    np.testing.assert_array_equal(take(plain, 2), take(asked, 2))


def test_the_exact_match_of_training_is_that_of_free_writing_at_every_ratio():
    made = session(teacher_forcing=0.0, hidden_size=32)
    take(made, 3)
    held_out = made.task.held_out()
    written = made.task.written(made.model.eval().greedy(*held_out.arguments[:2], made.task.target_len).tokens)
    right = sum(one == pair[1] for one, pair in zip(written, made.task.held_out_pairs, strict=True)) / len(written)
    assert made.evaluate()["model"] == pytest.approx(right)
