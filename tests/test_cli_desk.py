"""Begin a chapter afresh without losing what is in it, and read where the learners of a folder stand."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from rnnviz import files
from rnnviz.cli import main
from rnnviz.cli.chapters import copy_chapters, reset_chapter, shipped_chapters
from rnnviz.exercises.kept.records import Attempt, Prediction

FIRST = "00_start.ipynb"
SECOND = "01_why.ipynb"
TODAY = date.today().isoformat()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "edition"
    folder.mkdir()
    (folder / FIRST).write_text("start")
    (folder / SECOND).write_text("why")
    return folder


@pytest.fixture
def desk(tmp_path: Path, source: Path) -> Path:
    folder = tmp_path / "desk"
    copy_chapters(source, folder)
    return folder


def _files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.ipynb")}


@pytest.mark.parametrize("chapter", ["01", "1", "01_why", "01_why.ipynb"])
def test_a_changed_chapter_is_fresh_again_and_hers_is_kept_under_its_day(
    source: Path, desk: Path, chapter: str
) -> None:
    (desk / SECOND).write_text("mine")
    fresh = reset_chapter(source, desk, chapter)
    kept = f"01_why (yours, {TODAY}).ipynb"
    assert (fresh.name, fresh.kept, fresh.new) == (SECOND, kept, True)
    assert _files(desk) == {FIRST: "start", SECOND: "why", kept: "mine"}


def test_begun_afresh_twice_a_day_both_are_kept(source: Path, desk: Path) -> None:
    for words in ("mine", "mine again"):
        (desk / SECOND).write_text(words)
        reset_chapter(source, desk, "01")
    assert sorted(_files(desk).values()) == ["mine", "mine again", "start", "why"]


def test_a_chapter_that_is_as_it_was_is_left_alone(source: Path, desk: Path) -> None:
    fresh = reset_chapter(source, desk, "01")
    assert (fresh.kept, fresh.new, _files(desk)) == (None, False, {FIRST: "start", SECOND: "why"})


def test_a_chapter_that_was_thrown_away_or_is_an_older_edition_leaves_nothing_to_keep(source: Path, desk: Path) -> None:
    (desk / FIRST).unlink()
    (source / SECOND).write_text("why, second edition")
    assert reset_chapter(source, desk, "00").kept is None
    assert reset_chapter(source, desk, "01").kept is None
    assert _files(desk) == {FIRST: "start", SECOND: "why, second edition"}


def test_the_next_start_of_the_lab_finds_the_fresh_chapter_as_its_own(source: Path, desk: Path) -> None:
    (desk / SECOND).write_text("mine")
    reset_chapter(source, desk, "01")
    (source / SECOND).write_text("why, second edition")
    assert copy_chapters(source, desk).notes == (f"{SECOND} was as we left it and is now the new edition.",)


def test_where_the_fresh_copy_cannot_be_written_hers_is_as_it_was(
    source: Path, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / SECOND).write_text("mine")
    write = files.write

    def full(path: Path, fill: Any) -> Path:
        if path.name == SECOND:
            raise OSError("the disk is full.")
        return write(path, fill)

    monkeypatch.setattr(files, "write", full)
    with pytest.raises(OSError, match="the disk is full"):
        reset_chapter(source, desk, "01")
    assert _files(desk)[SECOND] == "mine"


def test_the_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy_chapters(shipped_chapters(), tmp_path)
    assert main(["chapters", "reset", "03", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "03_lstm.ipynb is as it was at first already.\n"
    (tmp_path / "03_lstm.ipynb").write_text("mine")
    assert main(["chapters", "reset", "03", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(
        f"03_lstm.ipynb is as it was at first. Yours is kept as: 03_lstm (yours, {TODAY}).ipynb\n"
    )


def test_an_unknown_chapter_and_a_missing_folder_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["chapters", "reset", "77", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(
        "rnnviz chapters: there is no chapter '77'; the chapters are 00_start_here,"
    )
    assert main(["chapters", "reset", "03", str(tmp_path / "none")]) == 2
    assert "there is no folder" in capsys.readouterr().err
    assert main(["progress", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("rnnviz progress: folder must be a folder of notebooks")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Two learners' copies of one chapter; one of them has answered."""
    sources = ['guess = rv.exercises.predict("01.shuffled")', 'rv.exercises.check("01.step", step)']
    records = [
        Prediction("01.shuffled", answer="b", said="b) B", came="b) B", right=True, at=5.0),
        Attempt("01.step", solved=True, at=5.0),
    ]
    for name in ("anna", "ben"):
        cells = [new_markdown_cell("# 01 · Why"), *map(new_code_cell, sources)]
        if name == "anna":
            for cell, record in zip(cells[1:], records, strict=True):
                cell.outputs = [new_output("display_data", metadata=record.metadata())]
        (tmp_path / name).mkdir()
        nbformat.write(new_notebook(cells=cells), tmp_path / name / SECOND)
    return tmp_path


def test_each_learners_copy_is_read_by_itself(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress", str(course)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Notebooks begun: 1 of 2. Exercises solved: 1 of 2.",
        "Notebook           Begun    Predictions made  Right when revealed  Exercises solved",
        "anna/01_why.ipynb  yes      1 of 1            1 of 1               1 of 1",
        "ben/01_why.ipynb   not yet  0 of 1            –                    0 of 1",
    ]


def test_the_report_is_plain_values_in_json(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress", str(course), "--json"]) == 0
    anna, ben = json.loads(capsys.readouterr().out)["notebooks"]
    assert (anna["file"], anna["predicted"], anna["right"], anna["solved"]) == ("anna/01_why.ipynb", 1, 1, 1)
    assert (ben["asked"], ben["predicted"], ben["exercises"], ben["solved"], ben["begun"]) == (1, 0, 1, 0, False)
