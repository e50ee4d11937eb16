"""Every number that is read off a lab is the number of the tensor or of the setting, as far as it is written."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import PATIENCE, Notebook
from tests.browser.patience import again, expect_at_last

LAB = (
    "import json, numpy as np, rnnviz as rv\n"
    "lab = rv.Lab(task='adding', cell='gru', hidden_size=6, seq_len=20, seed=0, device='cpu',\n"
    "             lr=0.00123456789, clip=0.987654321, input_noise=0.0625)\n"
    "lab.train(70)\n"
    "lab"
)
TRUTH = (
    "shown = lab.snapshot(); layer = shown.layer\n"
    "print('TRUTH', json.dumps(dict(inputs=shown.inputs[0, :, 0].tolist(), hidden=layer.hidden[0, 0, 0].tolist(),\n"
    "    total=np.sqrt((layer.grad_hidden[0, 0].astype(float) ** 2).sum((0, 2))).tolist(), loss=lab.state.loss)))"
)
SETTINGS = (
    "print('SETTINGS', json.dumps(dict(lr=lab.settings.lr, clip=lab.settings.clip, noise=lab.settings.input_noise)))"
)
pytestmark = pytest.mark.timeout(900)


def test_what_is_read_is_the_number_of_the_tensor_and_looking_changes_nothing(address: str, page: Page, write) -> None:
    notebook = (
        Notebook(page).open(address, write(LAB, "lab", TRUTH, SETTINGS)).run_all()
    )  # shown twice, as a reader may
    notebook.wait_for_step(70)
    truth, settings = notebook.printed("TRUTH"), notebook.printed("SETTINGS")
    lab = notebook.lab
    for group in ("training", "shown"):
        lab.locator(f"button.rv-more-{group}").click()
    expect_at_last(
        page, lambda: [notebook.slider(name) for name in ("lr", "clip", "input-noise")], list(settings.values())
    )

    lab.locator("button.rv-open-perturb").click()
    handle = lab.locator(".rv-time .noUi-handle")
    handle.focus()
    page.keyboard.press("Home")  # it opens at the step that the answer hangs on
    for time in range(5):
        beside = (
            "wanted => { const said = document.querySelector('.rv-perturb-value .widget-readout')?.textContent;"
            " return said && Number(said) === Number(wanted.toPrecision(4)) }"  # four figures
        )
        page.wait_for_function(beside, arg=truth["inputs"][time], timeout=PATIENCE)
        page.wait_for_function(
            "([time, wanted]) => document.querySelector('.rv-perturb .rv-plot')?.data?.[1]?.y?.[time] === wanted",
            arg=[time, truth["inputs"][time]],
            timeout=PATIENCE,
        )
        handle.focus()
        page.keyboard.press("ArrowRight")
    assert lab.locator(".rv-perturb-restore").is_disabled()

    expect(lab.locator(".rv-figures .rv-figure-step b")).to_have_text("70")
    said = written(lab.locator(".rv-figures .rv-figure-loss b").inner_text())
    assert said == pytest.approx(truth["loss"], rel=0.0051)  # three figures
    expect(lab.locator(".rv-told-progress")).to_contain_text("step 70 of")
    expect(lab.locator(".rv-where")).to_have_text("live: step 70")
    hover(notebook, page, "gradients", 11)
    told = written(lab.locator(".rv-view-gradients .rv-readout-value").inner_text())
    assert told == pytest.approx(truth["total"][11], rel=0.0051)  # three figures

    notebook.code("print('AFTER', json.dumps([lab.settings.lr, lab.settings.clip, lab.settings.input_noise]))")
    assert notebook.printed("AFTER") == list(settings.values())


def written(text: str) -> float:
    """The number that stands in a caption, where a power of ten is written by hand."""
    mantissa, _, power = text.replace("−", "-").partition(" × 10")
    return float(f"{mantissa}e{power.translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789')) or 0}")


def hover(notebook: Notebook, page: Page, view: str, time: int) -> None:
    """Put the pointer on a timestep of the strip of all gradients."""
    plot = notebook.view(view)

    def move() -> None:
        plot.scroll_into_view_if_needed()
        notebook.settle()
        x, y = plot.evaluate(
            "(plot, time) => { const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();"
            " const line = plot.data.find(one => one.name === 'total');"
            " return [box.left + xaxis._offset + xaxis.d2p(time), box.top + yaxis._offset + yaxis.d2p(line.y[time])] }",
            time,
        )
        page.mouse.move(x - 4, y)
        page.mouse.move(x, y)

    there = "time => document.querySelector('.rv-playhead')?.dataset.label === `t = ${time}`"
    again(move, lambda patience: page.wait_for_function(there, arg=time, timeout=patience))
