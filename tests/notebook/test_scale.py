"""The choice of sizes: small unless somebody chooses, kept for the whole kernel, shown as it is."""

import os

import pytest

import rnnviz as rv
from rnnviz.notebook import Scale
from tests.processes import printed_by


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is chosen when a test begins, and what it chooses is forgotten."""
    monkeypatch.setenv("RNNVIZ_SCALE", "")


def test_small_is_what_is_taken_unless_somebody_chooses() -> None:
    size = rv.scale()
    assert (size.choice, size(300, 3000), repr(size)) == ("small", 300, "Scale('small')")


@pytest.mark.parametrize("word", ["full", "FULL", " full "])
def test_the_environment_chooses(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNVIZ_SCALE", word)
    assert rv.scale()(300, 3000) == 3000


def test_a_press_chooses_for_what_runs_from_now_on() -> None:
    size = rv.scale("about 12 minutes")
    assert "full" not in str(size).split(".")[0]
    size._repr_mimebundle_()
    size._panel.toggle.value = "full"
    assert (size(300, 3000), str(size).split(".")[0]) == (3000, "Full sizes")
    size._panel.toggle.value = "small"
    assert size(300, 3000) == 300


def test_running_the_cell_again_keeps_the_choice_and_shows_it() -> None:
    rv.scale().choose("full")
    again = rv.scale()
    again._repr_mimebundle_()
    assert (again(1, 2), again._panel.toggle.value) == (2, "full")


def test_a_choice_from_code_is_shown_in_the_cell() -> None:
    size = rv.scale()
    size._repr_mimebundle_()
    size.choose("full")
    assert size._panel.toggle.value == "full"


def test_the_control_says_what_full_takes_as_text() -> None:
    size = rv.scale("<b>12</b> minutes")
    bundle = size._repr_mimebundle_()
    assert "Full ones take &lt;b&gt;12&lt;/b&gt; minutes" in size._panel.said.value
    assert bundle["text/plain"] == (
        "Small sizes. Full ones take <b>12</b> minutes; choose, then run the cells below again."
    )
    assert "application/vnd.jupyter.widget-view+json" in bundle


@pytest.mark.parametrize("choice", ["big", "", None, 1, "Full"])
def test_another_choice_is_refused(choice: object) -> None:
    size = rv.scale()
    with pytest.raises(ValueError, match="choice must be 'small' or 'full', got"):
        size.choose(choice)  # type: ignore[arg-type]
    assert size.choice == "small"


def test_another_word_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNVIZ_SCALE", "huge")
    with pytest.raises(ValueError, match="RNNVIZ_SCALE must be small or full, got 'huge'"):
        rv.scale()


def test_what_full_takes_must_be_words() -> None:
    with pytest.raises(TypeError, match="takes must be words, got 12"):
        Scale(12)  # type: ignore[arg-type]


def test_no_widget_is_loaded_before_the_control_is_shown() -> None:
    code = "import sys, rnnviz as rv; rv.scale()(1, 2); print('ipywidgets' in sys.modules)"
    assert printed_by(code) == "False"
    assert os.environ["RNNVIZ_SCALE"] == ""
