"""The knob for teacher forcing: where a network has a decoder that may read its own words, and nowhere else."""

import rnnviz as rv
from rnnviz.tasks import from_pairs

NUMBERS = [("one", "1"), ("two", "2"), ("three", "3"), ("four", "4")]


def test_a_lab_of_pairs_has_the_knob_at_first_sight_and_it_acts():
    lab = rv.Lab(from_pairs(NUMBERS), hidden_size=4, device="cpu", seed=0)
    offer = lab._console._offer()
    assert "teacher_forcing" in offer.first
    lab._console.shown()
    lab._console.knobs.widgets["teacher_forcing"].value = 0.5
    lab.train(1)
    assert lab.settings.teacher_forcing == 0.5
    lab.close()


def test_other_labs_have_no_such_knob_even_if_it_is_asked_for():
    for show in (None, ["lr", "teacher_forcing"]):
        lab = rv.Lab("adding", seq_len=10, hidden_size=4, device="cpu", show=show)
        offer = lab._console._offer()
        assert "teacher_forcing" not in (*offer.first, *offer.more)
        lab.close()


def test_translators_that_are_compared_have_it_all():
    both = rv.compare(["gru", "lstm"], task=from_pairs(NUMBERS), hidden_size=4, device="cpu")
    offer = both._console._offer()
    assert "teacher_forcing" in (*offer.first, *offer.more)
    both.close()
