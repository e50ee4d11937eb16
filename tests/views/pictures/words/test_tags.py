"""Tags word by word and tag by tag: every box and dot is the number that the model gave."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

import rnnviz as rv
from rnnviz.tasks import from_tags
from rnnviz.views import VIEWS, Focus, Picked
from rnnviz.views.pictures.words.taglines import TagLines
from rnnviz.views.pictures.words.tagscores import CASES

BOXES, WORDS, MARKS = range(3)


def towns(count=60):
    """Sentences of four words, more than CASES of which are held out."""
    drawn = np.random.default_rng(0)
    sentences = [
        [f"town{drawn.integers(10)}x{chr(97 + row % 26)}{row}", "by", f"the{row}", "sea"][: 2 + row % 3]
        for row in range(count)
    ]
    return sentences, [["P", "O", "O", "W"][: len(one)] for one in sentences]


@pytest.fixture(scope="module")
def lab():
    lab = rv.Lab(from_tags(*towns(120), test_share=0.4, name="towns"), hidden_size=8, seed=0)
    lab.train(5)
    return lab


@pytest.fixture(scope="module")
def snapshot(lab):
    return lab.snapshot()


def cells(figure, row):
    """The numbers of a row, a run of equal ones once, without empty places."""
    values = figure.data[BOXES].z[row]
    runs = np.split(values, np.flatnonzero(np.isnan(values)))
    return [int(run[~np.isnan(run)][0]) for run in runs if (~np.isnan(run)).any()]


@pytest.mark.parametrize("sample", range(4))
def test_the_boxes_are_the_right_tags_and_the_models_largest_scores(snapshot, sample):
    figure = VIEWS["tags"].figure(snapshot, Focus(sample=sample))
    end = snapshot.layer.lengths[sample]
    said = snapshot.outputs[sample, :end].argmax(-1)
    assert cells(figure, 1) == snapshot.targets[sample, :end].tolist()
    assert cells(figure, 2) == said.tolist()
    assert len(figure.data[MARKS].x) == (said != snapshot.targets[sample, :end]).sum()
    assert figure.layout.annotations[0].text == f"{(said == snapshot.targets[sample, :end]).sum()} of {end} right"


def test_words_and_names_stand_in_the_middle_of_their_boxes(snapshot):
    figure = VIEWS["tags"].figure(snapshot, Focus())
    words = dict(zip(figure.data[WORDS].text, figure.data[WORDS].x, strict=True))
    first = f"<b>{snapshot.time_labels[0][0]}</b>"
    row = figure.data[BOXES].z[1]
    assert words[first] == pytest.approx((np.flatnonzero(np.isnan(row))[0] - 1) / 2)


def test_a_long_line_is_broken_and_nothing_is_lost(snapshot):
    longest = int(np.argmax(snapshot.layer.lengths))
    wide, narrow = (TagLines(snapshot, longest, columns) for columns in (200, 12))
    assert len(narrow.rows) > len(wide.rows)
    assert sorted(narrow.words) == sorted(wide.words)
    assert max(narrow.places[0]) < 12


def test_lines_are_read_from_the_top_and_no_axis_chooses_its_own_range(snapshot):
    figure = VIEWS["tags"].figure(snapshot, Focus())
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert (figure.layout.xaxis.autorange, figure.layout.yaxis.autorange) == (False, False)


def test_rows_are_as_high_in_a_high_picture(snapshot):
    low, high = (VIEWS["tags"].patches(snapshot, Focus(), (700, height)) for height in (76, 380))
    ranges = [next(one.value for one in patches if one.key == "yaxis.range") for patches in (low, high)]
    assert [(bottom - top) * 19 for bottom, top in ranges] == pytest.approx([76, 380])


def test_a_click_takes_the_word_into_focus(snapshot):
    view, lines = VIEWS["tags"], TagLines(snapshot, 0, int(700 / 7.4))
    for word, x, y in zip(lines.words, *lines.places, strict=True):
        step = view.picked(snapshot, Focus(), Picked(BOXES, float(x), float(y), None)).time
        assert word in (f"<b>{snapshot.time_labels[0][step]}</b>", *lines.classes)
    assert view.picked(snapshot, Focus(time=1), Picked(BOXES, 90.0, 0.0, None)).time == 1


def test_what_is_typed_has_answers_and_no_crosses(lab):
    lab.type("town1 by")
    snapshot = lab.snapshot()
    lab.type("")
    sample = len(snapshot.layer.lengths) - 1
    figure = VIEWS["tags"].figure(snapshot, Focus(sample=sample))
    assert cells(figure, 1) == []
    assert cells(figure, 2) == snapshot.outputs[sample, :2].argmax(-1).tolist()
    assert len(figure.data[MARKS].x) == 0


def test_characters_stand_in_their_boxes():
    lab = rv.Lab("python-tokens", seq_len=30, hidden_size=4, seed=0)
    snapshot = lab.snapshot()
    figure = VIEWS["tags"].figure(snapshot, Focus(sample=1))
    assert figure.layout.yaxis.ticktext == ("right", "said", "")
    assert figure.data[BOXES].z[0][:30].tolist() == snapshot.targets[1].tolist()
    assert len(figure.data[WORDS].text) == 60
    assert "keyword" in figure.layout.annotations[1].text


def test_two_models_stand_below_one_truth():
    both = rv.compare(
        [{"bidirectional": True}, {"bidirectional": False}], task="python-tokens", seq_len=20, hidden_size=4
    )
    snapshot = both.snapshot()
    figure = both.figure("tags")
    assert [row for row in figure.layout.yaxis.ticktext if row] == ["right", *snapshot.models]
    for row, one in zip((1, 3), snapshot.models.values(), strict=True):
        assert figure.data[BOXES].z[row][:20].tolist() == one.outputs[0].argmax(-1).tolist()


def test_neither_picture_is_of_a_task_with_one_answer_a_sequence():
    snapshot = rv.Lab("temporal-order", hidden_size=4, seed=0).snapshot()
    assert not VIEWS["tags"].exists(snapshot)
    assert not VIEWS["tagscores"].exists(snapshot)


def test_the_dots_are_scikit_learns_scores_of_the_held_out_part(lab, snapshot):
    figure = VIEWS["tagscores"].figure(snapshot)
    held_out = lab.task.held_out()
    lab.model.eval()
    said = lab.model(*held_out.arguments).argmax(-1).numpy(force=True)
    truth = held_out.targets.numpy()
    wanted = truth >= 0
    *shares, cases = precision_recall_fscore_support(truth[wanted], said[wanted], labels=range(3), zero_division=0)
    order = [tag for tag in np.argsort(-cases, kind="stable") if cases[tag] >= CASES]
    assert 0 < len(order) < 3
    names = [f"{lab.task.classes[tag]} ({cases[tag]:,})" for tag in order]
    assert list(figure.layout.yaxis.ticktext) == names
    for trace, share in zip(figure.data[1:], shares, strict=True):
        np.testing.assert_allclose(trace.x, share[order], atol=1e-6)
