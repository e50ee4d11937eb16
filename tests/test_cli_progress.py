"""Begin a chapter afresh without losing what is in it, and read where the learners of a folder stand."""

import json
from datetime import date
from pathlib import Path
from unittest.mock import Mock

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from rnnviz.cli import main
from rnnviz.cli.chapters import copy_chapters, shipped_chapters
from rnnviz.exercises.kept.records import Attempt, Prediction

SECOND = "01_why.ipynb"
TODAY = "2026-02-03"


def test_the_command_says_what_it_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnviz.cli.chapters.date", Mock(today=lambda: date.fromisoformat(TODAY)))
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
