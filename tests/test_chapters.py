"""Every chapter as a file: well formed, readable, free of what a run leaves behind. nbval runs them."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from rnnviz import cells
from rnnviz.views.still.pngfile import is_still

FOLDER = Path(__file__).parents[1] / "notebooks" / "en"
CHAPTERS = sorted(FOLDER.glob("*.ipynb"))
IGNORED = "nbval-ignore-output"
LONGEST, PROGRAM = 12, 40
LIVE = {"application/vnd.jupyter.widget-view+json", "application/vnd.plotly.v1+json", "image/png", "text/html"}

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def _book(path: Path) -> Any:
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def _code(path: Path) -> list[Any]:
    return [cell for cell in _book(path).cells if cell.cell_type == "code"]


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _asserts(cell: Any) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source)))


def _checks(path: Path) -> list[Any]:
    """Return the cells that check what a chapter claims; a solution may check itself and still show its ✓."""
    return [cell for cell in _code(path) if _asserts(cell) and "solution" not in _tags(cell)]


def _text(path: Path) -> str:
    return "\n".join(cell.source for cell in _book(path).cells if cell.cell_type == "markdown")


def test_the_first_two_chapters_exist() -> None:
    assert {"00_start_here", "01_why_recurrence"} <= {path.stem for path in CHAPTERS}


@every_chapter
def test_a_chapter_is_a_valid_notebook_of_format_4_5(path: Path) -> None:
    book = _book(path)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)


@every_chapter
def test_its_cells_have_readable_ids_of_their_own(path: Path) -> None:
    ids = [cell.id for cell in _book(path).cells]
    assert len(ids) == len(set(ids))
    unreadable = [id for id in ids if not re.fullmatch(r"[a-z][a-z-]*[a-z]", id) or re.fullmatch(r"[0-9a-f-]{8,}", id)]
    assert unreadable == []


@every_chapter
def test_its_metadata_hold_the_kernel_and_what_it_teaches_and_no_widget_state(path: Path) -> None:
    metadata = _book(path).metadata
    assert metadata.kernelspec.name == "python3"
    assert "widgets" not in metadata
    assert all(re.fullmatch(r"[A-H]\d+", point) for point in metadata.rnnviz.teaches)


@every_chapter
def test_its_code_cells_fit_in_one_glance(path: Path) -> None:
    cells = [cell for cell in _code(path) if "program" not in _tags(cell)]
    lengths = {cell.id: len(cell.source.splitlines()) for cell in cells}
    assert {id: length for id, length in lengths.items() if length > LONGEST} == {}


@every_chapter
def test_a_program_to_take_home_is_plain_torch_of_forty_lines_and_runs_by_itself(path: Path, tmp_path: Path) -> None:
    for cell in (cell for cell in _code(path) if "program" in _tags(cell)):
        assert len([line for line in cell.source.splitlines() if line]) <= PROGRAM
        assert "rnnviz" not in cell.source
        (tmp_path / "program.py").write_text(cell.source, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-W", "error", "program.py"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout


@every_chapter
def test_it_keeps_the_text_that_every_run_prints_and_nothing_else(path: Path) -> None:
    for cell in _code(path):
        if IGNORED in _tags(cell):
            assert [one for one in cell.outputs if not is_still(one)] == [], cell.id
            assert (cell.execution_count is None) == (cell.outputs == []), (
                f"{cell.id}: nbval wants a count with outputs"
            )
            continue
        assert cell.execution_count is not None, f"{cell.id}: nbval compares outputs only of cells with a count"
        for output in cell.outputs:
            assert output.output_type != "error", cell.id
            assert not LIVE & set(output.get("data", {})), f"{cell.id} shows something live: tag it {IGNORED}"
            assert output.get("name") != "stderr", cell.id


@every_chapter
def test_no_stored_output_gives_an_answer_away_before_anything_was_run(path: Path) -> None:
    settling = [cell for cell in _code(path) if ".reveal(" in cell.source] + _checks(path)
    assert len(settling) >= 2
    assert [cell.id for cell in settling if cell.outputs or IGNORED not in _tags(cell)] == []


@every_chapter
def test_no_stored_output_holds_what_somebody_answered(path: Path) -> None:
    kept = [cell.id for cell in _code(path) for output in cell.outputs if "rnnviz" in output.get("metadata", {})]
    assert kept == []


@every_chapter
def test_what_checks_a_claim_is_folded_away(path: Path) -> None:
    assert [cell.id for cell in _checks(path) if not cell.metadata.get("jupyter", {}).get("source_hidden")] == []


@every_chapter
def test_nothing_in_it_depends_on_where_or_when_it_ran(path: Path) -> None:
    text = re.sub(r'"image/png": "[^"]*"', "", path.read_text(encoding="utf-8"))
    assert re.search(r"0x[0-9a-f]{6,}|/home/|/tmp/|/root/|https?://|\"execution\":", text) is None


@every_chapter
def test_it_follows_the_plan_of_a_chapter(path: Path) -> None:
    text = _text(path)
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    plan = ["What you saw, and why", "Exercises", "Pitfalls", "What to read"]
    assert headings[-4:] == plan
    assert "you will be able to" in text
    code = "\n".join(cell.source for cell in _code(path))
    assert "exercises.predict(" in code
    assert code.index("exercises.predict(") < code.index(".reveal(")


@every_chapter
def test_it_says_first_what_it_needs_and_how_long_it_takes(path: Path) -> None:
    first = _book(path).cells[0].source
    assert "You need " in first
    assert "takes about " in first


@every_chapter
def test_its_exercises_are_numbered_and_marked_from_easy_to_hard(path: Path) -> None:
    found = re.findall(r"^### Exercise (\d+) · (.*)$", _text(path), re.MULTILINE)
    levels = [("warm-up", "core", "stretch").index(level.split(" · ")[0]) for _, level in found]
    assert [int(number) for number, _ in found] == list(range(1, _text(path).count("### Exercise ") + 1))
    assert levels == sorted(levels)


@every_chapter
def test_the_equations_that_it_takes_from_the_package_are_there(path: Path) -> None:
    taken = set(re.findall(r"rv\.cells\.(\w+)", "\n".join(cell.source for cell in _code(path))))
    assert taken <= set(cells.__all__)


@every_chapter
def test_every_figure_it_draws_has_a_title(path: Path) -> None:
    drawn = [cell for cell in _code(path) if "go.Figure(" in cell.source]
    assert [cell.id for cell in drawn if "title_text=" not in cell.source] == []


@every_chapter
def test_every_exercise_has_a_folded_solution_that_is_right(path: Path) -> None:
    asked, solved = set(), set()
    for heading, cell in zip(_book(path).cells, _book(path).cells[1:], strict=False):
        if cell.cell_type != "code" or not (found := re.search(r'exercises\.check\("([\w.-]+)"', cell.source)):
            continue
        if "solution" not in _tags(cell):
            asked.add(found[1])
            continue
        solved.add(found[1])
        assert cell.metadata.jupyter.source_hidden
        assert heading.metadata["jp-MarkdownHeadingCollapsed"]
        assert cell.outputs[0].text.startswith("✓")
    assert len(asked) >= 2
    assert asked == solved


@every_chapter
def test_its_links_lead_to_chapters_that_exist(path: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", _text(path))
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []


@every_chapter
def test_it_leads_back_to_the_chapter_before_and_on_to_the_next(path: Path) -> None:
    leads = dict(re.findall(r"^\*\*(Back|Next):\*\* \[[^]]+\]\(([^)]+)\)", _text(path), re.MULTILINE))
    place = CHAPTERS.index(path)
    neighbours = {"Back": CHAPTERS[place - 1 : place], "Next": CHAPTERS[place + 1 : place + 2]}
    assert leads == {way: chapters[0].name for way, chapters in neighbours.items() if chapters}


@every_chapter
def test_no_backslash_of_a_formula_was_lost_on_the_way_into_the_file(path: Path) -> None:
    r"""A builder that reads ``\alpha`` as an escape leaves a control character."""
    assert [cell.id for cell in _book(path).cells if re.search(r"[\x00-\x09\x0b-\x1f]", cell.source)] == []


def _named(text: str) -> set[str]:
    """Return the numbers of the chapters that a text sends its reader to, such as "chapters 03 and 06"."""
    lists = re.findall(r"[Cc]hapters? (\d\d(?:(?:, | and |–| to )\d\d)*)", text)
    return {number for one in lists for number in re.findall(r"\d\d", one)}


@every_chapter
def test_it_sends_the_reader_only_to_chapters_that_exist(path: Path) -> None:
    assert _named(_text(path)) <= {chapter.stem[:2] for chapter in CHAPTERS}


def test_the_words_on_the_screen_send_the_reader_only_to_chapters_that_exist() -> None:
    words = (FOLDER.parents[1] / "rnnviz" / "i18n" / "en.json").read_text(encoding="utf-8")
    assert _named(words) <= {chapter.stem[:2] for chapter in CHAPTERS}


@every_chapter
def test_it_is_written_as_notebook_tools_write_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
