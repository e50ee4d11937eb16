"""A chapter's page: questions and checks without their answers in plain text, a kernel where only one can judge."""

import base64
import json
import re
from typing import Any

import nbformat
import pytest

from rnnviz.cli.chapters import shipped_chapters
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.chapters.catalog import EXERCISES, PREDICTIONS
from rnnviz.i18n import t
from rnnviz.site.formulas import mathml
from rnnviz.site.keeping import Ran
from rnnviz.site.pages import fullest_still, page_of
from rnnviz.site.questions import check_card, predict_card, reveal_card
from rnnviz.site.reading import Chapter, read_chapters
from rnnviz.site.reference import reference_pages

CHAPTERS = {one.number: one for one in read_chapters(shipped_chapters())}
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$\n]+)\$", re.DOTALL)
WIDGET = "application/vnd.jupyter.widget-view+json"


def _made(source: str, *outputs: Any, kind: str = "code", **metadata: Any) -> Chapter:
    new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    cell = new(source, id="made", metadata=metadata)
    if outputs:
        cell.outputs = list(outputs)
    return Chapter(shipped_chapters() / "99_made.ipynb", nbformat.v4.new_notebook(cells=[cell]))


def _shown(chapter: Chapter, ran: Ran | None = None) -> str:
    cell, _ = page_of(chapter, ran or Ran(), {"99_made"}).cells
    return "".join(str(one.get("data", one.get("text"))) for one in cell.outputs)


def _given(card: str) -> Any:
    found = re.search(r'data-given="([^"]*)"', card)
    assert found is not None
    return json.loads(base64.b64decode(found[1]))


@pytest.mark.parametrize("id", sorted(PREDICTIONS))
def test_a_prediction_is_asked_whole_and_its_outcome_stands_in_no_plain_text(id: str) -> None:
    card, outcome = predict_card(id), reveal_card(id, {"why": "since it is so", "measured": 1234.5})
    given, told = _given(card), _given(outcome)
    assert "answer" not in given
    assert "since it is so" not in outcome
    assert told["why"] == "since it is so"
    if isinstance(asked := PREDICTIONS[id], Number):
        assert (given["within"], given["times"], told["measured"]) == (asked.within, asked.times, 1234.5)
    else:
        assert told["answer"] == asked
        assert list(given["options"].values()) == [t(f"predict.{id}.{letter}") for letter in "abc"]


def test_a_number_that_nobody_has_measured_is_not_made_up() -> None:
    assert _given(reveal_card("00.first-month", None))["measured"] is None


@pytest.mark.parametrize("id", sorted(EXERCISES))
def test_an_exercise_is_checked_in_the_page_or_says_that_it_needs_a_kernel_and_how_to_get_one(id: str) -> None:
    card = check_card(id)
    if "rv-kernel" in card:
        assert "kernel" in card
        assert "rnnviz lab" in card
    else:
        assert t(f"exercise.{id}.right") not in card
        assert t(f"exercise.{id}.right") in _given(card)["kinds"]["right"]


def test_what_reveals_an_answer_prints_nothing_beside_its_card() -> None:
    source = 'guess = rv.exercises.predict("01.shuffled")\nguess.reveal()'
    printed = nbformat.v4.new_output("stream", name="stdout", text="You have made no prediction. It is b).")
    for ran in (Ran(), Ran({"made": [printed]})):
        shown = _shown(_made(source, printed), ran)
        assert "It is b" not in shown
        assert 'data-reveal="01.shuffled"' in shown


def test_controls_of_a_kernel_become_one_sentence_and_figures_stay() -> None:
    slider = nbformat.v4.new_output("display_data", {WIDGET: {}, "text/plain": "IntSlider()"})
    figure = nbformat.v4.new_output("display_data", {"application/vnd.plotly.v1+json": {"data": [], "layout": {}}})
    table = nbformat.v4.new_output("display_data", {"text/html": "<b>7</b>", "text/plain": "7"})
    shown = _shown(_made("show()", slider, figure, table))
    assert "IntSlider" not in shown
    assert t("site.widget") in shown
    assert 'class="rv-plotly" data-library="small"' in shown
    assert "<b>7</b>" in shown


def test_a_lab_is_its_replay_or_else_its_still() -> None:
    still = nbformat.v4.new_output("display_data", {"image/png": "AAAA", "text/plain": "Lab"})
    chapter = _made("lab = rv.Lab('adding')\nlab", still)
    assert "AAAA" in _shown(chapter)
    played = _shown(chapter, Ran(replays=("made",)))
    assert 'src="replays/99-made.html"' in played
    assert "AAAA" not in played


def test_a_chapter_that_is_not_built_is_named_and_not_linked() -> None:
    chapter = _made("See [03](03_lstm.ipynb) and [this](99_made.ipynb).", kind="markdown")
    cell, _ = page_of(chapter, Ran(), {"99_made"}).cells
    assert cell.source == "See 03 and [this](99_made.ipynb)."


def test_below_its_title_a_page_says_what_it_can_do_and_how_to_open_the_notebook() -> None:
    cells = page_of(CHAPTERS["03"], Ran(), {"03_lstm"}).cells
    assert cells[0].source.startswith("# ")
    assert "recorded" in cells[1].source
    assert "<code>rnnviz lab</code>" in cells[1].source
    assert "03_lstm.ipynb" in cells[1].source


def test_a_chapter_s_tile_is_the_still_that_shows_most() -> None:
    stills = [
        base64.b64decode(output["data"]["image/png"])
        for cell in CHAPTERS["09"].code()
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(stills) > 1
    assert fullest_still(CHAPTERS["09"]) == max(stills, key=len) != stills[0]


def test_every_formula_of_the_course_becomes_mathml_without_a_trace_of_its_source() -> None:
    written = [
        found[1] or found[2]
        for chapter in CHAPTERS.values()
        for cell in chapter.book.cells
        if cell.cell_type == "markdown"
        for found in FORMULA.finditer(re.sub(r"`[^`]*`", "", cell.source))
    ]
    assert len(written) > 300
    for formula in written:
        text = re.sub(r"<[^>]+>", "", mathml(formula, block=True))
        assert "\\" not in text.replace("&#x0005C;", ""), formula
        assert "&" not in re.sub(r"&#?\w+;", "", text), formula


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (r"10 \ln 8 / (T + 20)", "10 ln 8/(T+20)"),
        (r"-\log_2 p", "−log2 p"),
        (r"\tfrac{\exp e_k}{\sum_j \exp e_j}", "exp ek∑j exp ej"),
        (r"o \odot \tanh(c)", "o⊙tanh(c)"),
        (r"\tanh\left(c\right)", "tanh(c)"),
    ],
)
def test_the_name_of_a_function_stands_apart_from_words_but_not_from_a_bracket(formula: str, words: str) -> None:
    made = mathml(formula, block=False).replace("<mspace", " <mspace")
    assert re.sub(r"<[^>]+>", "", made) == words


def test_the_reference_has_a_page_for_each_public_name() -> None:
    import rnnviz as rv

    pages = reference_pages()
    assert set(pages) == {f"reference/{name}.rst" for name in [*rv.__all__, "index"] if not name.startswith("_")}
    assert ".. autofunction:: rnnviz.trace.fixed_points" not in pages["reference/trace.rst"]
    for name in rv.models.__all__:
        assert f":: rnnviz.models.{name}\n" in pages["reference/models.rst"]


def test_a_still_is_described_on_its_page_as_in_the_notebook() -> None:
    words = {"image/png": {"alt": "LSTM, 8 units, at step 0"}}
    still = nbformat.v4.new_output("display_data", {"image/png": "AAAA", "text/plain": "Lab"}, metadata=words)
    cell, _ = page_of(_made("lab = rv.Lab('adding')\nlab", still), Ran(), set()).cells
    assert cell.metadata["mystnb"]["image"]["alt"] == "LSTM, 8 units, at step 0"
