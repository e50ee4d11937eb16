"""What a lab answers to a changed input, and its drawer that draws it."""

from typing import Any

import numpy as np
import pytest

from rnnviz.lab import Lab
from rnnviz.lab.controls.sliders import InputSlider
from rnnviz.lab.tools.perturb import Perturb
from rnnviz.training import perturb
from rnnviz.views import decode
from rnnviz.views.words import three
from tests.insights.written import by_machine
from tests.lab.browser import Browser, LabMaker


def test_a_lab_answers_as_its_session_does(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.train(2)
    seen = lab.perturb(sample=2, time=3, value=2.0)
    expected = perturb(lab._session, sample=2, time=3, value=2.0)
    np.testing.assert_array_equal(seen.delta_hidden, expected.delta_hidden)
    assert repr(seen) == repr(expected)


def test_a_lab_draws_a_changed_input(make_lab: LabMaker) -> None:
    lab = make_lab(num_layers=2)
    figure = lab.figure("perturbation", sample=1, time=3, value=2.0, layer=0)
    np.testing.assert_array_equal(figure.data[2].z, lab.perturb(sample=1, time=3, value=2.0).delta_hidden[0, 0].T)


def test_a_lab_asks_the_model_of_an_earlier_step(make_lab: LabMaker) -> None:
    lab = make_lab()
    first = lab.perturb(time=3, value=2.0)
    lab.train(4)
    assert (lab.perturb(time=3, value=2.0).delta_hidden != first.delta_hidden).any()
    seen = lab.perturb(time=3, value=2.0, step=0)
    assert seen.step == 0
    np.testing.assert_array_equal(seen.delta_hidden, first.delta_hidden)


def test_a_layer_that_does_not_exist_is_refused(make_lab: LabMaker) -> None:
    with pytest.raises(ValueError, match="layer must be at most 0, got 1"):
        make_lab().figure("perturbation", value=2.0, layer=1)


def test_a_picture_that_does_not_exist_is_refused_with_those_that_do(make_lab: LabMaker) -> None:
    with pytest.raises(ValueError, match="perturbation, got 'perturb'"):
        make_lab().figure("perturb")


class Drawer:
    """The drawer of a lab, open, and what it has sent."""

    def __init__(self, lab: Lab) -> None:
        self.browser = Browser(lab)
        toolbox = self.browser.screen.panel.toolbox
        self.tool: Perturb = toolbox.tool("perturb")
        self.frames: list[tuple[dict[str, Any], list[bytes]]] = []
        self.tool.feed.send = lambda content, buffers=None: self.frames.append((content, buffers))  # type: ignore[method-assign]
        toolbox.buttons["perturb"].value = True
        self.browser.catch_up()

    def say(self, **content: Any) -> None:
        self.tool.feed._heard(self.tool.feed, content, [])
        self.browser.catch_up()

    def drag(self, time: int, value: float) -> None:
        self.say(kind="drag", figure="perturb-input", time=time, value=value)

    def drawn(self, figure: str, trace: int, key: str) -> np.ndarray:
        """Numbers of the newest frame; heatmaps are one byte a number."""
        content, buffers = self.frames[-1]
        part = next(
            one for one in content["parts"] if (one["figure"], one["trace"], one["key"]) == (figure, trace, key)
        )
        count, kind = int(np.prod(part["shape"])), np.uint8 if part["limits"] else "<f4"
        values = np.frombuffer(buffers[0], kind, count, part["offset"]).reshape(part["shape"])
        return decode(values, tuple(part["limits"])) if part["limits"] else values


def test_a_dragged_point_is_the_perturbation_of_that_input(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    drawer.drag(3, 1.25)
    seen = lab.perturb(time=3, value=1.25)
    level = 2 * np.abs(seen.delta_hidden).max()
    np.testing.assert_allclose(drawer.drawn("perturb-answer", 2, "z"), seen.delta_hidden[0, 0].T, atol=level / 100)
    np.testing.assert_allclose(drawer.drawn("perturb-answer", 0, "customdata"), seen.norm[0, 0], rtol=1e-6)
    assert drawer.drawn("perturb-input", 1, "y")[3] == 1.25
    assert f"{three(seen.output.item())} → {three((seen.output + seen.delta_output).item())}" in drawer.tool.words.value


def test_until_something_is_changed_the_words_say_how_to(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab())
    assert "drag a point" in drawer.tool.words.value
    drawer.drag(3, 1.25)
    assert "Answer" in drawer.tool.words.value
    drawer.tool.restore.click()
    drawer.browser.catch_up()
    assert "drag a point" in drawer.tool.words.value


def test_dragging_picks_the_timestep_and_the_slider_follows(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab())
    drawer.drag(5, 1.25)
    assert drawer.browser.screen.panel.focus_controls.focus.time == 5
    assert drawer.tool.value.value == 1.25


def test_one_input_at_a_time_is_changed(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    drawer.drag(5, 1.25)
    drawer.drag(2, -0.25)
    original = lab.snapshot().inputs[0, :, 0]
    shown = drawer.drawn("perturb-input", 1, "y")
    assert shown[2] == -0.25
    np.testing.assert_array_equal(np.delete(shown, 2), np.delete(original, 2))


def test_restoring_brings_every_change_back_to_0(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    drawer.drag(5, 1.25)
    assert not drawer.tool.restore.disabled
    drawer.tool.restore.click()
    drawer.browser.catch_up()
    assert not drawer.drawn("perturb-answer", 2, "z").any()
    np.testing.assert_array_equal(drawer.drawn("perturb-input", 1, "y"), lab.snapshot().inputs[0, :, 0])
    assert drawer.tool.restore.disabled


def test_the_slider_changes_the_picked_timestep(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab())
    drawer.browser.screen.panel.focus_controls.go(time=4)
    drawer.browser.catch_up()
    drawer.tool.value.value = 1.4
    drawer.browser.catch_up()
    assert drawer.drawn("perturb-input", 1, "y")[4] == pytest.approx(1.4)


def test_the_mark_of_a_timestep_is_its_other_feature(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    drawer.tool.feature.value = 1
    drawer.browser.catch_up()
    drawer.drag(2, 0.5)
    seen = lab.perturb(time=2, value=0.5, feature=1)
    np.testing.assert_allclose(drawer.drawn("perturb-answer", 0, "customdata"), seen.norm[0, 0], rtol=1e-6)


def test_the_change_is_drawn_anew_for_what_the_model_has_become(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    drawer.drag(3, 1.25)
    lab.train(3)
    drawer.browser.catch_up()
    seen = lab.perturb(time=3, value=1.25)
    assert seen.step == 3
    np.testing.assert_allclose(drawer.drawn("perturb-answer", 0, "customdata"), seen.norm[0, 0], rtol=1e-6)


def test_another_sequence_and_another_model_begin_without_a_change(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    drawer.drag(3, 1.25)
    drawer.browser.screen.panel.focus_controls.go(sample=2)
    drawer.browser.catch_up()
    assert not drawer.drawn("perturb-answer", 2, "z").any()
    np.testing.assert_array_equal(drawer.drawn("perturb-input", 1, "y"), lab.snapshot().inputs[2, :, 0])
    lab.set(seq_len=6)
    drawer.browser.catch_up()
    assert drawer.drawn("perturb-answer", 2, "z").shape == (4, 6)


@pytest.mark.parametrize(("task", "symbol"), [("temporal-order", "X"), ("python-tokens", "#")])
def test_a_retyped_symbol_is_the_perturbation_with_that_symbol(make_lab: LabMaker, task: str, symbol: str) -> None:
    lab = make_lab(task, seq_len=12)
    drawer = Drawer(lab)
    drawer.browser.screen.panel.focus_controls.go(time=4)
    drawer.browser.catch_up()
    drawer.tool.symbol.value = dict(drawer.tool.symbol.options)[symbol]
    drawer.browser.catch_up()
    seen = lab.perturb(time=4, value=symbol)
    np.testing.assert_allclose(drawer.drawn("perturb-answer", 0, "customdata"), seen.norm[0, 0], rtol=1e-6)
    assert "nswer" in drawer.tool.words.value


def test_a_click_on_the_input_picks_its_timestep(make_lab: LabMaker) -> None:
    drawer = Drawer(make_lab())
    drawer.say(kind="pick", figure="perturb-input", trace=1, x=6, y=0.2, time=6)
    assert drawer.browser.screen.panel.focus_controls.focus.time == 6


def as_read(label: str) -> float:
    """The number that a person reads beside a slider."""
    return float(by_machine(label).replace("−", "-"))


def test_beside_the_slider_stands_the_input_at_every_timestep_in_four_figures(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    inputs = lab.snapshot().inputs
    for sample in (0, 3):
        for time in range(inputs.shape[1]):
            drawer.browser.screen.panel.focus_controls.go(sample=sample, time=time)
            drawer.browser.catch_up()
            assert np.float32(drawer.tool.value.value) == inputs[sample, time, 0]
            assert as_read(drawer.tool.value.label) == float(f"{inputs[sample, time, 0]:.4g}")
            assert drawer.tool.restore.disabled  # to look is no change


@pytest.mark.parametrize("value", [1.25, -0.25, 1 / 3, 1e-9, 0.1 + 0.2])
def test_beside_the_slider_stands_the_value_that_was_dragged(make_lab: LabMaker, value: float) -> None:
    drawer = Drawer(make_lab())
    drawer.drag(5, value)
    assert drawer.tool.value.value == value
    assert as_read(drawer.tool.value.label) == float(f"{value:.4g}")
    assert len(drawer.tool.value.label) <= 12


def test_a_slider_always_has_as_many_places_so_that_a_browser_never_clips_one(make_lab: LabMaker) -> None:
    lab = make_lab()
    drawer = Drawer(lab)
    counts = [len(drawer.tool.value.options)]
    for feature, seq_len in ((1, 8), (1, 6), (0, 6)):
        drawer.tool.feature.value = feature
        lab.set(seq_len=seq_len)
        drawer.browser.catch_up()
        counts.append(len(drawer.tool.value.options))
    assert set(counts) == {201}


def test_the_value_is_read_in_few_figures_and_is_the_input_itself() -> None:
    slider = InputSlider()
    for number in map(np.float32, (0.84562987, -0.00012345678, 0.5)):
        slider.put(number)
        assert slider.value == float(number)
        assert sum(one.isdigit() for one in slider.label.partition(" × ")[0].replace("0.", "")) <= 4


def test_at_first_the_drawer_looks_at_the_step_where_the_page_s_cursor_rests(make_lab: LabMaker) -> None:
    order, adding = make_lab("temporal-order", seq_len=20), make_lab("sunspots", seq_len=12)
    browsers = Browser(order), Browser(adding)
    focus = [one.screen.panel.focus_controls.focus.time for one in browsers]
    picture = order._session.snapshot().input_pictures[0]
    assert picture is not None
    assert focus == [picture.key_steps[0], 11]
