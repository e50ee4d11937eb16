"""What a lab answers to a changed input, and its drawer that draws it."""

import numpy as np
import pytest

from rnnviz.training import perturb
from tests.lab.browser import LabMaker


def test_a_lab_answers_as_its_session_does(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.train(2)
    seen = lab.perturb(sample=2, time=3, value=2.0)
    expected = perturb(lab._session, sample=2, time=3, value=2.0)
    np.testing.assert_array_equal(seen.delta_hidden, expected.delta_hidden)
    assert repr(seen) == repr(expected)


def test_a_lab_draws_a_changed_input(make_lab: LabMaker) -> None:
    lab = make_lab(num_layers=2)
    figure = lab.figure("perturbation", sample=1, time=3, value=2.0, layer=0)
    np.testing.assert_array_equal(figure.data[2].z, lab.perturb(sample=1, time=3, value=2.0).delta_hidden[0, 0].T)


def test_a_picture_that_does_not_exist_is_refused_with_those_that_do(make_lab: LabMaker) -> None:
    with pytest.raises(ValueError, match="perturbation, got 'perturb'"):
        make_lab().figure("perturb")
