"""Digits: the same images in three orders, split once, scaled on the part that is trained on."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from rnnviz import tasks
from rnnviz.tasks import Digits
from rnnviz.tasks.longrange.digits import ORDERS, held_out_images, places
from tests.seeds import generator


def images(task, inputs):
    """Ink of each image, (image, 64), from what a model is given: scaled back and put into place."""
    ink = load_digits().images
    kept = np.setdiff1d(np.arange(len(ink)), held_out_images())
    back = inputs.double().numpy().reshape(len(inputs), 64) * ink[kept].std() + ink[kept].mean()
    placed = np.empty_like(back)
    placed[:, places(task.order)] = back
    return placed


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_reads_the_same_images(order):
    task, truth = Digits(order), load_digits()
    batch = task.held_out()
    assert batch.inputs.shape == ((397, 8, 8) if order == "rows" else (397, 64, 1))
    np.testing.assert_allclose(images(task, batch.inputs), truth.data[held_out_images()], rtol=0, atol=1e-5)
    np.testing.assert_array_equal(batch.targets, truth.target[held_out_images()])


@pytest.mark.parametrize("order", ORDERS)
def test_no_image_is_trained_on_that_is_scored(order):
    task, truth = Digits(order), load_digits()
    drawn = task.batch(6000, generator())
    found = {one.tobytes() for one in np.round(images(task, drawn.inputs)).astype(np.int8)}
    kept = np.setdiff1d(np.arange(1797), held_out_images())
    trained = {one.tobytes() for one in truth.data[kept].astype(np.int8)}
    assert found <= trained
    assert len(found) > 1300  # of 1,400, drawn with replacement
    assert not found & {one.tobytes() for one in truth.data[held_out_images()].astype(np.int8)}


def test_ink_is_standardised_on_the_part_that_is_trained_on():
    inputs = Digits("pixels")._trained.inputs.double()
    assert len(inputs) == 1400
    assert float(inputs.mean()) == pytest.approx(0, abs=1e-6)
    assert float(inputs.std(correction=0)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("numbers", "told"),
    [(held_out_images(), "d85a6ef8feab8904"), (places("shuffled"), "0daab6b3b5c3b00f")],
    ids=["split", "shuffle"],
)
def test_split_and_shuffle_are_the_same_everywhere(numbers, told):
    assert hashlib.sha256(numbers.astype("<i8").tobytes()).hexdigest()[:16] == told


def test_a_shuffle_moves_every_pixel_to_one_place():
    assert sorted(places("shuffled")) == list(range(64))
    neighbours = np.abs(np.diff(places("shuffled"))) == 1
    assert neighbours.mean() < 0.1


def test_every_digit_is_among_the_held_out():
    assert np.bincount(Digits().held_out().targets).min() > 25


def test_baselines_are_what_sklearn_says_of_the_same_split():
    from sklearn.linear_model import RidgeClassifier

    truth = load_digits()
    kept = np.setdiff1d(np.arange(1797), held_out_images())
    ridge = RidgeClassifier().fit(truth.data[kept], truth.target[kept])
    simple = ridge.score(truth.data[held_out_images()], truth.target[held_out_images()])
    usual = np.bincount(truth.target[kept]).argmax()
    found = Digits("shuffled").baselines()
    assert found["the most frequent digit"] == np.mean(truth.target[held_out_images()] == usual)
    assert simple - 0.02 < found["regression on all pixels at once"] < 0.99
    assert found == Digits().baselines()


@pytest.mark.parametrize(
    ("order", "first"), [("rows", "row 1"), ("pixels", "1,1"), ("shuffled", None)], ids=["rows", "pixels", "shuffled"]
)
def test_a_timestep_says_which_pixels_it_reads(order, first):
    task = Digits(order)
    labels, picture = task.time_labels(2), task.input_picture(2)
    index = held_out_images()[task.probe_index(2)]
    assert picture.answer == str(load_digits().target[index])
    if order == "rows":
        assert labels[0] == first
        assert picture.values is None
        return
    image = load_digits().images[index]
    for label, ink in zip(labels, picture.values, strict=True):
        row, column = map(int, label.split(","))
        assert ink == image[row - 1, column - 1]
    assert first in (None, labels[0])


@pytest.mark.parametrize("order", ORDERS)
def test_a_recipe_keeps_the_order(order):
    made = tasks.from_recipe(Digits(order).to_recipe())
    assert type(made) is Digits
    assert made.order == order
    assert torch.equal(made.held_out().inputs, Digits(order).held_out().inputs)


@pytest.mark.parametrize(("order", "kind"), [("columns", ValueError), (3, (TypeError, ValueError))])
def test_another_order_is_refused_with_those_that_there_are(order, kind):
    with pytest.raises(kind, match="order must be one of rows, pixels, shuffled, got"):
        Digits(order)


def test_without_scikit_learn_a_sentence_says_what_to_install():
    program = (
        "import sys\nsys.modules['sklearn'] = None\nimport rnnviz as rv\nrv.tasks.make('adding')\n"
        "try:\n    rv.tasks.make('digits')\nexcept ModuleNotFoundError as error:\n    print(error.name, error)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert told.stdout.strip() == (
        "sklearn the digits come with scikit-learn, which is not installed; run: pip install 'rnnviz[chapters]'"
    )


def test_scikit_learn_is_not_loaded_for_other_tasks():
    program = "import sys, rnnviz as rv\nrv.tasks.make('copy-memory')\nprint('sklearn' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert told.stdout.strip() == "False"
