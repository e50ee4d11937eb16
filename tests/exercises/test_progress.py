"""Where a learner stands: read from notebooks that anybody may have written, and shown as text."""

import json
import shutil
from pathlib import Path

import pytest

from rnnviz.cli.chapters import shipped_chapters
from rnnviz.exercises import predict, predictions, progress
from rnnviz.exercises.course import Progress
from rnnviz.exercises.kept.notebooks import read_notebook
from rnnviz.exercises.kept.records import Attempt, Prediction, record_in


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has been answered in this process yet."""
    monkeypatch.setattr("rnnviz.exercises.kept.this_notebook._predictions", {})


def _book(path: Path, *outputs: object) -> Path:
    cell = {"cell_type": "code", "id": "ask", "metadata": {}, "source": [], "execution_count": 1, "outputs": outputs}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def _output(record: Prediction | Attempt) -> dict[str, object]:
    return {"output_type": "display_data", "data": {}, "metadata": record.metadata()}


def test_of_the_shipped_chapters_none_is_begun_and_each_tells_what_it_asks() -> None:
    rows = progress(shipped_chapters()).rows
    assert [row.file for row in rows if row.begun or row.predicted or row.tried or row.problem] == []
    assert all(row.asked >= 1 and row.exercises >= 2 and row.title.startswith(row.file[:2]) for row in rows)


def test_a_prediction_and_an_attempt_read_what_they_wrote() -> None:
    for record in (
        Prediction("01.x", "Which?", "c", "a) this", "b) that", False, ("c", "a", "b"), 3.5),
        Prediction("How many?", "How many?", 1e-21, "1 × 10⁻²¹", at=2.0),
        Attempt("01.step", False, "one-bias", 3, 4.0),
    ):
        assert record_in(json.loads(json.dumps(record.metadata()))) == record


def test_what_is_not_known_before_it_is_revealed_is_not_written() -> None:
    written = Prediction("01.x", "Which?", "c", "a) this").metadata()["rnnviz"]["prediction"]
    assert set(written) == {"question", "text", "answer", "said", "at"}


@pytest.mark.parametrize(
    "metadata",
    [
        *(None, [], {}, {"rnnviz": 5}, {"rnnviz": {"prediction": []}}, {"rnnviz": {"prediction": {"question": 5}}}),
        *({"rnnviz": {"exercise": {"id": ""}}}, {"rnnviz": {"exercise": {"solved": True}}}, "rnnviz"),
    ],
)
def test_metadata_of_others_are_nothing(metadata: object) -> None:
    assert record_in(metadata) is None


def test_parts_of_a_wrong_kind_are_left_out() -> None:
    wrong = {"question": "x" * 9000, "answer": [1], "right": "yes", "order": "abc", "at": "now", "said": 5}
    found = record_in({"rnnviz": {"prediction": wrong}})
    assert found == Prediction("x" * 400)
    huge = record_in({"rnnviz": {"exercise": {"id": "01.step", "tries": 10**400, "at": float("nan")}}})
    assert huge == Attempt("01.step", solved=False)


def test_of_two_records_the_later_counts(tmp_path: Path) -> None:
    early, late = (Prediction("q", answer=one, at=at) for one, at in (("a", 1.0), ("b", 2.0)))
    for order in ((early, late), (late, early)):
        assert read_notebook(_book(tmp_path / "x.ipynb", *map(_output, order))).predictions["q"] == late


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 5}', "\x00\xff", '{"a": ' * 100_000], ids=range(6))
def test_a_broken_file_is_a_row_that_says_so_and_the_others_are_read(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.ipynb").write_bytes(content.encode("latin-1"))
    _book(tmp_path / "whole.ipynb", _output(Attempt("01.step", solved=True)))
    broken, whole = progress(tmp_path).rows
    assert "broken.ipynb' is no notebook" in broken.problem
    assert (whole.solved, whole.problem) == (1, "")
    assert "is no notebook" in str(progress(tmp_path))


def test_a_notebook_that_holds_anything_is_read(tmp_path: Path) -> None:
    cells = [None, 5, {}, {"cell_type": "code"}, {"cell_type": "code", "outputs": [5, {"metadata": 3}], "source": 7}]
    cells += [{"cell_type": "code", "metadata": {"tags": 5}, "outputs": {}, "source": [1, "x"], "id": 9}]
    (tmp_path / "odd.ipynb").write_text(json.dumps({"cells": cells}))
    row = progress(tmp_path).rows[0]
    assert (row.title, row.problem, row.predicted) == ("odd", "", 0)


def test_hidden_folders_are_nobodys(tmp_path: Path) -> None:
    (tmp_path / ".ipynb_checkpoints").mkdir()
    _book(tmp_path / ".ipynb_checkpoints" / "x-checkpoint.ipynb")
    assert str(progress(tmp_path)) == "There are no notebooks in this folder."


def test_a_chapter_counts_as_begun_once_a_cell_has_run_that_is_shipped_without_outputs(tmp_path: Path) -> None:
    chapter = next(shipped_chapters().glob("01*"))
    book = json.loads(chapter.read_text(encoding="utf-8"))
    ignored = [cell for cell in book["cells"] if "nbval-ignore-output" in cell["metadata"].get("tags", [])]
    ignored[0]["execution_count"] = 1
    (tmp_path / chapter.name).write_text(json.dumps(book))
    shutil.copy(chapter, tmp_path / "copy.ipynb")
    assert [row.begun for row in progress(tmp_path)] == [True, False]


@pytest.mark.parametrize(
    ("folder", "error", "words"),
    [
        ("none", OSError, "folder must be a folder"),
        (5, TypeError, "path must be"),
        ("a\0b", ValueError, "path must be"),
    ],
)
def test_what_is_no_folder_is_told_so(folder: object, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        progress(folder)


def test_the_table_of_a_course_shows_words_as_text(tmp_path: Path) -> None:
    _book(tmp_path / "<b>x.ipynb")
    assert "<b>" not in progress(tmp_path)._repr_html_()
    assert "&lt;b&gt;x" in progress(tmp_path)._repr_html_()
    assert str(Progress([])) == "There are no notebooks in this folder."


def test_all_predictions_stand_beside_what_came_out(capsys: pytest.CaptureFixture[str]) -> None:
    first = predict("Is it <b>?", options={"a": "yes", "b": "no"}, answer="a")
    second = predict("How many?", number=True, unit="steps")
    predict("And this?", number=True, answer=5)
    first.commit("a")
    second.commit(3)
    first.reveal()
    second.reveal(measured=12)
    assert str(predictions()).splitlines() == [
        "Questions: 3. Revealed predictions: 2, of which right: 1.",
        "1. Is it <b>?",
        "   You said: a) yes. What came out: a) yes. ✓ right",
        "2. How many?",
        "   You said: 3 steps. What came out: 12 steps. came out otherwise",
        "3. And this?",
        "   You said: open. What came out: –.",
    ]
    table = predictions()._repr_html_()
    assert "Is it &lt;b&gt;?" in table
    assert table.count("<tr>") == 4


def test_before_any_question_the_table_says_so() -> None:
    assert str(predictions()) == "No question has been asked in this notebook yet."


def test_a_question_that_is_asked_again_stands_there_once() -> None:
    for answer in (1, 5):
        predict("How many?", number=True, answer=5).commit(answer)
    assert [(row.text, row.answer) for row in predictions()] == [("How many?", 5.0)]
