"""What a chapter asks of its reader and when, in figures: she plays first, predicts, and is told beside it."""

import re

import pytest

from rnnviz.exercises.chapters.catalog import EXERCISES, PREDICTIONS
from tests.chapters.measures import CHAPTERS, KINDS, Chapter, table

PLAYS_FIRST = ("00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16")
LATER = [path for path in CHAPTERS if path.stem[:2] in PLAYS_FIRST]
every_chapter = pytest.mark.parametrize(
    "chapter", [Chapter(path) for path in LATER], ids=lambda chapter: chapter.path.stem
)


@every_chapter
def test_a_lab_stands_among_the_first_three_code_cells_behind_few_words(chapter: Chapter) -> None:
    assert chapter.code_cells_before_playing <= 2
    assert chapter.words_before_playing <= 200


@every_chapter
def test_the_opening_lab_has_two_knobs_and_four_strips_at_most(chapter: Chapter) -> None:
    opener = chapter.live[0]
    assert opener.knobs <= 2
    assert opener.strips is not None
    assert opener.strips <= 4


@every_chapter
def test_it_stays_within_what_a_reader_has_time_for(chapter: Chapter) -> None:
    assert chapter.words <= 3500
    assert len(chapter.code) <= 45
    assert chapter.brackets <= 20


@every_chapter
def test_at_least_half_of_its_live_cells_follow_a_prediction(chapter: Chapter) -> None:
    assert 2 * len(chapter.predicted_live) >= len(chapter.live)


@every_chapter
def test_it_asks_for_two_predictions_and_shows_each_beside_its_result(chapter: Chapter) -> None:
    assert len(chapter.asked) >= 2
    assert sorted(chapter.answered) == sorted(chapter.asked)


@every_chapter
def test_what_it_tells_to_look_for_are_at_most_four_folded_answers_in_a_row(chapter: Chapter) -> None:
    cells = [cell.source.count("<details>") for cell in chapter.book.cells if cell.cell_type == "markdown"]
    assert max(cells) <= 4
    assert sum(cells) >= 2
    assert chapter.text.count("<details>") == chapter.text.count("</details>") == chapter.text.count("<summary>")


@every_chapter
def test_an_exercise_is_at_the_lab_one_on_a_picture_and_one_is_open(chapter: Chapter) -> None:
    for kind in KINDS:
        assert sum(kind in exercise for exercise in chapter.exercises) == 1, kind
    assert 3 <= len(chapter.exercises) <= 5


@every_chapter
def test_no_exercise_but_the_one_of_its_point_counts_parameters(chapter: Chapter) -> None:
    counted = {id for id in chapter.checked if "parameter-count" in id}
    assert counted <= {"01.parameter-count"}


@every_chapter
def test_its_history_has_five_dated_lines(chapter: Chapter) -> None:
    found = re.search(r"^> \*\*History\*\*.*\n(?:>\n)?((?:> \* .*\n?)+)", chapter.text, re.MULTILINE)
    assert found, "a block that begins with > **History**"
    lines = found[1].strip().splitlines()
    assert len(lines) == 5
    assert [line for line in lines if not re.search(r"\b(1[6-9]|20)\d\d\b", line)] == []


@every_chapter
def test_an_idea_is_asked_again_two_chapters_later(chapter: Chapter) -> None:
    ids = set(chapter.asked) | chapter.checked
    assert set(chapter.again) <= ids
    assert all(int(earlier) <= chapter.number - 2 for earlier in chapter.again.values())
    assert bool(chapter.again) == (chapter.number >= 2)


@every_chapter
def test_an_exercise_wants_an_idea_where_the_chapter_has_not_shown_it(chapter: Chapter) -> None:
    assert chapter.transfer in chapter.checked


def test_each_prediction_and_exercise_is_asked_by_the_chapter_that_it_belongs_to() -> None:
    for chapter in map(Chapter, CHAPTERS):
        ids = set(chapter.asked) | chapter.checked
        assert {id[:2] for id in ids} == {f"{chapter.number:02}"}
        assert ids <= set(EXERCISES) | set(PREDICTIONS)


def test_the_table_has_a_row_for_every_chapter() -> None:
    assert [row.split("|")[1].strip() for row in table().splitlines()[2:]] == [path.stem[:2] for path in CHAPTERS]
