"""Every number that is read off a lab is the number of the tensor or of the setting, as far as it is written."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.jupyter import PATIENCE, Notebook

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
    assert [notebook.slider(name) for name in ("lr", "clip", "input-noise")] == list(settings.values())

    lab.locator("button.rv-open-perturb").click()
    handle = lab.locator(".rv-time .noUi-handle")
    for time in range(5):
        beside = (
            "wanted => Math.fround(Number(document.querySelector('.rv-perturb-value .widget-readout').textContent))"
            " === wanted"
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

    said = lab.locator(".rv-figures").inner_text()
    assert float(re.search(r"loss (\S+)", said)[1]) == pytest.approx(truth["loss"], rel=1e-3)
    assert "step 70 of" in said
    assert lab.locator(".rv-where").inner_text() == "live: step 70"
    hover(notebook, page, "gradients", 11)
    told = page.locator(".rv-view-gradients .hovertext .nums, .rv-view-gradients .hovertext text").all_text_contents()
    numbers = [
        float(one.replace("−", "-")) for text in told for one in re.findall(r"[−-]?\d\S*", text.removeprefix("t = 11"))
    ]
    assert any(number == pytest.approx(truth["total"][11], rel=0.01) for number in numbers), told

    notebook.code("print('AFTER', json.dumps([lab.settings.lr, lab.settings.clip, lab.settings.input_noise]))")
    assert notebook.printed("AFTER") == list(settings.values())


def hover(notebook: Notebook, page: Page, view: str, time: int) -> None:
    """Put the pointer on a timestep of the curve of all gradients."""
    plot = notebook.view(view)
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
    page.wait_for_function(f"() => document.querySelector('.rv-view-{view} .hovertext')", timeout=PATIENCE)
