"""The translations of a run: source, what is written, and a verdict that is a sign, not a colour."""

import dataclasses

from rnnviz.tasks.translation import Translation, Written
from rnnviz.training import Snapshot
from rnnviz.views import VIEWS, Focus, Picked, apply
from tests.views.pictures.pairs.translated import moment

VIEW = VIEWS["translation"]


def told(written: str, wanted: str, source: str = "12 metre") -> Snapshot:
    one = Translation(tuple(source), tuple(wanted), Written(tuple(written), None, written), None, source, wanted)
    return dataclasses.replace(moment(), translations=(one,))


def line(snapshot: Snapshot) -> str:
    texts = {view.figure(snapshot).data[1].text[0] for view in (VIEW, VIEW.score)}
    return texts.pop() if len(texts) == 1 else "the two forms differ"


def test_each_source_stands_above_what_is_written() -> None:
    snapshot = moment()
    sources, written = VIEW.figure(snapshot, Focus(sample=1)).data
    assert list(written.y - sources.y) == [1] * len(snapshot.translations)
    assert sources.text[1] == f"<b>{snapshot.translations[1].source_text}</b>"
    assert sources.text[0] == snapshot.translations[0].source_text


def test_a_right_translation_gets_a_tick() -> None:
    assert line(told("m12", "m12")) == "✓ m12"


def test_a_wrong_one_gets_a_cross_is_bold_from_the_first_mistake_on_and_shows_what_is_right() -> None:
    assert line(told("m21", "m12")) == "✗ m<b>21</b>  (right: m12)"


def test_in_a_narrow_column_what_is_right_can_be_read_whatever_was_written() -> None:
    patches = VIEW.score.patches(told("4<PAD>" * 9, "2001-03-07"), Focus(), (280, 240))
    (written,) = next(one.value for one in patches if (one.trace, one.key) == (1, "text"))
    assert written.endswith("(right: 2001-03-07)")
    assert len(written.replace("<b>", "").replace("</b>", "").replace("&lt;", "<").replace("&gt;", ">")) <= 280 / 7.6


def test_one_that_ends_too_early_or_too_late_is_wrong() -> None:
    assert line(told("m1", "m12")) == "✗ m1  (right: m12)"
    assert line(told("m122", "m12")) == "✗ m12<b>2</b>  (right: m12)"


def test_a_source_that_nobody_has_translated_gets_no_verdict() -> None:
    assert line(told("m12", "")) == "m12"


def test_what_came_with_the_data_is_text_and_not_markup() -> None:
    snapshot = told("<i>x", "m12", source="<b>12")
    assert line(snapshot) == "✗ <b>&lt;i&gt;x</b>  (right: m12)"
    assert VIEW.figure(snapshot).data[0].customdata == ("&lt;b&gt;12",)


def test_the_caption_counts_those_that_are_right() -> None:
    assert VIEW.score.figure(told("m12", "m12")).layout.meta["panels"][0]["now"] == "1 of 1 right"


def test_a_click_on_either_line_of_a_source_picks_it() -> None:
    snapshot = moment()
    for view in (VIEW, VIEW.score):
        for y in (4.0, 5.0):
            assert view.picked(snapshot, Focus(), Picked(0, 0.0, y, None)).sample == 2


def test_a_source_that_is_typed_while_the_picture_stands_gets_lines_of_its_own() -> None:
    snapshot = moment()
    figure = VIEW.figure(snapshot)
    more = dataclasses.replace(snapshot, translations=(*snapshot.translations, snapshot.translations[0]))
    apply(figure, VIEW.patches(more, Focus()))
    assert max(figure.data[1].y) < figure.layout.yaxis.range[0]
