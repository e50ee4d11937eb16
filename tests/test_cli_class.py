"""A teacher reads what a class has answered: a row a learner and item, and a sentence for whatever is passed over."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from rnnviz.cli import main
from rnnviz.cli.classroom import table
from rnnviz.exercises import classroom
from rnnviz.exercises.classroom import COLUMNS, Answered, class_report
from rnnviz.exercises.kept.records import Attempt, Prediction

ASKED = ['rv.exercises.predict("01.shuffled")', 'rv.exercises.check("01.step", step)']
SAID = Prediction("01.shuffled", answer="b", said="b) no", came="b) no", right=True, at=5.0)
SOLVED = Attempt("01.step", solved=True, kind="right", tries=3, at=7.0)


def notebook(path: Path, *records: Prediction | Attempt, asked: list[str] = ASKED) -> Path:
    """Write a learner's notebook in which this was answered."""
    outputs = [new_output("display_data", metadata=record.metadata()) for record in records]
    cells = [new_markdown_cell("# 01 · Why"), *map(new_code_cell, asked), new_code_cell("", outputs=outputs)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """What the command says of the folder: its rows, and its sentences but the last, which counts."""

    def told() -> tuple[list[dict[str, str]], list[str]]:
        assert main(["class", "report", str(tmp_path)]) == 0
        printed = capsys.readouterr()
        return list(csv.DictReader(io.StringIO(printed.out))), printed.err.splitlines()[:-1]

    return told


def test_a_row_a_learner_and_item_says_what_was_answered(tmp_path: Path, told: Any) -> None:
    notebook(tmp_path / "ben" / "01.ipynb")
    notebook(tmp_path / "anna" / "week 1" / "01.ipynb", SAID, SOLVED)
    rows, notes = told()
    assert notes == []
    assert [list(row.values()) for row in rows] == [
        [
            "anna",
            "01.shuffled",
            "prediction",
            "week 1/01.ipynb",
            "yes",
            "b) no",
            "yes",
            "",
            "1970-01-01T00:00:05+00:00",
        ],
        ["anna", "01.step", "exercise", "week 1/01.ipynb", "yes", "right", "yes", "3", "1970-01-01T00:00:07+00:00"],
        ["ben", "01.shuffled", "prediction", "01.ipynb", "no", "", "", "", ""],
        ["ben", "01.step", "exercise", "01.ipynb", "no", "", "", "", ""],
    ]


def test_the_table_can_be_written_to_a_file_and_nothing_is_printed_then(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook(tmp_path / "class" / "Zoë" / "01.ipynb", SAID)
    assert main(["class", "report", str(tmp_path / "class"), "--out", str(tmp_path / "class.csv")]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "Learners: 1. Rows: 2.\n")
    written = (tmp_path / "class.csv").read_text(encoding="utf-8")
    assert [row["learner"] for row in csv.DictReader(io.StringIO(written))] == ["Zoë"] * 2


def test_of_two_copies_the_later_answer_counts(tmp_path: Path, told: Any) -> None:
    notebook(tmp_path / "anna" / "01.ipynb")
    notebook(tmp_path / "anna" / "01 (yours).ipynb", Attempt("01.step", solved=False, kind="shape", at=3.0))
    notebook(tmp_path / "anna" / "old" / "01.ipynb", Attempt("01.step", solved=False, kind="type", at=2.0))
    rows, _ = told()
    assert [(row["item"], row["answer"]) for row in rows] == [("01.shuffled", ""), ("01.step", "shape")]


@pytest.mark.parametrize(
    ("bytes_", "sentence"),
    [
        (b"{", "is no notebook"),
        (b"", "is no notebook"),
        (b"[]", "is no notebook"),
        (b'{"cells": "none"}', "is no notebook"),
        ("{'cells': ['é']}".encode("latin-1"), "is no notebook"),
        (b"[" * 100_000, "is no notebook"),
        (b'{"cells": [' + b"9" * 10_000 + b"]}", "is no notebook"),
        (b'{"cells": []}', "asks no prediction and no exercise"),
        (b'{"cells": [3, null, {"cell_type": "code", "outputs": [{"metadata": 4}]}]}', "asks no prediction"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_file_that_is_no_notebook_of_ours_is_told_and_gone_past(
    tmp_path: Path, told: Any, bytes_: bytes, sentence: str
) -> None:
    notebook(tmp_path / "anna" / "01.ipynb", SOLVED)
    (tmp_path / "anna" / "00.ipynb").write_bytes(bytes_)
    rows, [note] = told()
    assert len(rows) == 2
    assert note.startswith("rnnviz class: ")
    assert "00.ipynb" in note
    assert sentence in note


def test_a_link_is_not_followed_whether_to_a_file_or_to_a_folder(tmp_path: Path, told: Any) -> None:
    hers = notebook(tmp_path / "anna" / "01.ipynb", SOLVED)
    (tmp_path / "ben").mkdir()
    (tmp_path / "ben" / "01.ipynb").symlink_to(hers)
    (tmp_path / "ben" / "mine").symlink_to(tmp_path / "anna")
    (tmp_path / "carl").symlink_to(tmp_path / "anna")
    (tmp_path / "ben" / "gone.ipynb").symlink_to(tmp_path / "nowhere")
    rows, notes = told()
    assert {row["learner"] for row in rows} == {"anna"}
    assert [note.rpartition("/")[2] for note in notes] == [
        f"{name}' is a link and was not followed." for name in ("carl", "mine", "01.ipynb", "gone.ipynb")
    ]


def test_a_huge_file_is_not_read(tmp_path: Path, told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook(tmp_path / "anna" / "01.ipynb")
    with (tmp_path / "anna" / "02.ipynb").open("wb") as file:
        file.truncate(2 * 10**9)
    rows, [note] = told()
    assert len(rows) == 2
    assert note.endswith("02.ipynb' is larger than 50 MB and was not read.")


def test_a_notebook_in_nobodys_folder_is_told(tmp_path: Path, told: Any) -> None:
    notebook(tmp_path / "01.ipynb", SOLVED)
    rows, [note] = told()
    assert rows == []
    assert note.endswith("01.ipynb' lies in no learner's folder and was left out.")


@pytest.mark.parametrize("name", ["01.ipynb", "."])
def test_what_may_not_be_read_is_told(tmp_path: Path, told: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def refused(path: Any, *arguments: Any, **options: Any) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    notebook(tmp_path / "anna" / "01.ipynb")
    monkeypatch.setattr(*((os, "scandir") if name == "." else (classroom, "read_notebook")), refused)
    rows, [note] = told()
    assert rows == []
    assert note.endswith("could not be read: Permission denied.")


def test_what_is_hidden_is_nobodys(tmp_path: Path, told: Any) -> None:
    notebook(tmp_path / "anna" / ".ipynb_checkpoints" / "01-checkpoint.ipynb", SOLVED)
    notebook(tmp_path / ".trash" / "01.ipynb", SOLVED)
    assert told() == ([], [])


@pytest.mark.parametrize(
    "words", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r\n=1", "  =1", "＝1", "|calc", "=HYPERLINK(1;2)"]
)
def test_a_cell_that_a_spreadsheet_would_reckon_is_told_to_be_text(tmp_path: Path, told: Any, words: str) -> None:
    hers = Prediction("own", answer=words, said=words, at=1.0)
    notebook(tmp_path / "anna" / "01.ipynb", hers, Attempt(words, solved=True, kind=words))
    rows, _ = told()
    values = [value for row in rows for value in row.values()]
    assert sum(value.startswith("'") for value in values) == 3
    assert not [value for value in values if value.strip()[:1] in set("=+-@|＝")]
    assert not [value for value in values if not value.isprintable()]


def test_a_learner_s_name_may_be_a_formula(tmp_path: Path, told: Any) -> None:
    notebook(tmp_path / "=2+2" / "01.ipynb")
    assert {row["learner"] for row in told()[0]} == {"'=2+2"}


def test_a_learner_s_name_may_hold_bytes_that_are_no_letters() -> None:
    row = Answered(os.fsdecode(b"ann\xff"), "01.step", "exercise", "01.ipynb")
    assert table(COLUMNS, [row.cells()]).splitlines()[1].startswith('"ann\\udcff",')


@pytest.mark.parametrize("answer", [-3.5, 12.0, 1e-7])
def test_a_number_stays_one_that_a_spreadsheet_knows(tmp_path: Path, told: Any, answer: float) -> None:
    notebook(tmp_path / "anna" / "01.ipynb", Prediction("01.shuffled", answer=answer, at=1.0))
    assert float(told()[0][0]["answer"]) == answer


@pytest.mark.parametrize("at", [1e300, -1.0, "yesterday", None])
def test_a_time_that_no_clock_shows_is_left_out(tmp_path: Path, told: Any, at: Any) -> None:
    path = notebook(tmp_path / "anna" / "01.ipynb", SOLVED)
    book = json.loads(path.read_text(encoding="utf-8"))
    book["cells"][-1]["outputs"][0]["metadata"]["rnnviz"]["exercise"]["at"] = at
    path.write_text(json.dumps(book), encoding="utf-8")
    assert [row["when"] for row in told()[0]] == ["", ""]


def test_no_such_folder_and_a_file_that_cannot_be_written_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["class", "report", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("rnnviz class: folder must hold a folder of notebooks for each learner")
    assert main(["class", "report", str(tmp_path), "--out", str(tmp_path / "none" / "class.csv")]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("rnnviz class: path must lie in a folder that exists")


def test_nothing_in_a_notebook_is_run_or_changed(tmp_path: Path) -> None:
    path = notebook(tmp_path / "anna" / "01.ipynb", asked=["raise SystemExit", *ASKED])
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert len(class_report(tmp_path).rows) == 2
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
