"""What a lab gives away from its pop-over: tables as files, and lines of code that do the same."""

import contextlib
import io
from typing import Any

import pandas as pd
import pytest

import rnnviz as rv
from tests.lab.browser import Browser, LabMaker

pytestmark = pytest.mark.timeout(120)


class Opened:
    """An open pop-over, and the files that it has handed to the page."""

    def __init__(self, lab: Any) -> None:
        self.browser = Browser(lab)
        toolbox = self.browser.screen.panel.toolbox
        toolbox.buttons["share"].value = True
        self.browser.catch_up()
        self.box = toolbox.tool("share").widget
        self.files: list[tuple[str, str]] = []
        self.box.send = lambda content, buffers: self.files.append((content["file"], buffers[0].decode()))

    def press(self, name: str) -> tuple[str, str]:
        self.box._heard(self.box, {"kind": "table", "name": name}, [])
        return self.files[-1]


def test_the_curves_are_a_file_with_every_row(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.train(5)
    assert Opened(lab).press("curves") == ("curves-step-5.csv", lab.history.to_csv())


def test_the_states_are_those_of_the_sequence_that_is_shown(make_lab: LabMaker) -> None:
    lab = make_lab(cell="lstm")
    opened = Opened(lab)
    opened.browser.screen.panel.focus_controls.go(sample=2)
    opened.browser.catch_up()
    assert opened.press("states") == ("states-step-0-sequence-2.csv", lab.snapshot().to_csv(sample=2))


def test_while_somebody_looks_back_the_states_are_those_of_then(make_lab: LabMaker) -> None:
    lab = make_lab()
    early = lab.snapshot().to_csv(sample=0)
    lab.train(3)
    opened = Opened(lab)
    lab.rewind(0)
    opened.browser.catch_up()
    assert opened.press("states") == ("states-step-0-sequence-0.csv", early)


def test_a_comparison_gives_all_models_with_their_names() -> None:
    with contextlib.closing(rv.compare(["rnn", "gru"], task="adding", hidden_size=3, seq_len=6, device="cpu")) as lab:
        lab.train(2)
        opened = Opened(lab)
        name, text = opened.press("curves")
        assert (name, text) == ("curves-step-2.csv", lab.history.to_csv())
        assert set(pd.read_csv(io.StringIO(opened.press("states")[1]))["model"]) == {"rnn", "gru"}
        assert "comparison.history.to_frame()" in opened.box.tables
        assert opened.box.replay == 'comparison.save_replay("comparison.html")'


def test_the_lines_that_are_shown_do_what_they_say(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.train(2)
    curves, states = Opened(lab).box.tables.split("\n")
    assert len(eval(curves.partition("#")[0], {"lab": lab})) == 2
    assert list(eval(states.partition("#")[0], {"lab": lab}).columns[:5]) == [
        "sample",
        "layer",
        "direction",
        "time",
        "unit",
    ]


def test_what_goes_wrong_with_a_table_is_said_on_the_status_line(
    make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> str:
        raise MemoryError("no room for a table")

    lab = make_lab()
    opened = Opened(lab)
    monkeypatch.setattr("rnnviz.training.Snapshot.to_csv", full)
    opened.box._heard(opened.box, {"kind": "table", "name": "states"}, [])
    opened.browser.catch_up()
    assert opened.files == []
    assert "no room for a table" in opened.browser.status
    with pytest.raises(MemoryError):
        lab.step()
