"""A lab shows the encoder or the decoder; which one changes no bit of the training, and padding stays NaN in both."""

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.tasks import Dates, from_pairs
from rnnviz.training import Session
from tests.training.examples import take

MIXED = [("one two", "1 2"), ("three", "3"), ("four", "444"), ("five", "5"), ("six", "66")]
SMALL = {"hidden_size": 5, "batch_size": 4, "device": "cpu"}


def session(attention="dot", part="decoder", **changes):
    made = Session(from_pairs(MIXED, test_share=0.6, attention=attention), **{**SMALL, **changes})
    made.look_into(part)
    return made


@pytest.mark.parametrize("attention", [None, "dot", "additive"])
def test_the_decoder_is_shown_with_the_lengths_of_its_targets(attention):
    made = session(attention)
    snapshot, ends = made.snapshot(), (made.probe.targets >= 0).sum(1).numpy()
    assert snapshot.module == "decoder.recurrent"
    assert snapshot.layer.hidden.shape[2:4] == made.probe.target_in.shape
    assert len(set(ends.tolist())) > 1
    np.testing.assert_array_equal(snapshot.layer.lengths, ends)
    for values in (snapshot.layer.hidden, snapshot.layer.grad_hidden):
        np.testing.assert_array_equal((~np.isnan(values[0, 0, :, :, 0])).sum(1), ends)


def test_the_decoder_s_timesteps_are_called_what_it_reads():
    made = session()
    snapshot = made.snapshot()
    for row, words in zip(made.probe.target_in.tolist(), snapshot.time_labels, strict=True):
        assert words == tuple("" if one == 0 else made.task.target_symbols[one] for one in row)
    np.testing.assert_array_equal(snapshot.inputs, made.probe.target_in)


def test_the_encoder_is_shown_first_and_as_it_reads_the_source():
    made = session(part="encoder")
    snapshot = made.snapshot()
    assert snapshot.module == "encoder.recurrent"
    np.testing.assert_array_equal(snapshot.inputs, made.probe.inputs)
    np.testing.assert_array_equal(snapshot.layer.lengths, made.probe.lengths)
    assert Session(made.task, **SMALL).snapshot().module == "encoder.recurrent"


def test_which_layer_is_shown_changes_no_bit_of_the_training():
    looked, plain = session(), session(part="encoder")
    for part in ("encoder", "decoder", "encoder"):
        looked.snapshot()
        looked.look_into(part)
        take(looked, 1)
    np.testing.assert_array_equal(looked.history["loss"], take(plain, 3))


def test_a_new_model_is_looked_at_in_the_same_part():
    made = session()
    made.settings = made.settings.replace(hidden_size=3)
    take(made, 1)
    assert made.snapshot().module == "decoder.recurrent"
    assert made.snapshot().layer.hidden.shape[-1] == 3


def test_a_part_without_a_layer_is_refused_with_those_there_are():
    made = session()
    for part in ("middle", 3, None, "dec"):
        with pytest.raises(ValueError, match=r"layer must be one of 'encoder', 'encoder\.recurrent', 'decoder', "):
            made.look_into(part)
    assert made.part == "decoder"


def test_a_lab_shows_the_decoder_when_asked(tmp_path):
    lab = rv.Lab(Dates(pairs=100), hidden_size=5, seed=0, layer="decoder")
    lab.train(1)
    assert lab.snapshot().module == "decoder.recurrent"
    assert lab.figure("hidden").data[0].z.shape == (5, 11)
    assert lab.show_layer("encoder").snapshot().module == "encoder.recurrent"
    assert lab.figure("hidden").data[0].z.shape[1] == lab.snapshot().layer.hidden.shape[3]
    lab.close()


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("layer", ["encoder", "decoder"])
def test_a_cell_of_either_part_is_taken_apart_step_by_step(cell, layer):
    lab = rv.Lab(Dates(pairs=100), hidden_size=4, cell=cell, seed=0, layer=layer)
    lab.train(1)
    snapshot = lab.snapshot()
    for time in (0, 1, 5):
        reading = lab.inspect(sample=2, time=time, unit=1)
        token = int(snapshot.inputs[2, time])
        np.testing.assert_array_equal(reading.x, snapshot.weights[f"{layer}.embedding.weight"][token])
        np.testing.assert_array_equal(reading.h, snapshot.layer.hidden[0, 0, 2, time])
    lab.close()


def test_a_shown_lab_follows_to_the_decoder():
    lab = rv.Lab(Dates(pairs=100), hidden_size=4, seed=0)
    screen = lab._console.shown()
    lab.show_layer("decoder")
    assert screen.seen.module == "decoder.recurrent"
    assert screen.panel.focus_controls.time.max == 10
    lab.close()
