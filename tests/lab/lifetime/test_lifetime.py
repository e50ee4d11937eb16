"""A lab lives as long as somebody holds it or sees it; then its thread ends, its model is freed, its widgets go."""

import gc
import re
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets
import pytest
import torch

import rnnviz as rv
from rnnviz.lab import Comparison, Lab
from rnnviz.live import runtime
from tests.lab.browser import Browser, LabMaker
from tests.lab.small import lab_threads, small_comparison, small_lab
from tests.training.examples import WAIT

pytestmark = pytest.mark.timeout(120)


MAKERS = {"lab": small_lab, "comparison": small_comparison}


def registered() -> dict[str, str]:
    """The widgets that ipywidgets keeps, by their names, apart from what belongs to the kernel's one runtime."""
    spared = {runtime(), runtime().layout}
    found = ipywidgets.widgets.widget._instances.items()
    return {name: type(one).__name__ for name, one in found if one not in spared}


def models_of(lab: Lab | Comparison) -> list[torch.nn.Module]:
    sessions = lab.sessions.values() if isinstance(lab, Comparison) else [lab._session]
    return [one.model for one in sessions]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_an_unshown_lab_that_nobody_holds_any_more_stops_and_is_freed(make: Callable[..., Lab | Comparison]) -> None:
    before = lab_threads()
    lab = make(steps=10**9)
    lab.play()
    (thread,) = lab_threads() - before
    freed = [weakref.ref(one) for one in models_of(lab)]
    del lab
    thread.join(WAIT)
    assert not thread.is_alive()
    gc.collect()
    assert [one() for one in freed] == [None] * len(freed)


def test_a_lab_in_a_cycle_of_its_owner_s_stops_when_the_cycle_is_collected() -> None:
    before = lab_threads()
    holder: dict[str, object] = {"lab": small_lab(steps=10**9)}
    holder["self"] = holder
    holder["lab"].play()
    (thread,) = lab_threads() - before
    del holder
    gc.collect()
    thread.join(WAIT)
    assert not thread.is_alive()


def test_a_lab_that_was_wound_back_and_never_shown_goes_with_its_widgets() -> None:
    gc.collect()
    before, widgets = lab_threads(), set(registered())
    lab = small_lab(steps=10**9)
    lab.train(2)
    lab.rewind(0)
    lab.play()
    threads = lab_threads() - before
    del lab
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()
    assert len(threads) == 2
    assert set(registered()) - widgets == set()


def test_a_lab_that_a_page_shows_plays_on_though_no_variable_holds_it() -> None:
    lab = small_lab(steps=10**9)
    browser = Browser(lab)
    lab.play()
    console, runner = lab._console, lab._runner
    del lab
    gc.collect()
    assert runner.state.phase == "playing"
    assert browser.screen is console.screen
    console.close()


def test_a_lab_plays_on_while_a_button_of_it_stands_in_the_prose() -> None:
    lab = small_lab(steps=10**9)
    link = lab.button("faster", lr=0.5)
    lab.play()
    console, runner = lab._console, lab._runner
    del lab
    gc.collect()
    assert runner.state.phase == "playing"
    console.close()
    assert (link.disabled, link.comm) == (True, None)


@pytest.fixture
def nothing_registered() -> Iterator[None]:
    gc.collect()
    before = registered()
    yield
    assert [kind for name, kind in registered().items() if name not in before] == []


@pytest.mark.usefixtures("nothing_registered")
@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (small_lab, {}),
        (small_lab, {"show": ["lr"]}),
        (small_lab, {"show": ["perturb", "unit"], "views": ["gates"]}),
        (small_lab, {"task": "sunspots", "cell": "rnn"}),
        (small_lab, {"task": "temporal-order"}),
        (small_comparison, {}),
        (small_comparison, {"show": ["inspector"]}),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_closing_leaves_none_of_its_widgets_with_ipywidgets(
    make: Callable[..., Lab | Comparison], settings: dict[str, Any]
) -> None:
    lab = make(**settings)
    screen = Browser(lab).screen
    for button in screen.panel.toolbox.buttons.values():
        button.value = True
    screen.choose(lab._console.views)
    lab.train(3)
    lab.set(hidden_size=5)
    lab.rewind(0)
    if isinstance(lab, Lab):
        lab.tour().start()
        lab.button("faster", lr=0.5)
    assert screen.pump.flush(WAIT)
    lab.close()


@pytest.mark.usefixtures("nothing_registered")
def test_a_closed_lab_that_is_shown_again_is_let_go_of_by_another_close() -> None:
    lab = small_lab()
    lab.close()
    assert "application/vnd.jupyter.widget-view+json" in lab._repr_mimebundle_()
    lab.close()


@pytest.mark.usefixtures("nothing_registered")
def test_a_watch_that_is_closed_leaves_no_widget() -> None:
    model = torch.nn.GRU(2, 3, batch_first=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with rv.watch(model, every=1) as w:
        shown = w.widget.model_id
        for _ in range(3):
            loss = model(torch.ones(2, 4, 2))[0].square().mean()
            loss.backward()
            optimizer.step()
            w.step(loss=loss)
    assert shown in registered()
    w.close()
    assert shown not in registered()


def test_closing_tells_the_page_to_keep_its_pictures_and_to_say_nothing_more(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    browser.catch_up()
    said: list[str] = []
    browser.screen.panel.widget.comm.publish_msg = lambda kind, *_rest, **_more: said.append(kind)
    lab.close()
    assert "comm_close" not in said
    assert browser.feed.ended
    assert browser.screen.panel.play.disabled
    assert all(one.disabled for one in browser.screen.panel.focus_controls.widgets.values())


def test_what_was_on_screen_is_still_what_a_closed_lab_saves(make_lab: LabMaker, tmp_path: Any) -> None:
    lab = make_lab()
    browser = Browser(lab)
    lab.train(4)
    browser.screen.choose(["gates"])
    lab.close()
    page = lab.save_replay(tmp_path / "run.html").read_text(encoding="utf-8")
    assert re.findall(r'data-view="(\w+)"', page) == ["gates"]


def test_no_thread_is_left_by_a_lab_that_was_shown_and_closed(make_lab: LabMaker) -> None:
    before = threading.active_count()
    lab = make_lab(steps=10**9)
    Browser(lab)
    lab.play()
    lab.close()
    assert threading.active_count() == before
