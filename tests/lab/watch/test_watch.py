"""What a practitioner sees and gets of her own loop: pictures, a menu of layers, a record without a notebook."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets
import numpy as np
import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.lab import Watch
from rnnviz.lab.screen.figurewords import loss_words
from rnnviz.lab.screen.screen import BaseScreen
from rnnviz.lab.watch.watchscreen import WatchScreen
from tests.training.examples import WAIT

pytestmark = pytest.mark.timeout(120)


class Model(nn.Module):
    """Two recurrent layers of different kinds."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(3, 4, batch_first=True)
        self.reader = nn.RNN(4, 5, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        answer: torch.Tensor = self.reader(self.encoder(x)[0])[0][:, -1]
        return answer


def train(watch: Watch, model: nn.Module, steps: int = 3, time: int = 6) -> None:
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        loss = model(torch.randn(5, time, 3)).square().mean()
        loss.backward()
        optimizer.step()
        watch.step(loss=loss)


@pytest.fixture
def shown() -> Iterator[Callable[[Watch], list[dict[str, Any]]]]:
    """Display a watch without a browser: returns the list that its frames will be in."""
    watches: list[Watch] = []

    def display(watch: Watch) -> list[dict[str, Any]]:
        watches.append(watch)
        frames: list[dict[str, Any]] = []
        furnished = watch._screen._furnished

        def hear(*arguments: Any) -> Any:
            screen = furnished(*arguments)
            screen.feed.send = lambda content, buffers=None: (
                frames.append(content),
                screen.feed._heard(screen.feed, {"kind": "ack", "ids": [content["id"]], "sizes": {}}, []),
            )
            screen.feed._heard(screen.feed, {"kind": "ack", "ids": [1], "sizes": {}}, [])
            return screen

        watch._screen._furnished = hear
        watch._repr_mimebundle_()
        return frames

    yield display
    for watch in watches:
        watch.close()


def visible(watch: Watch) -> set[str]:
    assert watch._screen.screen is not None
    boxes = watch._screen.screen._figures.grid._boxes
    return {name for name, box in boxes.items() if box.layout.display != "none"}


def words(watch: Watch) -> str:
    assert watch._screen.screen is not None
    return str(watch._screen.screen.panel.status.value)


def test_without_a_notebook_a_watch_records() -> None:
    model = Model()
    with rv.watch(model, every=1) as w:
        train(w, model)
    assert w.history["step"].tolist() == [1, 2, 3]
    assert np.isfinite(w.history["loss"]).all()
    assert np.isfinite(w.history["grad_norm"]).all()
    assert list(w.trace.layers) == ["encoder", "reader"]
    assert w._screen.screen is None
    assert repr(w) == "Watch(layers=encoder, reader, step=3)"


def test_a_static_figure_shows_the_numbers_of_the_trace() -> None:
    model = Model()
    with rv.watch(model, every=1) as w:
        train(w, model)
    np.testing.assert_array_equal(w.figure("hidden", sample=2).data[0].z, w.trace.layers["encoder"].hidden[0, 0, 2].T)
    picture = w.figure("hidden", module="reader")
    np.testing.assert_array_equal(picture.data[0].z, w.trace.layers["reader"].hidden[0, 0, 0].T)
    total = np.sqrt(np.square(w.trace.layers["encoder"].grad_hidden.astype(float)).sum(axis=(2, 4)))[0, 0]
    np.testing.assert_allclose(w.figure("gradients").data[6].y, total)
    curves = w.figure("curves")
    np.testing.assert_array_equal(curves.data[1].y, w.history["grad_norm"])
    assert "gradient norm as the optimiser saw it" in [note.text for note in curves.layout.annotations]


def test_a_norm_that_was_given_is_called_unclipped() -> None:
    model = Model()
    with rv.watch(model, every=1) as w:
        model(torch.randn(2, 4, 3)).sum().backward()
        w.step(grad_norm=nn.utils.clip_grad_norm_(model.parameters(), 0.01))
    assert w.history["grad_norm"][0] > 0.01
    assert "gradient norm, unclipped" in [note.text for note in w.figure("curves").layout.annotations]


@pytest.mark.parametrize("probe", [None, torch.zeros(2, 4, 3)])
def test_it_says_whether_the_next_step_may_take_a_frame(probe: Any) -> None:
    model, answers = Model(), []
    with rv.watch(model, every=2, probe=probe) as w:
        for _ in range(4):
            answers.append(w.looks)
            train(w, model, 1)
    assert answers == [False, True, False, True]
    assert not w.looks


def test_the_path_of_the_states_is_drawn_when_it_is_asked_for() -> None:
    model = Model()
    with rv.watch(model, every=1) as w:
        train(w, model)
    states = w.trace.layers["encoder"].hidden[0, 0].astype(float)
    path = w.figure("trajectory", sample=2)
    moved = np.diff(states[2], axis=0)
    _, _, axes = np.linalg.svd(states.reshape(-1, states.shape[-1]) - states.mean((0, 1)), full_matrices=False)
    drawn = np.stack([np.diff(path.data[1].x), np.diff(path.data[1].y)])
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=0), np.linalg.norm(moved @ axes[:2].T, axis=1), rtol=1e-4)
    assert "fixed points not known here" in path.layout.annotations[0].text


def test_a_negative_loss_is_drawn_on_an_axis_that_has_a_place_for_it() -> None:
    model = Model()
    with rv.watch(model, every=1) as w:
        for loss in (0.5, -0.5):
            model(torch.randn(2, 4, 3)).sum().backward()
            w.step(loss=loss)
    curves = w.figure("curves")
    assert (curves.layout.yaxis.type, curves.layout.yaxis2.type) == ("linear", "log")
    assert curves.data[0].y.tolist() == [0.5, -0.5]


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        ({"name": "prediction"}, ValueError, "name must be one of hidden, gates, gradients, curves"),
        ({"name": "hidden", "module": "decoder"}, ValueError, "module must be one of encoder, reader, got 'decoder'"),
        ({"name": "hidden", "sample": 9}, ValueError, "sample must be from 0 to 4, got 9"),
    ],
)
def test_a_figure_that_does_not_exist_is_answered_with_those_that_do(call: Any, error: Any, sentence: str) -> None:
    model = Model()
    with rv.watch(model, every=1) as w:
        train(w, model, 1)
    with pytest.raises(error, match=sentence):
        w.figure(**call)


def test_a_picture_of_gradients_needs_a_loss() -> None:
    model = Model()
    with rv.watch(model, every=1, probe=torch.zeros(2, 4, 3)) as w:
        train(w, model, 1)
    with pytest.raises(ValueError, match="nothing to draw in the view 'gradients'"):
        w.figure("gradients")


def test_it_says_that_it_waits_and_the_first_step_brings_the_pictures(shown: Any) -> None:
    model = Model()
    w = rv.watch(model, every=1)
    frames = shown(w)
    assert "Waiting for the first step" in w.widget.children[0].value
    with w:
        train(w, model, 1)
        assert "rv-watch" in w.widget.children[0]._dom_classes
        assert w._screen.screen.pump.flush(WAIT)
        assert frames[-1]["step"] == 1
    assert visible(w) == {"hidden", "gradients", "gates", "curves"}


def test_frames_arrive_while_the_loop_runs_and_the_last_one_is_complete(shown: Any) -> None:
    model = Model()
    with rv.watch(model, every=1, fps=500.0) as w:
        frames = shown(w)
        for step in (1, 2, 3):
            train(w, model, 1)
            assert w._screen.screen.pump.flush(WAIT)
            assert frames[-1]["step"] == step
    assert "Finished after 3 steps; the states are those of step 3." in words(w)
    assert {part["figure"] for part in frames[-1]["parts"]} == {"hidden", "gradients", "gates", "curves"}


def test_the_menu_picks_a_layer_by_its_path(shown: Any) -> None:
    model = Model()
    with rv.watch(model, every=1) as w:
        shown(w)
        train(w, model)
    menu = w._screen.screen.panel.module
    assert menu.options == ("encoder", "reader")
    assert menu.layout.display is None
    menu.value = "reader"
    assert w._screen.screen.pump.flush(WAIT)
    assert w._screen.screen._snapshot.layer.kind == "rnn"
    assert w._screen.screen.panel.focus_controls.sample.max == 4


def test_one_layer_needs_no_menu(shown: Any) -> None:
    model = nn.GRU(3, 4, batch_first=True)
    with rv.watch(model, every=1) as w:
        shown(w)
        model(torch.zeros(2, 4, 3))[0].sum().backward()
        w.step()
    assert w._screen.screen.panel.module.layout.display == "none"


def test_what_has_no_data_is_hidden(shown: Any) -> None:
    model = Model()
    with rv.watch(model, every=1, probe=torch.zeros(2, 4, 3)) as w:
        shown(w)
        train(w, model, 1)
    assert visible(w) == {"hidden", "gates", "curves"}


def test_sequences_of_another_length_start_new_axes(shown: Any) -> None:
    model = Model()
    with rv.watch(model, every=1) as w:
        frames = shown(w)
        for time in (6, 6, 9):
            train(w, model, 1, time=time)
            assert w._screen.screen.pump.flush(WAIT)
    runs = {frame["step"]: frame["run"] for frame in frames}
    assert runs[1] == runs[2] != runs[3]


def test_an_exception_in_the_loop_is_named_on_the_status_line_and_comes_out(shown: Any) -> None:
    model = Model()
    w = rv.watch(model, every=1)

    def loop() -> None:
        with w:
            shown(w)
            train(w, model, 2)
            raise KeyError("batch")

    with pytest.raises(KeyError, match="batch"):
        loop()
    assert "The loop raised KeyError after step 2." in words(w)
    assert "rv-failed" in words(w)


def test_a_loop_that_raises_before_its_first_step_says_so_in_place_of_the_pictures() -> None:
    w = rv.watch(Model())
    (line,) = w.widget.children

    def loop() -> None:
        with w:
            raise KeyError("no data")

    with pytest.raises(KeyError):
        loop()
    assert "The loop raised KeyError after step 0." in line.value
    w.close()


def test_pictures_that_cannot_be_furnished_are_reported_and_the_training_goes_on(monkeypatch: Any) -> None:
    model = Model()

    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError("no room")

    monkeypatch.setattr(WatchScreen, "_furnished", fail)
    w = rv.watch(model, every=1)
    (line,) = w.widget.children
    with pytest.warns(UserWarning, match="a picture of rnnviz.watch failed: ZeroDivisionError"), w:
        train(w, model, 3)
    assert "A picture failed, the training goes on. ZeroDivisionError: no room" in line.value
    assert w.history["step"].tolist() == [1, 2, 3]
    w.close()


def test_a_picture_that_fails_is_reported_and_the_training_goes_on(shown: Any, monkeypatch: Any) -> None:
    model = Model()

    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError("no pixels")

    w = rv.watch(model, every=1)

    def loop() -> None:
        with w:
            shown(w)
            train(w, model, 1)
            monkeypatch.setattr(BaseScreen, "_draw_views", fail)
            train(w, model, 2)
            assert w._screen.screen.pump.flush(WAIT)

    with pytest.warns(UserWarning, match="a picture of rnnviz.watch failed: ZeroDivisionError"):
        loop()
    assert "A picture failed, the training goes on. ZeroDivisionError: no pixels" in words(w)
    assert w.history["step"].tolist() == [1, 2, 3]


def test_the_progress_line_names_the_step_whose_loss_it_shows(shown: Any) -> None:
    model = Model()
    with rv.watch(model, every=2) as w:
        shown(w)
        train(w, model, 3)
    (loss,) = w.history["loss"]
    assert re.search(rf">2</b>.*>{loss_words(loss)}<", w._screen.screen.panel.progress.value)
    assert "Finished after 3 steps; the states are those of step 2." in words(w)


def open_widgets() -> dict[str, ipywidgets.Widget]:
    """All that ipywidgets keeps."""
    return ipywidgets.widgets.widget._instances


def test_closing_lets_go_of_every_widget_and_keeps_the_record(shown: Any) -> None:
    model, left = Model(), []
    for _ in range(2):  # the first one brings what all figures of a page share
        with rv.watch(model, every=1) as w:
            shown(w)
            train(w, model)
        w.close()
        left.append(set(open_widgets()))
    assert left[0] == left[1]
    assert w.figure("hidden").data
    assert w.history.rows == 3


def test_every_control_has_a_label_and_a_tooltip(shown: Any) -> None:
    model = Model()
    with rv.watch(model, every=1) as w:
        shown(w)
        train(w, model, 1)
    panel = w._screen.screen.panel
    for control in (
        panel.module,
        panel.focus_controls.sample,
        panel.focus_controls.layer,
        panel.focus_controls.direction,
    ):
        assert isinstance(control, ipywidgets.Widget)
        assert len(control.tooltip) > len(control.description) > 0
    assert re.search(r"step 1 loss 0\.\d+ \d+ steps/s", re.sub("<[^>]*>", "", panel.progress.value))


def test_a_line_says_in_words_what_is_seen_and_names_no_knob(
    shown: Callable[[Watch], list[dict[str, Any]]],
) -> None:
    model = nn.RNN(3, 5, batch_first=True)
    with rv.watch(model, every=1) as watch:
        shown(watch)
        for _ in range(3):
            loss = model(torch.randn(5, 120, 3))[0][:, -1].square().mean()
            loss.backward()
            watch.step(loss=loss)
    assert watch._screen.screen is not None
    line = watch._screen.screen.panel.toolbox.tool("insights")
    (sentence,) = line.widget.seen["sentences"]
    assert sentence[0].startswith("The gradient at t = 0 is ")
    assert sentence[1] == "Try a GRU or an LSTM, orthogonal recurrent weights, or shorter sequences."
