"""A page on which anywidget gives up every widget: all of a lab works all the same, and a silent kernel is said."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.jupyter import PATIENCE, Notebook, close

# two seconds are what anywidget allows a widget to be ready; here no widget is
HASTE = (
    "{ const timeout = AbortSignal.timeout.bind(AbortSignal);"
    " AbortSignal.timeout = ms => timeout(ms === 2000 ? 1 : ms) }"
)
GIVEN_UP = "[anywidget] Failed to initialize model."
LAB = (
    "import rnnviz as rv\n"
    "lab = rv.Lab(task='adding', cell='gru', hidden_size=6, seq_len=20, device='cpu', steps=10**6)\n"
    "lab"
)
RACE = (
    "import rnnviz as rv\n"
    "race = rv.compare(['rnn', 'gru'], task='adding', seq_len=20, hidden_size=6, device='cpu', steps=10**6)\n"
    "race"
)
WATCHED = (
    "import rnnviz as rv, torch\n"
    "model = torch.nn.GRU(2, 6, batch_first=True)\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.01)\n"
    "w = rv.watch(model, every=1)\n"
    "w"
)
LOOP = (
    "with w:\n"
    "    for _ in range(40):\n"
    "        optimizer.zero_grad()\n"
    "        loss = model(torch.randn(4, 20, 2))[0].square().mean()\n"
    "        loss.backward()\n"
    "        optimizer.step()\n"
    "        w.step(loss=loss)"
)
MUTE = (
    "import rnnviz as rv\n"
    "from rnnviz.live import Feed\n"
    "send, Feed.send = Feed.send, lambda *message, **more: None\n"
    "mute = rv.Lab(task='adding', cell='rnn', hidden_size=4, seq_len=12, device='cpu')\n"
    "mute"
)
pytestmark = [pytest.mark.timeout(900), pytest.mark.tells(GIVEN_UP)]


@pytest.fixture
def page(browser: Browser):
    opened = browser.new_context(patient=False, viewport={"width": 1280, "height": 1000}).new_page()
    opened.add_init_script(HASTE)
    yield opened
    close(opened)


def test_every_part_of_a_lab_works_where_anywidget_has_given_all_of_them_up(address: str, page: Page, write) -> None:
    notebook = Notebook(page).open(address, write(LAB, "lab.tour()", "0")).run_all()
    notebook.wait_for_step(0)
    assert any(GIVEN_UP in error for error in notebook.errors)  # it was so, and yet:
    lab = notebook.lab
    expect(lab.locator(".rv-lr")).to_have_attribute("title", "How far each step moves the weights")
    notebook.button("play").click()
    notebook.wait_for_step(40)
    expect(lab.locator(".rv-where")).to_contain_text("live: step")
    expect(lab.locator(".rv-insights")).to_contain_text(re.compile("Step [1-9]"))
    page.locator(".rv-tour-start").click()
    expect(page.locator(".rv-tour-card")).to_have_attribute("data-step", "play")
    page.locator(".rv-tour-skip").click()
    expect(page.locator(".rv-tour-card")).to_be_hidden()
    lab.locator("button.rv-open-inspector").click()
    expect(lab.locator(".rv-cell-where")).to_contain_text(re.compile(r"^GRU, timestep \d+, unit 0"))
    lab.locator("button.rv-open-share").click()
    expect(lab.locator("textarea.rv-share-code")).not_to_have_value("")
    lab.locator("button.rv-open-perturb").click()
    for plot in lab.locator(".rv-perturb .rv-plot").all():
        plot.scroll_into_view_if_needed()  # out of sight it is not drawn
        expect(plot).to_have_attribute("data-step", re.compile("[1-9]"))
    notebook.code("lab.pause(); lab.set(hidden_size=9); lab.train(3); print('DONE', 1)")
    assert notebook.printed("DONE") == 1  # until then the notebook scrolls to its cell
    notebook.view("hidden").scroll_into_view_if_needed()
    page.wait_for_function(
        "() => document.querySelector('.rv-view-hidden .rv-plot').data[0].z?.length === 9", timeout=PATIENCE
    )
    notebook.wait_for_step(3)
    notebook.save()
    page.reload()
    notebook.ready()
    notebook.view("hidden").scroll_into_view_if_needed()
    assert notebook.wait_for_step(3) == 3


def test_a_race_plays_and_fills_its_table_where_anywidget_has_given_all_of_it_up(
    address: str, page: Page, write
) -> None:
    notebook = Notebook(page).open(address, write(RACE, "0")).run_all()
    notebook.wait_for_step(0)
    assert any(GIVEN_UP in error for error in notebook.errors)
    notebook.button("play").click()
    notebook.wait_for_step(40)
    notebook.rest()
    expect(notebook.lab.locator(".rv-results tbody tr.rv-model")).to_have_count(2)


def test_a_watched_loop_is_drawn_where_anywidget_has_given_all_of_it_up(address: str, page: Page, write) -> None:
    notebook = Notebook(page).open(address, write(WATCHED, LOOP)).run_all()
    notebook.wait_for_step(40)
    assert any(GIVEN_UP in error for error in notebook.errors)
    expect(page.locator(".rv-watch .rv-status")).to_contain_text("Finished after")
    assert len(notebook.shown("hidden", 0, "z")) == 6


def test_a_picture_that_waits_in_vain_says_what_to_press(address: str, page: Page, write) -> None:
    notebook = Notebook(page).open(address, write(MUTE, "0")).run_all()
    said = "document.querySelector('.rv-view-hidden .rv-plot')?.dataset.silent"
    page.wait_for_function(f"() => /run this cell again/.test({said})", timeout=2 * PATIENCE)
    notebook.code("Feed.send = send; mute.train(5); print('DONE', 1)")
    assert notebook.printed("DONE") == 1
    notebook.view("hidden").scroll_into_view_if_needed()
    notebook.wait_for_step(5)
    assert page.evaluate(said) == ""
