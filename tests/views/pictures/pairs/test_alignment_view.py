"""The alignment of a run: rows that are written, columns that are read, as the model's own attention has them."""

import dataclasses

import numpy as np
import pytest
import torch

from rnnviz.tasks import from_pairs
from rnnviz.tasks.translation import Translation, Written
from rnnviz.training import Session, Snapshot
from rnnviz.views import VIEWS, Focus, Picked
from tests.views.pictures.pairs.translated import PAIRS, moment

ALONE, FORCED = VIEWS["alignment"], VIEWS["forced"]


def told(*translations: Translation) -> Snapshot:
    """A moment in which a translator has written this for its first probe sequences."""
    snapshot = moment()
    return dataclasses.replace(snapshot, translations=(*translations, *snapshot.translations[len(translations) :]))


def looking(written: str, wanted: str, weights: list[list[float]]) -> Translation:
    return Translation(("a", " ", "c"), tuple(wanted), Written(tuple(written), np.array(weights)))


def test_the_weights_are_those_of_the_model_step_by_step() -> None:
    task = from_pairs(PAIRS)
    torch.manual_seed(1)
    model = task.network(cell="lstm", hidden_size=8, num_layers=1, bidirectional=True, nonlinearity="tanh").eval()
    snapshot = Session(task, model=model, device="cpu").snapshot()
    batch = task.probe(2)
    source, lengths, _ = batch.arguments
    with torch.no_grad():
        reading, token = model.begin(source, lengths), torch.tensor([2, 2])
        _, expected, _ = model.step(token, reading)
    drawn = ALONE.figure(snapshot, Focus(sample=1)).data[0].z
    np.testing.assert_allclose(drawn[0, : lengths[1]], expected[1, : lengths[1]], atol=1e-6)
    assert np.isnan(drawn[0, lengths[1] :]).all()


def test_every_written_row_adds_up_to_one_and_the_rows_below_are_empty() -> None:
    snapshot = moment(steps=60)
    for view in (ALONE, FORCED):
        drawn = view.figure(snapshot).data[0].z
        rows = len(view.figure(snapshot).layout.yaxis.ticktext)
        np.testing.assert_allclose(np.nansum(drawn[:rows], axis=1), 1, atol=1e-5)
        assert np.isnan(drawn[rows:]).all()


def test_axes_are_labelled_with_what_is_read_and_what_is_written() -> None:
    layout = ALONE.figure(told(looking("xy", "xy", [[1, 0, 0], [0, 0.4, 0.6]]))).layout
    assert layout.xaxis.ticktext == ("a", "␣", "c")
    assert layout.yaxis.ticktext == ("x", "y")


def test_the_first_mistake_is_marked_by_a_sign_and_what_follows_it_is_not() -> None:
    snapshot = told(looking("xzzz", "xyzw", [[1, 0, 0]] * 4))
    assert ALONE.figure(snapshot).layout.yaxis.ticktext == ("x", "✗ z", "z", "z")
    assert "✗ not right" in ALONE.figure(snapshot).layout.annotations[0].text


def test_given_the_right_tokens_every_mistake_is_marked() -> None:
    one = looking("x", "xyzw", [[1, 0, 0]])
    forced = dataclasses.replace(one, forced=Written(("x", "z", "z", "z"), np.array([[1, 0, 0]] * 4)))
    assert FORCED.figure(told(forced)).layout.yaxis.ticktext == ("x", "✗ z", "z", "✗ z")


def test_a_typed_source_that_nobody_has_translated_has_neither_marks_nor_a_verdict() -> None:
    snapshot = told(looking("xz", "", [[1, 0, 0]] * 2))
    for view in (ALONE, FORCED):
        figure = view.figure(snapshot)
        assert figure.layout.yaxis.ticktext == ("x", "z")
        assert "✓" not in figure.layout.annotations[0].text
        assert "✗" not in figure.layout.annotations[0].text


def test_what_the_row_in_focus_looks_at_stands_bold_in_the_source() -> None:
    snapshot = told(looking("xy", "xy", [[0.9, 0, 0.1], [0.3, 0.3, 0.4]]))
    strip = ALONE.score
    bold = {row: strip.figure(snapshot, Focus(written=row)).data[1] for row in (0, 1)}
    assert bold[0].text == ("<b>a</b>",)
    assert bold[1].text == ("<b>a</b>", "<b>c</b>")
    assert list(bold[1].x) == [0, 2]


def test_the_frame_stands_around_the_row_in_focus() -> None:
    snapshot = told(looking("xyz", "xyz", [[1, 0, 0]] * 3))
    frame = ALONE.score.figure(snapshot, Focus(written=2)).data[4]
    assert (min(frame.y), max(frame.y)) == (1.5, 2.5)


def test_a_click_on_a_row_picks_the_token_and_the_timestep() -> None:
    snapshot = told(looking("xyz", "xyz", [[1, 0, 0]] * 3))
    for view, trace in ((ALONE, 0), (ALONE.score, 2)):
        focus = view.picked(snapshot, Focus(), Picked(trace=trace, x=1.0, y=1.2, time=1))
        assert (focus.written, focus.time) == (1, 1)


def test_a_row_that_is_no_longer_written_falls_back_to_the_last() -> None:
    snapshot = told(looking("xy", "xy", [[1, 0, 0], [0, 0, 1]]))
    assert ALONE.score.figure(snapshot, Focus(written=7)).data[1].text == ("<b>c</b>",)


def test_hover_over_a_row_shows_the_source_with_what_it_looks_at_bold() -> None:
    strip = ALONE.score.figure(told(looking("x", "x", [[0, 0, 1]])))
    assert strip.data[3].customdata == ("x ← a <b>c</b>",)


def test_markup_in_a_token_stays_text() -> None:
    one = Translation(("<b>",), ("<i>",), Written(("<i>",), np.array([[1.0]])))
    layout = ALONE.figure(told(one)).layout
    assert layout.xaxis.ticktext == ("&lt;b&gt;",)
    assert layout.yaxis.ticktext == ("&lt;i&gt;",)


@pytest.mark.parametrize("view", [ALONE, FORCED])
def test_a_network_without_attention_has_no_alignment(view: object) -> None:
    assert not view.exists(moment(attention=None))
    assert view.exists(moment())
    with pytest.raises(ValueError, match="there is no attention to draw"):
        view.figure(moment(attention=None))


def of_the_decoder(*translations: Translation) -> Snapshot:
    """The same moment with the decoder's layer in the score: its time is that of what is written."""
    snapshot = told(*translations)
    layer = dataclasses.replace(snapshot.layer, **_cut(snapshot.layer, 4))
    return dataclasses.replace(snapshot, layer=layer, module="decoder.recurrent")


def _cut(layer: object, steps: int) -> dict[str, object]:
    """Arrays of a layer that reads fewer timesteps."""
    names = ("hidden", "cell", "grad_hidden", "grad_hidden_direct", "grad_cell")
    gates = {name: gate[:, :, :, :steps] for name, gate in layer.gates.items()}
    arrays = {name: None if getattr(layer, name) is None else getattr(layer, name)[:, :, :, :steps] for name in names}
    return {**arrays, "gates": gates, "lengths": np.minimum(layer.lengths, steps)}


def test_over_the_decoders_time_what_is_written_runs_across_and_what_is_read_down() -> None:
    snapshot = of_the_decoder(looking("xy", "xy", [[0.9, 0, 0.1], [0, 0.2, 0.8]]))
    figure = ALONE.score.figure(snapshot, Focus(written=1))
    np.testing.assert_allclose(figure.data[2].z[:3, :2], np.array([[0.9, 0], [0, 0.2], [0.1, 0.8]]), atol=1e-6)
    assert np.isnan(figure.data[2].z[:, 2:]).all()
    assert (figure.data[0].text, figure.data[1].text) == (("x",), ("<b>y</b>",))
    assert figure.data[3].text == ("c\xa0",)
    assert (min(figure.data[4].x), max(figure.data[4].x)) == (0.5, 1.5)


def test_over_the_decoders_time_a_click_picks_the_token_of_its_timestep() -> None:
    snapshot = of_the_decoder(looking("xyz", "xyz", [[1, 0, 0]] * 3))
    focus = ALONE.score.picked(snapshot, Focus(), Picked(trace=2, x=2.0, y=1.0, time=2))
    assert (focus.written, focus.time) == (2, 2)


def test_the_picture_by_itself_keeps_the_source_across_and_then_has_no_cursor() -> None:
    snapshot = of_the_decoder(looking("xy", "xy", [[1, 0, 0], [0, 0, 1]]))
    assert ALONE.figure(snapshot).layout.xaxis.ticktext == ("a", "␣", "c")
    assert ALONE.cursor(snapshot, Focus()) is None
    assert ALONE.cursor(told(looking("xy", "xy", [[1, 0, 0], [0, 0, 1]])), Focus()) == (0.0, 1.0)
