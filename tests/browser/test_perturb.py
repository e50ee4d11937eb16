"""A learner drags a point of the input, sees the states change, and puts the input back."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook
from tests.browser.patience import again, expect_at_last, presses

LAB = "import rnnviz as rv\nlab = rv.Lab(task={task!r}, cell='gru', hidden_size=6, seq_len=20, device='cpu')\nlab"


def opened(page: Page, address: str, path: str) -> Notebook:
    notebook = Notebook(page).open(address, path).run_all()
    notebook.lab.locator("button.rv-open-perturb").click()
    wait_for_states(page, changed=False)
    return notebook


def wait_for_states(page: Page, *, changed: bool, patience: float = PATIENCE) -> None:
    """Wait until the map of Δh has a value other than 0, or none."""
    page.wait_for_function(
        "changed => { const [input, answer] = document.querySelectorAll('.rv-perturb .rv-plot');"
        " const z = answer?.data?.[2]?.z; "
        " return input?.data?.[1]?.y?.length && z?.length && "
        " changed === z.some(row => Array.from(row).some(value => value !== 0)) }",
        arg=changed,
        timeout=patience,
    )


def input_at(page: Page, time: int) -> float:
    return page.evaluate("t => document.querySelector('.rv-perturb .rv-plot').data[1].y[t]", time)


def picked(page: Page, time: int, patience: float = PATIENCE) -> None:
    """Wait until the line that marks the picked timestep stands there."""
    line = "t => document.querySelector('.rv-perturb .rv-plot').layout.shapes[0].x0 === t"
    page.wait_for_function(line, arg=time, timeout=patience)


def point(page: Page, time: int) -> list[float]:
    """Where the point of a timestep is."""
    return page.locator(".rv-perturb .rv-plot").first.evaluate(
        "(plot, t) => { const { xaxis, yaxis } = plot._fullLayout; const box = plot.getBoundingClientRect();"
        " const { x, y } = plot.data[1];"
        " return [box.left + xaxis._offset + xaxis.d2p(x[t]), box.top + yaxis._offset + yaxis.d2p(y[t])] }",
        time,
    )


def drag(page: Page, time: int, up: int) -> None:
    """Take the point of a timestep and move it up by so many pixels, until the states change."""

    def move() -> None:
        place = point(page, time)
        page.mouse.move(*place)
        page.mouse.down()
        page.mouse.move(place[0], place[1] - up / 2)
        page.mouse.move(place[0], place[1] - up)
        page.mouse.up()

    again(move, lambda patience: wait_for_states(page, changed=True, patience=patience))


@pytest.mark.timeout(900)
def test_a_dragged_point_changes_the_states_and_restoring_it_brings_them_back(address: str, page: Page, write) -> None:
    notebook = opened(page, address, write(LAB.format(task="adding")))
    restore = notebook.lab.locator(".rv-perturb-restore")
    expect(restore).to_be_disabled()
    before = input_at(page, 12)
    same = (
        "() => { const said = document.querySelector('.rv-perturb-value .widget-readout').innerText;"
        " const { y } = document.querySelector('.rv-perturb .rv-plot').data[1];"
        " return Math.abs(said - y[12]) < 0.01 }"
    )
    # the kernel may still be at a place on the way, and stay there where the page was busy: a learner drags again
    again(lambda: drag(page, 12, 30), lambda patience: page.wait_for_function(same, timeout=patience))
    picked(page, 12)
    notebook.settle()
    after = input_at(page, 12)
    assert after > before
    columns = page.evaluate(
        "() => { const z = document.querySelectorAll('.rv-perturb .rv-plot')[1].data[2].z;"
        " return Array.from(z[0], (_, t) => z.some(row => row[t] !== 0)) }"
    )
    assert columns.index(True) == 12

    notebook.button("play").click()
    page.wait_for_function(
        "() => Number(document.querySelector('.rv-perturb .rv-plot').dataset.step) >= 20", timeout=PATIENCE
    )
    wait_for_states(page, changed=True)
    assert input_at(page, 12) == after
    notebook.button("pause").click()

    restore.click()
    wait_for_states(page, changed=False)
    assert input_at(page, 12) == before
    expect(restore).to_be_disabled()
    assert notebook.errors == []


@pytest.mark.timeout(900)
def test_a_press_picks_a_timestep_and_the_keyboard_changes_its_value(address: str, page: Page, write) -> None:
    notebook = opened(page, address, write(LAB.format(task="adding")))
    again(lambda: page.mouse.click(*point(page, 3)), lambda patience: picked(page, 3, patience))
    notebook.settle()
    notebook.lab.locator(".rv-perturb-value .noUi-handle").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    wait_for_states(page, changed=True)
    expect_at_last(page, lambda: abs(input_at(page, 3) - notebook.slider("perturb-value")) < 1e-3, True)
    assert notebook.errors == []


@pytest.mark.timeout(900)
def test_a_retyped_character_changes_the_states(address: str, page: Page, write) -> None:
    notebook = opened(page, address, write(LAB.format(task="python-tokens")))
    notebook.lab.locator(".rv-perturb-symbol select").select_option("#")
    wait_for_states(page, changed=True)
    expect(notebook.lab.locator(".rv-perturb-words")).to_contain_text("of 20 timesteps")
    notebook.lab.locator(".rv-perturb-restore").click()
    wait_for_states(page, changed=False)
    assert notebook.errors == []


@pytest.mark.timeout(900)
def test_while_it_is_read_the_change_is_asked_where_the_reader_is(address: str, page: Page, write) -> None:
    notebook = opened(page, address, write(LAB.format(task="adding")))
    notebook.settle()
    pressed = presses(page)
    notebook.button("read").click()
    expect_at_last(page, pressed, ["true", "false"])  # before it begins, it stands at the last timestep as well
    expect(page.locator(".rv-playhead")).to_have_attribute("data-label", "t = 19")
    picked(page, 19)
    words = notebook.lab.locator(".rv-perturb-value .widget-readout")
    expect(words).not_to_have_text("-")
    said = lambda: float(words.inner_text().replace("−", "-"))  # noqa: E731
    expect_at_last(page, lambda: abs(input_at(page, 19) - said()) < 1e-3, True)
    marks = page.locator(".rv-perturb .rv-cursor:not([hidden])")
    assert marks.count() >= 2  # the same place in both pictures
    notebook.button("read").click()
    page.keyboard.press("Escape")
    assert notebook.errors == []
