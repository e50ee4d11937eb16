"""What only a real browser shows of a comparison: one cursor for all pictures, a table that lives, one pause."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook

COMPARISON = (
    "import rnnviz as rv\n"
    "comparison = rv.compare(['rnn', 'gru', 'lstm'], task='adding', seq_len=30, hidden_size=16, steps=10**6)\n"
    "comparison"
)
CHECK = (
    "import json\n"
    "shown = comparison.snapshot().lanes\n"
    "print('TRUTH', json.dumps([one.layer.hidden[0, 0, 0].T.round(5).tolist() for one in shown.values()]))"
)
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def notebook(address: str, write: Callable[..., str], page: Page) -> Notebook:
    """A notebook in which the comparison has been shown."""
    opened = Notebook(page).open(address, write(COMPARISON, "comparison.train(20)", CHECK)).run_all()
    opened.wait_for_step(20)
    return opened


def table(notebook: Notebook) -> list[list[str]]:
    rows = notebook.lab.locator(".rv-standings tbody tr.rv-model").all()
    return [row.locator("th, td").all_inner_texts() for row in rows]


def test_a_comparison_opens_plays_and_pauses(notebook: Notebook, page: Page) -> None:
    before = table(notebook)
    assert [row[:2] for row in before] == [["rnn", "20"], ["gru", "20"], ["lstm", "20"]]
    notebook.button("play").click()
    notebook.wait_for_step(40)
    notebook.button("pause").click()
    expect(notebook.lab.locator(".rv-status")).to_contain_text("Paused at step", timeout=PATIENCE)
    after = table(notebook)
    steps = {row[1] for row in after}
    assert len(steps) == 1
    assert int(steps.pop()) >= 40
    assert all(now[4] != then[4] for now, then in zip(after, before, strict=True))  # the losses
    assert notebook.errors == []


def test_one_cursor_marks_every_picture_over_time(notebook: Notebook, page: Page) -> None:
    notebook.hover("gradients", 0.5)
    marked = page.locator(".rv-cursor:visible")
    expect(marked).to_have_count(1 + 3 + 1)  # gradients, three hidden states, one cell state
    labels = {mark.get_attribute("data-label") for mark in marked.all()} - {""}
    assert len(labels) == 1
    assert notebook.errors == []


def test_every_number_drawn_side_by_side_is_the_number_in_the_tensor(notebook: Notebook) -> None:
    for place, truth in enumerate(notebook.printed("TRUTH")):
        drawn = notebook.shown("hidden", place, "z")
        assert [len(drawn), len(drawn[0])] == [16, 30]
        largest = max(
            abs(a - b) for row, true in zip(drawn, truth, strict=True) for a, b in zip(row, true, strict=True)
        )
        assert largest <= 1 / 254 + 1e-4  # half of one of the 254 levels between -1 and 1
