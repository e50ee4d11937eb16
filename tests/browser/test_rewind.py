"""A learner winds her run back with the timeline, while it goes on training, and returns."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook
from tests.browser.patience import again

LAB = (
    "import rnnviz as rv\n"
    "lab = rv.Lab(task='adding', cell='rnn', hidden_size=16, seq_len=30, seed=0, device='cpu', steps=10**6)\n"
    "lab.train(40)\n"
    "lab"
)
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def notebook(address: str, write: Callable[..., str], page: Page) -> Iterator[Notebook]:
    opened = Notebook(page).open(address, write(LAB, "0")).run_all()
    opened.wait_for_step(40)
    yield opened
    assert opened.errors == []


def wait_exactly(notebook: Notebook, step: int) -> None:
    notebook.view("hidden").scroll_into_view_if_needed()
    notebook.page.wait_for_function(
        "step => document.querySelector('.rv-view-hidden .rv-plot')?.dataset.step === String(step)",
        arg=step,
        timeout=PATIENCE,
    )


def test_the_slider_holds_an_old_picture_while_the_run_goes_on(notebook: Notebook) -> None:
    line = notebook.lab.locator(".rv-timeline")
    track, words = (line.locator(name) for name in (".rv-track", ".rv-where"))
    live = notebook.lab.locator(".rv-live")
    expect(words).to_have_text("live: step 40")
    expect(live).to_be_hidden()
    notebook.button("play").click()
    notebook.wait_for_step(200)
    newest = notebook.rest()

    notebook.code("print('TAPE', lab._runner.recording.steps())")
    steps = notebook.printed("TAPE")
    track.focus()
    track.press("Home")
    wait_exactly(notebook, 0)
    track.press("ArrowRight")
    wait_exactly(notebook, steps[1])
    expect(words).to_have_text(f"looking at step {steps[1]:,} of {newest:,}")
    assert track.get_attribute("aria-valuetext") == words.inner_text()

    notebook.button("play").click()
    notebook.page.wait_for_function(
        "newest => Number(document.querySelector('.rv-where').textContent.match(/of ([\\d,]+)/)[1].replace(/,/g, ''))"
        " > newest + 20",
        arg=newest,
        timeout=PATIENCE,
    )
    assert notebook.step() == steps[1]
    notebook.button("pause").click()
    notebook.settle()
    notebook.code(
        "import json; print('TRUTH', json.dumps(lab.figure('hidden', step=STEP).data[0].z.tolist()))".replace(
            "STEP", str(steps[1])
        )
    )
    truth = np.array(notebook.printed("TRUTH"))
    assert np.abs(np.array(notebook.shown("hidden", 0, "z")) - truth).max() <= 1 / 254 + 1e-4

    expect(notebook.lab.locator(".rv-status")).to_contain_text(f"looking at step {steps[1]:,} of")
    live.click()
    notebook.wait_for_step(newest + 20)
    expect(live).to_be_hidden()


def test_the_line_is_filled_as_far_as_the_run_is_and_its_handle_stands_at_the_step_shown(notebook: Notebook) -> None:
    track = notebook.lab.locator(".rv-track")
    track.focus()
    track.press("Home")
    wait_exactly(notebook, 0)
    line, filled, handle = (
        notebook.lab.locator(name).bounding_box() for name in (".rv-run", ".rv-filled", ".rv-handle")
    )
    assert line is not None
    assert filled is not None
    assert handle is not None
    assert filled["width"] / line["width"] == pytest.approx(40 / 10**6, abs=2e-3)
    assert handle["x"] == pytest.approx(line["x"], abs=1)
    assert track.get_attribute("aria-valuetext") == "looking at step 0 of 40"


def test_the_range_of_the_slider_stays_while_it_is_held(notebook: Notebook) -> None:
    track = notebook.lab.locator(".rv-track")
    track.scroll_into_view_if_needed()
    notebook.button("play").click()
    notebook.frames(3)
    mouse = notebook.page.mouse

    def press() -> None:
        mouse.up()
        box = track.bounding_box()
        assert box is not None
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        mouse.down()

    looking = "() => /looking/.test(document.querySelector('.rv-where').textContent)"
    again(press, lambda patience: notebook.page.wait_for_function(looking, timeout=patience))
    held, place = track.get_attribute("max"), track.input_value()
    said = notebook.lab.locator(".rv-where").inner_text()
    notebook.page.wait_for_function(
        "said => document.querySelector('.rv-where').textContent !== said", arg=said, timeout=PATIENCE
    )  # the run goes on, and the recording grows
    assert (track.get_attribute("max"), track.input_value()) == (held, place)
    mouse.up()
    notebook.page.wait_for_function(
        "held => document.querySelector('.rv-track').max !== held", arg=held, timeout=PATIENCE
    )
    notebook.button("pause").click()


def test_code_winds_back_and_a_reloaded_page_is_still_there(notebook: Notebook) -> None:
    notebook.code("lab.rewind(0)")
    wait_exactly(notebook, 0)
    expect(notebook.lab.locator(".rv-where")).to_have_text("looking at step 0 of 40")
    notebook.save()
    notebook.page.reload()
    notebook.ready()
    expect(notebook.view("hidden")).to_be_attached(timeout=PATIENCE)
    wait_exactly(notebook, 0)
    expect(notebook.lab.locator(".rv-where")).to_have_text("looking at step 0 of 40")
    notebook.lab.locator(".rv-live").click()
    wait_exactly(notebook, 40)
