"""Every picture of sequences of unequal length: padding is grey, is never counted, and the cursor stops before it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from rnnviz.exercises.answers.measures import mean_gate
from rnnviz.insights import insights
from rnnviz.lab import Lab, compare
from rnnviz.training import Snapshot, perturb
from rnnviz.views import COMPARED, VIEWS, Focus, Reading, perturbation_figure
from rnnviz.views.pictures.states.memory import effective_memory
from rnnviz.views.score.gatestrip import GateStrip
from rnnviz.views.score.inputs import Inputs
from rnnviz.views.style import PADDED
from rnnviz.views.timeaxis import time_axis
from tests.training.padded import STEPS, EachLetter, FirstLetter, Sum

LONGEST = 7  # no sequence is as wide as the pictures
TASKS = {one.name: one for one in (FirstLetter, EachLetter, Sum)}
CELLS = ("rnn", "lstm", "gru")


@cache
def lab(task: str, cell: str) -> Lab:
    made = Lab(TASKS[task](LONGEST), cell=cell, hidden_size=4, bidirectional=cell == "lstm", seed=0, device="cpu")
    made.train(20)
    return made


def seen(task: str = "first-letter", cell: str = "lstm") -> Snapshot:
    return lab(task, cell).snapshot()


def shortest(snapshot: Snapshot) -> tuple[int, int]:
    """Return the number and length of the shortest sequence."""
    return min(enumerate(snapshot.layer.lengths.tolist()), key=lambda one: one[1])


def grounds(figure: Any) -> list[tuple[float, float]]:
    """Return from where to where a figure's grey ground reaches."""
    grey = [one for one in figure.layout.shapes if one.fillcolor == PADDED and one.visible is not False]
    return [(one.x0, one.x1) for one in grey]


def numbers(figure: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the places and the values of what a figure draws along time."""
    for trace in figure.data:
        values = np.asarray(trace.z if trace.type == "heatmap" else trace.y, object)
        steps = STEPS if trace.x is None else np.asarray(trace.x, object)
        yield steps, values


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", TASKS)
def test_every_picture_is_drawn_of_every_sequence(task: str, cell: str) -> None:
    snapshot = seen(task, cell)
    for name, view in VIEWS.items():
        if view.exists(snapshot):
            for sample in range(len(snapshot.ends)):
                for direction in range(snapshot.layer.hidden.shape[1]):
                    figure = view.figure(snapshot, Focus(sample=sample, direction=direction, time=STEPS - 1))
                    assert figure.data or (name, cell) == ("gates", "rnn"), name


@pytest.mark.parametrize("task", TASKS)
def test_every_picture_of_several_models_is_drawn(task: str) -> None:
    models = compare(["rnn", "gru"], task=TASKS[task](LONGEST), hidden_size=4, seed=0, device="cpu")
    models.train(2)
    snapshot = models.snapshot()
    drawn = [name for name, view in COMPARED.items() if view.exists(snapshot) and view.figure(snapshot).data]
    assert "hidden" in drawn
    models.close()


@pytest.mark.parametrize("name", ["input", "hidden", "gates", "gradients"])
@pytest.mark.parametrize("task", TASKS)
def test_strips_have_a_grey_ground_past_the_end(task: str, name: str) -> None:
    snapshot = seen(task)
    sample, length = shortest(snapshot)
    figure = lab(task, "lstm").figure(name, sample=sample)
    end = LONGEST if name == "gradients" else length  # the gradient's norm is that of all sequences
    assert figure.layout.plot_bgcolor == PADDED or grounds(figure) == [(end - 0.5, STEPS - 0.5)]
    for trace in figure.data:
        if trace.type == "heatmap":
            assert np.isnan(np.asarray(trace.z)[:, length:]).all()


@pytest.mark.parametrize("name", ["input", "gradients"])
def test_sequences_that_are_all_full_have_no_such_ground(name: str) -> None:
    full = Lab("adding", seq_len=8, hidden_size=4, seed=0, device="cpu")
    assert grounds(full.figure(name)) == []
    assert not full.snapshot().padded
    full.close()


def test_symbols_past_the_end_are_blank() -> None:
    snapshot = seen()
    sample, length = shortest(snapshot)
    shown = Inputs.of(snapshot, sample)
    letters = [TASKS["first-letter"].symbols[one] for one in snapshot.inputs[sample]]
    assert list(shown.symbols) == [*letters[:length], *[""] * (STEPS - length)]
    drawn = lab("first-letter", "lstm").figure("input", sample=sample).data[1]
    assert np.asarray(drawn.x).tolist() == list(range(length))


def test_numbers_past_the_end_are_gaps() -> None:
    snapshot = seen("sum")
    sample, length = shortest(snapshot)
    values = Inputs.of(snapshot, sample).values
    np.testing.assert_array_equal(values[:length], snapshot.inputs[sample, :length])
    assert np.isnan(values[length:]).all()


def test_the_text_ends_with_the_sequence_on_a_grey_ground() -> None:
    snapshot = seen()
    sample, length = shortest(snapshot)
    text, padding = lab("first-letter", "lstm").figure("text", sample=sample).data
    assert [one for row in text.text for one in row][length:] == [""] * (np.size(text.text) - length)
    assert np.isfinite(np.ravel(text.z)).sum() == length
    assert np.isfinite(np.ravel(padding.z)).sum() == STEPS - length


def test_means_are_those_of_the_valid_part() -> None:
    snapshot = seen()
    layer = snapshot.layer
    valid = np.concatenate([layer.gates["f"][0, 0, b, :length] for b, length in enumerate(layer.lengths)])
    assert mean_gate("f")(snapshot) == pytest.approx(valid.mean(), rel=1e-6)
    np.testing.assert_allclose(effective_memory(snapshot, Focus()), 1 / (1 - valid.mean(0, dtype=float)), rtol=1e-5)
    np.testing.assert_allclose(layer.saturation["f"].high[0, 0], (valid > 0.9).mean(0))
    sample, length = shortest(snapshot)
    mark = GateStrip().figure(snapshot, Focus(sample=sample)).layout.meta["panels"][0]["bar"]["mark"]
    assert mark == pytest.approx(layer.gates["f"][0, 0, sample, :length].mean(), rel=1e-5)


def test_the_gradient_s_norm_is_that_of_the_sequences_that_have_the_step() -> None:
    snapshot = seen()
    gradient, lengths = snapshot.layer.grad_hidden[0, 0].astype(float), snapshot.layer.lengths
    truth = [np.sqrt((gradient[lengths > t, t] ** 2).sum()) for t in range(STEPS)]
    np.testing.assert_allclose(snapshot.horizon.norms[-1][0, 0], truth, rtol=1e-5)


@pytest.mark.parametrize("name", ["gradients", "theory"])
@pytest.mark.parametrize("cell", CELLS)
def test_where_no_sequence_is_as_long_there_is_no_gradient_and_none_of_0(cell: str, name: str) -> None:
    snapshot = seen("first-letter", cell)
    for view in (VIEWS[name], VIEWS[name].score):
        figure = view.figure(snapshot)
        curves = [np.asarray(one.y, np.float64) for one in figure.data if one.y is not None and len(one.y) >= LONGEST]
        assert any(np.isfinite(one[:LONGEST]).any() for one in curves)
        assert all(np.isnan(one[LONGEST:]).all() for one in curves)
        assert f"t = {LONGEST}" not in " ".join(note.text for note in figure.layout.annotations)


@pytest.mark.parametrize("cell", CELLS)
def test_no_insight_takes_padding_for_a_vanished_gradient_or_for_dead_units(cell: str) -> None:
    snapshot = seen("first-letter", cell)
    assert snapshot.layer.hidden.std(where=np.isfinite(snapshot.layer.hidden)) > 0.01
    assert not {one.rule for one in insights(snapshot)} & {"vanishing", "dead"}


def test_the_time_axis_says_once_where_padding_begins_and_its_flag_reads_no_further() -> None:
    snapshot = seen()
    sample, length = shortest(snapshot)
    words = time_axis(snapshot, sample)
    assert (words["end"], words["padding"]) == (length, "padding")
    assert len(words["labels"]) == length
    assert "end" not in time_axis(seen_full(), 0)


def seen_full() -> Snapshot:
    full = Lab("temporal-order", seq_len=10, hidden_size=4, seed=0, device="cpu")
    snapshot = full.snapshot()
    full.close()
    return snapshot


def test_a_focus_moves_back_to_the_sequence_s_end_and_a_call_beyond_it_is_refused() -> None:
    snapshot = seen()
    sample, length = shortest(snapshot)
    assert Focus(sample=sample, time=STEPS - 1).within(snapshot.layer).time == length - 1
    with pytest.raises(ValueError, match=rf"time must be from 0 to {length - 1} in sequence {sample}"):
        lab("first-letter", "lstm").figure("hidden", sample=sample, time=length)


@pytest.mark.parametrize("direction", [0, 1])
@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_is_read_at_both_ends_of_a_padded_sequence(cell: str, direction: int) -> None:
    snapshot = seen("each-letter", cell)
    if direction >= snapshot.layer.hidden.shape[1]:
        direction = 0
    for sample, length in enumerate(snapshot.layer.lengths.tolist()):
        for time in (0, length - 1):
            reading = Reading.of(snapshot, Focus(sample=sample, time=time, direction=direction))
            assert np.isfinite(reading.h).all()
            assert "nan" not in repr(reading).lower()


@pytest.mark.parametrize("task", TASKS)
def test_a_perturbation_counts_no_padding(task: str) -> None:
    session = lab(task, "gru")._session
    sample, length = shortest(lab(task, "gru").snapshot())
    value: Any = 0.9 if task == "sum" else "a" if session.probe.inputs[sample, 0] != 1 else "b"
    change = perturb(session, sample=sample, time=0, value=value)
    assert change.end == length
    assert "nan" not in repr(change).lower()
    figure = perturbation_figure(change)
    assert f"{length} steps" in " ".join(one.text for one in figure.layout.annotations) or length == 1
    assert np.isfinite(figure.layout.yaxis.range).all()


def test_a_light_frame_has_the_same_ground_as_the_whole_one() -> None:
    session = lab("first-letter", "lstm")._session
    whole = session.snapshot()
    for sample in range(len(whole.ends)):
        light = session.light(whole, sample)
        for name in ("input", "hidden", "gates"):
            now, then = (VIEWS[name].figure(one, Focus(sample=sample)) for one in (light, whole))
            assert grounds(now) == grounds(then)
            assert now.layout.plot_bgcolor == then.layout.plot_bgcolor


def test_the_choice_of_a_sequence_says_how_long_it_is_and_offers_no_timestep_past_its_end() -> None:
    shown = lab("first-letter", "gru")
    controls = shown._console.shown().panel.focus_controls
    sample, length = shortest(shown.snapshot())
    controls.look(Focus(sample=sample))
    controls.fit(shown.snapshot())
    assert controls.sample.description == ("sequence (1 step)" if length == 1 else f"sequence ({length} steps)")
    assert controls.time.max == length - 1


def test_the_time_axis_of_the_score_goes_as_far_as_the_longest_sequence() -> None:
    strip = VIEWS["hidden"].score
    assert strip is not None
    assert strip.figure(seen("first-letter", "lstm")).layout.xaxis.range == (-0.5, LONGEST - 0.5)
