"""What only a real browser shows of a comparison: one cursor for all pictures, a table that lives, one pause."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import rnnviz as rv
from tests.browser.jupyter import PATIENCE, Notebook
from tests.browser.patience import expect_at_last
from tests.browser.test_replay import Opened

COMPARISON = (
    "import rnnviz as rv\n"
    "comparison = rv.compare(['rnn', 'gru', 'lstm'], task='adding', seq_len=30, hidden_size=16, steps=10**6)\n"
    "comparison"
)
CHECK = (
    "import dataclasses, json\n"
    "shown = comparison.snapshot().models\n"
    "print('TRUTH', json.dumps([one.layer.hidden[0, 0, 0].T.round(5).tolist() for one in shown.values()]))"
)
WHERE = (
    "focus = dataclasses.replace(comparison._console.screen.panel.focus_controls.focus, time=TIME)\n"
    "read = [rv.lab.tools.inspector.Reading.of(shown[label], focus).equations() for label in ('rnn', 'lstm')]\n"
    "print('WHERE', json.dumps([[str(one) for one in lines] for lines in read]))"
)
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def notebook(address: str, write: Callable[..., str], page: Page) -> Notebook:
    """A notebook in which the comparison has been shown."""
    opened = Notebook(page).open(address, write(COMPARISON, "comparison.train(20)", CHECK)).run_all()
    opened.wait_for_step(20)
    return opened


def table(notebook: Notebook) -> list[list[str]]:
    rows = notebook.lab.locator(".rv-results tbody tr.rv-model").all()
    return [row.locator("th, td").all_inner_texts() for row in rows]


def test_a_comparison_opens_plays_and_pauses(notebook: Notebook, page: Page) -> None:
    expect_at_last(page, lambda: [row[0] for row in table(notebook)], ["RNN", "GRU", "LSTM"])
    before = table(notebook)
    expect(notebook.lab.locator(".rv-figures")).to_contain_text("step 20")
    notebook.button("play").click()
    notebook.wait_for_step(40)
    notebook.button("pause").click()
    expect(notebook.lab.locator(".rv-status")).to_contain_text("Paused at step", timeout=PATIENCE)
    notebook.code("print('STEPS', json.dumps([one.step for one in comparison.sessions.values()]))")
    steps = notebook.printed("STEPS")
    assert len(steps) == 3
    assert set(steps) == {notebook.rest()}  # all have made as many, and that is what the toolbar says
    assert steps[0] >= 40
    losses = [row[1] for row in before]
    expect_at_last(
        page, lambda: [now[1] != then for now, then in zip(table(notebook), losses, strict=True)], [True] * 3
    )
    assert notebook.errors == []


def test_one_cursor_marks_every_picture_over_time(notebook: Notebook, page: Page) -> None:
    notebook.hover("gradients", 0.5)
    marked = page.locator(".rv-cursor:visible")
    expect(marked).to_have_count(1)  # one line through all strips
    label = str(marked.get_attribute("data-label"))
    expect(notebook.lab.locator(".rv-flag")).to_contain_text(re.compile(f"^{label}"))
    assert notebook.errors == []


def test_every_number_drawn_side_by_side_is_the_number_in_the_tensor(notebook: Notebook) -> None:
    for place, truth in enumerate(notebook.printed("TRUTH")):
        drawn = notebook.shown("hidden", place, "z")
        assert [len(drawn), len(drawn[0])] == [16, 30]
        largest = max(
            abs(a - b) for row, true in zip(drawn, truth, strict=True) for a, b in zip(row, true, strict=True)
        )
        assert largest <= 1 / 254 + 1e-4  # half of one of the 254 levels between -1 and 1


def test_the_menu_of_the_inspector_chooses_whose_equations_are_shown(notebook: Notebook) -> None:
    notebook.lab.locator("button.rv-open-inspector").click()
    where, lines = notebook.lab.locator(".rv-cell-where"), notebook.lab.locator(".rv-equation")
    expect(where).to_contain_text("RNN, timestep 29,")  # it goes to where the page's cursor stands
    notebook.settle()
    first = [row.get_attribute("data-text") for row in lines.all()]
    notebook.lab.locator(".rv-inspect-model select").select_option("LSTM")
    expect(where).to_contain_text("LSTM, timestep 29,")
    notebook.settle()
    second = [row.get_attribute("data-text") for row in lines.all()]
    time = re.search(r"timestep (\d+)", where.inner_text())
    assert time is not None
    notebook.code(WHERE.replace("TIME", time[1]))
    # the gates' stand together, as a table's rows
    assert [sorted(map(str, first)), sorted(map(str, second))] == [*map(sorted, notebook.printed("WHERE"))]
    assert notebook.errors == []


def test_the_drawer_to_share_holds_the_program_of_all_models(notebook: Notebook) -> None:
    notebook.code("print('CODE', json.dumps([comparison.code(), comparison.recipe()]))")
    code, recipe = notebook.printed("CODE")
    notebook.lab.locator("button.rv-open-share").click()
    expect(notebook.lab.locator("textarea.rv-share-code")).to_have_value(code, timeout=PATIENCE)
    expect(notebook.lab.locator("textarea.rv-share-recipe")).to_have_value(recipe)
    assert notebook.errors == []


def test_a_saved_comparison_winds_through_every_models_states_without_a_kernel(page: Page, tmp_path: Path) -> None:
    settings = {"hidden_size": 8, "seq_len": 20, "seed": 0, "device": "cpu", "steps": 320}
    comparison = rv.compare(["rnn", "gru", "lstm"], "adding", **settings)
    comparison.train(20)
    opened = Opened(page, comparison.save_replay(tmp_path / "run.html"))
    for place, step in ((2, 10), (4, 20), (0, 0)):
        opened.scrub(place)
        opened.wait_for(step)
        truth = comparison.figure("hidden", step=step)
        for trace in range(3):
            assert np.abs(opened.states(trace) - truth.data[trace].z).max() <= 1 / 254 + 1e-6
        expect(page.locator("#rv-where")).to_have_text(f"step {step} of 20")
    page.locator(".rv-view-hidden .rv-plot").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".rv-cursor:visible")).to_have_count(1)  # one line through all strips
    assert opened.troubles == []
    comparison.close()
