"""What a learner answered stands in the notebook itself: it survives closing, and nobody else's copy has it."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from rnnviz.exercises import progress
from rnnviz.exercises.kept.notebooks import read_notebook
from tests.exercises.kept.reader import Reader, open_notebook, saved

ASK = 'import rnnviz as rv\nguess = rv.exercises.predict("01.shuffled")\nguess'
CELLS = (
    ASK,
    'import rnnviz as rv\nnumber = rv.exercises.predict("How many?", number=True, unit="steps")\nnumber',
    "guess.reveal()",
    "number.reveal(measured=12)",
    'rv.exercises.check("01.parameter-count", 150)',
    'rv.exercises.check("01.state-shape", (1, 8, 20))',
    "print(guess.choice, number.choice, list(guess._asked.order)); rv.exercises.predictions()",
)
MODELS = (
    "print(guess._panel.options.model_id, guess._panel.button.model_id, "
    "number._panel.number.model_id, number._panel.button.model_id)"
)

# of kernels that were shut down none is left
DRAFTS = (
    "from pathlib import Path\nfrom ipykernel.connect import get_connection_file\n"
    "print(len(list(Path(get_connection_file()).parent.glob('rnnviz-answers-*.json'))))"
)


def _press(reader: Reader) -> None:
    """Choose the second option and write a number, each with its button, as a hand on the page does."""
    options, commit, box, commit_number = reader.run(6, MODELS).split()
    reader.comm(options, {"method": "update", "state": {"index": 1}})
    reader.comm(commit, {"method": "custom", "content": {"event": "click"}})
    reader.comm(box, {"method": "update", "state": {"value": "3.5"}})
    reader.comm(commit_number, {"method": "custom", "content": {"event": "click"}})


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook in which somebody has answered, and which she has saved and closed."""
    path = saved(tmp_path_factory.mktemp("anna") / "01_why.ipynb", *CELLS, tags={5: ["solution"]})
    with open_notebook(path) as reader:
        reader.run(0)
        reader.run(1)
        _press(reader)
        for number in range(2, 7):
            reader.run(number)
        reader.run(6, CELLS[6])
        reader.save()
    return path


def test_the_file_holds_what_was_said_and_what_came_out(path: Path) -> None:
    kept = read_notebook(path).predictions
    number, choice = kept["How many?"], kept["01.shuffled"]
    assert (number.answer, number.said, number.came, number.right) == (3.5, "3.5 steps", "12 steps", False)
    assert choice.answer == choice.order[1]
    assert choice.said.startswith("b) ")
    assert choice.right is (choice.answer == "b")


def test_the_place_of_what_is_kept_shows_nothing(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    places = [one for cell in book.cells for one in cell.get("outputs", []) if one.get("metadata", {}).get("rnnviz")]
    assert len(places) >= 4
    assert all(place.data == {} for place in places)


def test_what_was_answered_is_there_again_in_a_new_kernel(path: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(path, tmp_path))
    before = read_notebook(copy)
    with open_notebook(copy) as reader:
        reader.run(0)
        reader.run(1)
        said = reader.run(6, "print(guess.choice, number.choice, guess._panel.said.value, *guess._asked.order)")
        reader.save()
    assert said.startswith("b 3.5 <span>Earlier you predicted b) ")
    assert said.split()[-3:] == list(before.predictions["01.shuffled"].order)
    after = read_notebook(copy)
    assert after.predictions["How many?"] == before.predictions["How many?"]


def test_a_kernel_that_starts_again_knows_what_was_not_saved_yet_and_a_new_one_does_not(tmp_path: Path) -> None:
    path = saved(tmp_path / "01_why.ipynb", *CELLS)
    with open_notebook(path) as reader:
        reader.run(1)
        reader.run(6, "number.commit(3.5)")
        reader.run(4, 'rv.exercises.check("01.parameter-count", 160)')
        for _ in range(2):
            reader.restart()
            reader.run(1)
            assert reader.run(6, "print(number.choice)") == "3.5\n"
        reader.run(4, 'rv.exercises.check("01.parameter-count", 150)')
        reader.save()
    attempt = read_notebook(path).attempts["01.parameter-count"]
    assert (attempt.solved, attempt.tries) == (True, 2)
    other = saved(tmp_path / "other" / "01_why.ipynb", *CELLS)
    with open_notebook(other) as reader:
        reader.run(1)
        assert reader.run(6, "print(number.choice)") == "None\n"
        drafts = reader.run(6, DRAFTS)
    assert drafts == "1\n"


def test_the_table_of_predictions_is_there_before_anything_is_asked_again(path: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(path, tmp_path))
    with open_notebook(copy) as reader:
        told = reader.run(6, "import rnnviz as rv\nprint(rv.exercises.predictions())")
    assert "You said: 3.5 steps. What came out: 12 steps. came out otherwise" in " ".join(told.split())


def test_another_learners_copy_knows_nothing_of_it(path: Path, tmp_path: Path) -> None:
    other = saved(tmp_path / path.name, *CELLS)
    with open_notebook(other) as reader:
        reader.run(0)
        told = reader.run(6, "print(guess.choice)\nprint(rv.exercises.predictions())")
        reader.save()
    assert told.startswith("None\nQuestions: 1.")
    assert progress(tmp_path).rows[0].predicted == 0


def test_exercises_are_counted_and_a_shown_solution_is_none(path: Path) -> None:
    attempts = read_notebook(path).attempts
    assert set(attempts) == {"01.parameter-count"}
    assert (attempts["01.parameter-count"].solved, attempts["01.parameter-count"].kind) == (False, "one-bias")


def test_what_is_solved_stays_solved_and_tries_are_counted(path: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(path, tmp_path))
    with open_notebook(copy) as reader:
        reader.run(0)
        for answer in ("160", "...", "140"):
            reader.run(4, f'rv.exercises.check("01.parameter-count", {answer})')
            reader.save()
            kept = read_notebook(copy).attempts["01.parameter-count"]
            assert kept.solved
    assert (kept.tries, kept.kind) == (3, "no-bias")


def test_a_chapters_own_progress_counts_what_is_not_saved_yet(path: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(path, tmp_path))
    with open_notebook(copy) as reader:
        reader.run(0)
        reader.run(4, 'rv.exercises.check("01.parameter-count", 160)')
        told = reader.run(6, "print(rv.exercises.progress())")
    assert "Exercises solved: 1 of 2." in told
    assert progress(tmp_path).rows[0].solved == 0


def test_nothing_is_kept_where_a_program_runs_the_notebook(tmp_path: Path) -> None:
    from nbclient import NotebookClient

    book = nbformat.read(saved(tmp_path / "01_why.ipynb", ASK, "guess.commit('a')", "guess.reveal()"), as_version=4)
    NotebookClient(book, kernel_name="python3").execute()
    assert '"rnnviz"' not in json.dumps([cell.get("outputs") for cell in book.cells])
