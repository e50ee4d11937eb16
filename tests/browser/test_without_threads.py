"""A lab in JupyterLab whose kernel trains on its event loop, as where no thread can be started."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import Notebook
from tests.browser.test_perturb import drag, wait_for_states

LAB = (
    "import json, os, threading\n"
    "os.environ['RNNVIZ_RUNNER'] = 'asyncio'\n"
    "import rnnviz as rv\n"
    "lab = rv.Lab(task='adding', cell='gru', hidden_size=6, seq_len=20, seed=0, device='cpu', steps=10**6)\n"
    "lab"
)
NOW = (
    "ours = [one.name for one in threading.enumerate() if one.name.startswith('rnnviz')]\n"
    "print('NOW', json.dumps([lab.state.phase, lab.state.step, lab.settings.lr, ours]))"
)
SAME = (
    "other = rv.Lab(task='adding', cell='gru', hidden_size=6, seq_len=20, seed=0, device='cpu', steps=10**6)\n"
    "other.train(len(lab.history['loss']))\n"
    "print('SAME', json.dumps(bool((other.history['loss'] == lab.history['loss']).all())))"
)
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def notebook(address: str, page: Page, write) -> Notebook:
    """Return a notebook whose lab plays."""
    opened = Notebook(page).open(address, write(LAB, "0")).run_all()
    opened.wait_for_step(0)
    opened.button("play").click()
    opened.wait_for_step(20)
    return opened


def test_without_threads_a_lab_plays_and_answers_while_other_cells_run(notebook: Notebook, page: Page) -> None:
    handle = notebook.lab.locator(".rv-lr .noUi-handle")
    handle.focus()
    before = notebook.slider("lr")
    handle.press("ArrowRight")
    page.wait_for_function(
        "before => Number(document.querySelector('.rv-lr .widget-readout').innerText) !== before", arg=before
    )
    notebook.code(NOW)
    phase, step, lr, threads = notebook.printed("NOW")
    assert (phase, threads) == ("playing", [])
    assert lr == pytest.approx(notebook.slider("lr"), rel=0.01)
    notebook.wait_for_step(step + 1)

    at = notebook.rest()
    notebook.button("step").click()
    notebook.wait_for_step(at + 1)
    notebook.button("reset").click()
    expect(notebook.view("hidden")).to_have_attribute("data-step", "0")
    notebook.lab.locator("button.rv-open-perturb").click()
    wait_for_states(page, changed=False)
    drag(page, 12, 30)
    assert notebook.errors == []


def test_what_it_learns_is_what_it_learns_in_place(notebook: Notebook) -> None:
    assert notebook.rest() >= 20
    notebook.code(SAME)
    assert notebook.printed("SAME") is True
