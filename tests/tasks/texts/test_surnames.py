"""The names are counted, no name stands in two languages, and no family on both sides of the split."""

from collections import Counter

import pytest
import torch

from rnnviz.tasks import Surnames, make
from rnnviz.tasks.texts import surnames
from rnnviz.tasks.texts.surnames import LANGUAGES, family, names

COUNTS = {
    "Croatian": 792,
    "Dutch": 1029,
    "English": 461,
    "Estonian": 474,
    "Finnish": 371,
    "French": 340,
    "German": 383,
    "Irish": 2374,
    "Italian": 1154,
    "Slovak": 1757,
    "Spanish": 1044,
    "Swedish": 451,
}


@pytest.fixture(scope="module")
def task() -> Surnames:
    return Surnames()


def test_every_language_has_as_many_names_as_the_chapter_says() -> None:
    assert Counter(language for _, language in names()) == COUNTS
    assert set(COUNTS) == set(LANGUAGES)


def test_no_name_stands_in_two_languages() -> None:
    assert len({name for name, _ in names()}) == len(names()) == 10_630


@pytest.mark.parametrize("known", ["garcia", "martin", "andersson", "kowalski"])
def test_a_name_that_two_languages_share_or_that_no_list_has_is_not_there(known: str) -> None:
    assert known not in {name for name, _ in names()}


def test_a_fifth_of_each_language_is_held_out(task: Surnames) -> None:
    _, languages = task.texts(held_out=True)
    for language, count in Counter(languages).items():
        assert count == pytest.approx(COUNTS[language] / 5, abs=5)
    assert len(languages) == 2125


def test_no_family_is_on_both_sides(task: Surnames) -> None:
    sides = [{family(name) for name in task.texts(held_out=held)[0]} for held in (False, True)]
    assert not sides[0] & sides[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [("novák", "nováková"), ("ó murchú", "ní mhurchú"), ("mac carthaigh", "nic charthaigh"), ("kováč", "kovac")],
)
def test_forms_of_one_name_are_one_family(one: str, other: str) -> None:
    assert family(one) == family(other)


def test_the_letters_are_those_of_the_training_names_alone(task: Surnames) -> None:
    train, _ = task.texts(held_out=False)
    assert set(task.symbols[2:]) == set("".join(train))
    assert task.symbols[:2] == ("<PAD>", "<UNK>")


def test_every_prefix_is_asked_and_the_padding_is_not(task: Surnames) -> None:
    held_out = task.held_out()
    places = torch.arange(task.seq_len) < held_out.lengths[:, None]
    assert ((held_out.targets >= 0) == places).all()
    assert ((held_out.inputs > 0) == places).all()


def test_asked_once_a_name_has_one_answer() -> None:
    once = Surnames(each_prefix=False)
    assert once.held_out().targets.shape == (2125,)
    assert not once.each_step


def test_the_metric_judges_the_answer_after_the_last_letter(task: Surnames) -> None:
    held_out = task.held_out()
    outputs = torch.zeros(len(held_out), task.seq_len, 12)
    ends = held_out.lengths - 1
    rows = torch.arange(len(held_out))
    outputs[rows, ends, held_out.targets[rows, ends]] = 1.0
    assert task.metric(outputs, held_out.targets) == 1
    outputs[rows, ends] *= -1
    assert task.metric(outputs, held_out.targets) == 0


def test_always_irish_is_the_rule_to_beat(task: Surnames) -> None:
    assert list(task.baselines().values()) == [pytest.approx(470 / 2125)]


def test_the_same_names_are_held_out_whoever_asks(task: Surnames) -> None:
    assert make("surnames").texts(held_out=True) == task.texts(held_out=True)


def test_without_faker_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name="faker")

    monkeypatch.setattr(surnames.importlib, "import_module", missing)
    with pytest.raises(
        ModuleNotFoundError, match=r"come with Faker 40\.63\.0, which is missing; run: pip install faker"
    ):
        names.__wrapped__()


def test_another_version_of_faker_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surnames, "version", lambda _name: "99.0")
    assert "Faker 99.0" in Surnames().source
    assert "measured with its version 40.63.0" in Surnames().source
