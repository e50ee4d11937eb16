"""Texts are written down whole: a recipe makes the same lab, a program trains to the same losses, bit for bit."""

import subprocess
import sys
from pathlib import Path

import pytest

import rnnviz as rv
from rnnviz.tasks import Surnames, Texts, from_texts

TEXTS = [
    "so good",
    "good fun 😍",
    "a waste of time",
    "bad, bad",
    'very "good" indeed',
    "not good at all",
    "bad fun",
    "ó sé",
]
LABELS = ["pos", "pos", "neg", "neg", "pos", "neg", "neg", "pos"]
OWN = {
    "words": {},
    "characters at every prefix": {"level": "char", "each_prefix": True},
    "frequent words": {"min_count": 2},
}


def own(name: str) -> Texts:
    return from_texts(TEXTS, LABELS, **OWN[name])


def losses(program: str, folder: Path) -> list[str]:
    (folder / "program.py").write_text(program, encoding="utf-8")
    ran = subprocess.run([sys.executable, "-W", "error", "program.py"], cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return [line.split()[-1] for line in ran.stdout.splitlines()]


def told(lab: rv.Lab) -> list[str]:
    return [f"{loss:.9g}" for loss in lab.history["loss"]]


@pytest.mark.parametrize("name", OWN)
def test_a_program_of_own_texts_prints_the_losses_of_the_lab(name: str, tmp_path: Path) -> None:
    lab = rv.Lab(own(name), hidden_size=5, batch_size=4, seed=3)
    program = lab.code(steps=4)
    assert '"good", "fun"' in program or '"g", "o"' in program
    lab.train(4)
    assert losses(program, tmp_path) == told(lab)


@pytest.mark.parametrize(("each", "cell"), [(True, "lstm"), (False, "gru")])
def test_a_program_of_the_surnames_prints_the_losses_of_the_lab(each: bool, cell: str, tmp_path: Path) -> None:
    lab = rv.Lab(Surnames(each_prefix=each), hidden_size=5, batch_size=4, cell=cell, seq_len=7, seed=1)
    program = lab.code(steps=3)
    lab.train(3)
    assert losses(program, tmp_path) == told(lab)


@pytest.mark.parametrize("name", OWN)
def test_a_recipe_holds_the_texts_and_makes_the_same_lab(name: str) -> None:
    lab = rv.Lab(own(name), hidden_size=5, batch_size=4, seed=3)
    same = rv.Lab.from_recipe(lab.recipe())
    lab.train(3)
    same.train(3)
    assert told(same) == told(lab)
    assert same.task.texts(held_out=True) == lab.task.texts(held_out=True)


def test_a_recipe_of_the_surnames_keeps_whether_every_letter_is_asked() -> None:
    recipe = rv.Lab(Surnames(each_prefix=False), hidden_size=4).recipe()
    assert not rv.Lab.from_recipe(recipe).task.each_step


def test_more_texts_than_a_program_holds_are_refused_with_a_sentence() -> None:
    task = from_texts([f"{number} " + "word " * 4000 for number in range(300)], [0, 1] * 150)
    with pytest.raises(ValueError, match=r"code\(\) writes the training texts into the program, and yours are"):
        rv.Lab(task, hidden_size=4, seq_len=5).code(steps=1)
