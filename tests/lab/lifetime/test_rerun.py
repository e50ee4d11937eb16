"""Running a cell again stops the labs of its earlier run, and only those."""

import gc
import weakref

import IPython
import pytest
import torch

import rnnviz as rv
from rnnviz.lab import Lab
from rnnviz.lab.lifetime import rerun
from tests.lab.browser import Browser, LabMaker
from tests.lab.shell import Notebook
from tests.training.examples import WAIT

pytestmark = pytest.mark.timeout(120)


def tiny_lab() -> Lab:
    return Lab("adding", seq_len=8, hidden_size=4, device="cpu", steps=10**9)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    shell = Notebook()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.setattr(rerun, "_made", {})
    return shell


def test_a_cell_that_runs_again_stops_the_lab_it_made_before(notebook: Notebook, make_lab: LabMaker) -> None:
    notebook.run("a")
    first = make_lab(steps=10**6)
    first.play()
    notebook.run("a")
    second = make_lab()
    assert first.state.phase == "stopped"
    assert second.state.phase == "ready"
    second.train(1)


def test_other_cells_and_other_labs_of_the_same_run_live_on(notebook: Notebook, make_lab: LabMaker) -> None:
    notebook.run("a")
    one, two = make_lab(), make_lab()
    notebook.run("b")
    three = make_lab()
    assert [lab.state.phase for lab in (one, two, three)] == ["ready"] * 3
    notebook.run("a")
    make_lab()
    assert [lab.state.phase for lab in (one, two, three)] == ["stopped", "stopped", "ready"]


def test_cells_of_one_text_leave_each_other_s_labs_alone_while_those_are_held(notebook: Notebook) -> None:
    labs = []
    for code in ("x", "y", "x"):
        notebook.run(None, code)
        labs.append(tiny_lab())
        labs[-1].play()
    assert [lab.state.phase for lab in labs] == ["playing"] * 3
    first = labs[0]._runner
    del labs[0]
    assert first.join(WAIT)
    assert first.state.phase == "stopped"
    assert [lab.state.phase for lab in labs] == ["playing"] * 2
    for lab in labs:
        lab.close()


def test_a_cell_known_by_its_text_closes_what_its_variable_held_before(notebook: Notebook) -> None:
    lab = None
    boxes, runners = [], []
    for _ in range(2):
        notebook.run(None, "lab = rv.Lab()")
        lab = tiny_lab()
        boxes.append(lab.widget)
        runners.append(lab._runner)
        lab.play()
    assert [one.state.phase for one in runners] == ["stopped", "playing"]
    assert [one.comm is None for one in boxes] == [True, False]
    lab.close()


def test_a_watch_of_the_same_text_is_closed_once_it_is_not_held(notebook: Notebook) -> None:
    boxes = []
    for _ in range(2):
        notebook.run(None, "w = rv.watch(model)")
        w = rv.watch(torch.nn.GRU(2, 3))
        boxes.append(w.widget)
    assert [one.comm is None for one in boxes] == [True, False]
    w.close()


def test_a_cell_whose_new_lab_is_refused_keeps_its_old_one(notebook: Notebook, make_lab: LabMaker) -> None:
    notebook.run("a")
    lab = make_lab()
    notebook.run("a")
    with pytest.raises(ValueError, match="cell must be one of"):
        make_lab(cell="transformer")
    assert lab.state.phase == "ready"


def test_outside_a_notebook_labs_do_not_know_of_each_other(make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rerun, "_made", {})
    make_lab(), make_lab()
    assert rerun._made == {}


def test_a_replaced_lab_that_nobody_holds_is_freed(notebook: Notebook, make_lab: LabMaker) -> None:
    def run() -> weakref.ref[Lab]:
        notebook.run("a")
        lab = Lab("adding", seq_len=8, hidden_size=4, device="cpu")
        Browser(lab).catch_up()
        lab.train(2)
        return weakref.ref(lab)

    before = run()
    after = run()
    gc.collect()
    assert before() is None
    assert after() is not None
    notebook.run("a")
    make_lab()
