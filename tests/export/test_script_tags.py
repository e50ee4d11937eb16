"""The script of tagged sentences: it prints the very losses of the lab, to the last digit."""

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.tasks import from_tags

SENTENCES = ["to Bonn", "from Bonn to Rome now", "Rome", "by the sea in Oslo", "12 Elm St", 'Kiel , "24103"']
TAGS = ["O P", "O P O P O", "P", "O O O O P", "N S S", 'P O "']


@pytest.mark.parametrize("settings", [{}, {"bidirectional": False, "cell": "rnn", "num_layers": 2}, {"cell": "gru"}])
def test_the_script_trains_as_the_lab_does(settings, run, tmp_path):
    lab = rv.Lab(from_tags(SENTENCES, TAGS), hidden_size=6, batch_size=8, seed=3, steps=4, device="cpu", **settings)
    lab.train(4)
    lines = run(lab.code(), tmp_path)
    told = [float(line.split()[-1]) for line in lines if line.startswith("step")]
    np.testing.assert_array_equal(np.float32(told), np.float32(lab.history["loss"]))


def test_characters_are_read_by_the_labs_own_network(run, tmp_path):
    task = from_tags(["ab", "cab", "xyz"], [["O", "P"], ["P", "O", "P"], ["O"] * 3], level="char")
    lab = rv.Lab(task, hidden_size=4, batch_size=4, seed=0, steps=3, device="cpu")
    lab.train(3)
    told = [float(line.split()[-1]) for line in run(lab.code(), tmp_path) if line.startswith("step")]
    np.testing.assert_array_equal(np.float32(told), np.float32(lab.history["loss"]))
