"""A learner opens chapter 01 in JupyterLab, runs it, plays, moves a slider, pauses, reloads."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rnnviz.cli.chapters import copy_chapters, shipped_chapters
from tests.browser.jupyter import PATIENCE, STEP_IN_SIGHT, Notebook, server

COMMS = "@jupyterlab/apputils-extension:kernels-settings"


@pytest.fixture(scope="module", params=["perCommTarget", "disabled"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("chapters")
    copy_chapters(shipped_chapters(), folder)
    with server(folder, {COMMS: {"commsOverSubshells": request.param}}) as started:
        yield started


@pytest.mark.timeout(400)
def test_chapter_01_from_top_to_bottom_and_live(address: str, page: Page) -> None:
    notebook = Notebook(page).open(address, "01_why_recurrence.ipynb").run_all()
    assert page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    notebook.lab.scroll_into_view_if_needed()
    first = notebook.wait_for_step(0)
    hidden = notebook.view("hidden")
    before = hidden.screenshot()

    notebook.button("play").click()
    notebook.wait_for_step(first + 20)
    assert hidden.screenshot() != before

    handle = notebook.lab.locator(".rv-lr .noUi-handle")
    handle.focus()
    for _ in range(6):
        handle.press("ArrowRight")
    chosen = notebook.slider("lr")
    # from now on: the run has gone on while the slider was moved, on a quick machine maybe to its end
    page.wait_for_function(
        f"least => {STEP_IN_SIGHT} >= least || !document.querySelector('.rv-lab .rv-play').disabled",
        arg=notebook.step() + 50,
        timeout=PATIENCE,
    )
    paused = notebook.rest()
    expect(notebook.button("pause")).to_be_disabled()
    notebook.settle()
    used = json.loads(notebook.told("import json; print(json.dumps(opener.snapshot().history['lr'].tolist()))"))
    assert used[-1] == pytest.approx(chosen, rel=0.06)  # the read-out has two digits
    assert used[-1] > used[0] * 1.5

    assert notebook.step() == paused
    expect(notebook.lab.locator(".rv-progress")).to_contain_text(f"{paused:,}")
    numbers = notebook.shown("hidden", 0, "z")
    notebook.save()
    page.reload()
    notebook.ready()
    notebook.lab.scroll_into_view_if_needed()
    assert notebook.wait_for_step(paused) == paused
    assert notebook.shown("hidden", 0, "z") == numbers
    assert notebook.errors == []
