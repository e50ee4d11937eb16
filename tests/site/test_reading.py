"""Reading a chapter: which cells show labs, ask, reveal and check, and which must run for a lab to be there."""

import pytest

from rnnviz.cli.chapters import shipped_chapters
from rnnviz.exercises.chapters.catalog import EXERCISES, PREDICTIONS
from rnnviz.site.needed import live_cells, needed_cells
from rnnviz.site.reading import asked_in, checked_in, live_in, read_chapters, revealed_in
from tests.site.books import book

CHAPTERS = read_chapters(shipped_chapters())


def test_every_lab_that_a_chapter_keeps_a_still_of_is_found() -> None:
    kept = {
        (chapter.number, cell.id)
        for chapter in CHAPTERS
        for cell in chapter.code()
        if any("image/png" in output.get("data", {}) for output in cell.outputs)
    }
    assert {(chapter.number, cell) for chapter in CHAPTERS for cell in live_cells(chapter)} == kept


def test_every_prediction_and_every_exercise_of_the_course_is_found_in_its_chapter() -> None:
    asked: dict[str, str] = {}
    revealed, checked = set(), set()
    for chapter in CHAPTERS:
        for cell in chapter.code():
            asked |= {f"{chapter.number} {name}": id for name, id in asked_in(cell.source).items()}
            held = {key[3:]: id for key, id in asked.items() if key.startswith(chapter.number)}
            revealed |= {reveal.id for reveal in revealed_in(cell.source, held)}
            checked |= {id for id in [checked_in(cell.source)] if id}
    assert set(asked.values()) == revealed == set(PREDICTIONS)
    assert checked == set(EXERCISES)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("lab = rv.Lab('adding')\nlab", "lab"),
        ("both = rv.compare(['rnn', 'gru'])\nboth", "both"),
        ("with rv.watch(model) as w:\n    display(w)\n    train()", "w"),
        ("lab = rv.Lab('adding')\nlab.train(5)", None),
        ("lab", None),
        ("%matplotlib inline\nlab = rv.Lab('adding')\nlab", "lab"),
        ("this is no Python", None),
    ],
)
def test_a_cell_shows_a_lab_if_it_makes_one_and_ends_with_it(source: str, shown: str | None) -> None:
    assert live_in(source) == shown


def test_only_the_cells_run_that_a_lab_is_made_from() -> None:
    chapter = book(
        shipped_chapters(),
        first="import rnnviz as rv",
        sizes="sizes = {'hidden_size': 4}",
        unheard="unheard = 1 / 0",
        longer="sizes['seq_len'] = 12",
        shown="lab = rv.Lab('adding', **sizes)\nlab",
        last="sizes = None",
    )
    assert needed_cells(chapter, live_cells(chapter)) == {"first", "sizes", "longer", "shown"}


def test_without_a_wanted_lab_nothing_runs() -> None:
    assert needed_cells(book(shipped_chapters(), made="a = 1", read="a"), []) == set()
