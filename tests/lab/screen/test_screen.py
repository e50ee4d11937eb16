"""What a learner sees and moves: status line, progress, knobs, pictures."""

import re
from typing import Any

import numpy as np
import pytest

from rnnviz.lab.screen.figurewords import loss_words
from rnnviz.lab.screen.grid import drawn
from rnnviz.live import LiveFigure
from rnnviz.live import feed as feed_module
from rnnviz.tasks import from_pairs, from_series
from rnnviz.training import LIVE, STRUCTURAL
from rnnviz.views import DEFAULT, VIEWS, HiddenView
from tests.lab.browser import Browser, LabMaker, settle
from tests.lab.screens import MOVES, classes, inside, move, unfold
from tests.training.examples import WAIT, Echo, raising

pytestmark = pytest.mark.timeout(120)


def test_every_part_has_the_class_name_that_outside_checks_look_for(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots")
    lab.widget  # noqa: B018  # opens the screen
    unfold(lab)
    found = classes(lab.widget)
    buttons = ("play", "pause", "step", "reset")
    names = ("lab", *buttons, "lr", "clip", "hidden-size", "seq-len", "status", "progress", "view")
    views = [f"view-{name}" for name in ("hidden", "gates", "gradients", "curves", "prediction")]
    assert {f"rv-{name}" for name in (*names, *views)} <= found
    assert "rv-lab" in make_lab().widget._dom_classes


def test_every_view_that_is_shown_is_a_live_figure_in_its_own_box(make_lab: LabMaker) -> None:
    path = from_series([float(at % 9) for at in range(120)], lookback=12, horizon=3)
    tasks = {"prediction": "sunspots", "fan": "sunspots", "ahead": path}
    tasks |= dict.fromkeys(("tags", "tagscores"), "python-tokens")
    translator = from_pairs([(f"{number} m", f"m {number}") for number in range(40)])
    tasks |= dict.fromkeys(("alignment", "forced", "translation"), translator)
    for name in VIEWS:
        task = tasks.get(name, "temporal-order")
        lab = make_lab(task, views=[name], **({} if task is translator else {"seq_len": 12}))
        boxes = [part for part in inside(lab.widget) if f"rv-view-{name}" in getattr(part, "_dom_classes", ())]
        assert [repr(box.children[0]) for box in boxes] == [f"LiveFigure('{name}')"]


def test_a_view_that_nobody_chose_has_a_place_and_no_figure_yet(make_lab: LabMaker) -> None:
    lab = make_lab(views=["hidden"])
    boxes = [part for part in inside(lab.widget) if "rv-view" in getattr(part, "_dom_classes", ())]
    assert len(boxes) == len(VIEWS)
    assert sum(len(box.children) > 0 for box in boxes) == 1


@pytest.mark.parametrize(("task", "barred"), [("adding", {"teacher_forcing"}), ("dates", set())])  # a decoder's alone
def test_every_setting_has_a_knob_with_a_label_and_a_tooltip(make_lab: LabMaker, task: str, barred: set[str]) -> None:
    lab = make_lab(task)
    panel = Browser(lab).screen.panel
    unfold(lab)
    knobs = lab._console.knobs.widgets
    assert set(knobs) == set(LIVE) | set(STRUCTURAL) == set(MOVES)
    assert {name for name in knobs if knobs[name] not in inside(lab.widget)} == barred
    controls = [
        *(knobs[name] for name in knobs if name not in barred),
        lab._console.knobs.clipping,
        *panel.focus_controls.widgets.values(),
    ]
    controls += [*panel.toolbox.buttons.values(), panel.play, panel.pause, panel.step, panel.reset]
    for control in controls:
        assert control in inside(lab.widget)
        assert control.description
        assert len(control.tooltip) > len(control.description)
        assert control.tabbable is not False


@pytest.mark.parametrize("name", MOVES)
def test_moving_a_knob_changes_its_setting(make_lab: LabMaker, name: str) -> None:
    lab = make_lab(cell="rnn")
    browser = Browser(lab)
    assert getattr(lab.settings, name) != MOVES[name]
    move(browser, lab, name, MOVES[name])
    assert getattr(lab.settings, name) == MOVES[name]
    lab.train(2)
    assert lab._session.snapshot().settings == lab.settings


def test_the_clip_box_switches_clipping_off_and_on_at_the_same_threshold(make_lab: LabMaker) -> None:
    lab = make_lab(clip=3.0)
    browser = Browser(lab)
    for switched, clip in ((False, None), (True, 3.0)):
        lab._console.knobs.clipping.value = switched
        browser.catch_up()
        assert lab._runner.join(WAIT)
        assert lab.settings.clip == clip
        assert lab._console.knobs.widgets["clip"].disabled is not switched


def test_a_knob_moved_while_playing_acts_on_the_next_step(make_lab: LabMaker) -> None:
    lab = make_lab(steps=12)
    Browser(lab)
    knob = lab._console.knobs.widgets["lr"]
    lab.train(6)
    knob.value = 0.1
    lab.play()
    assert lab._runner.join(WAIT)
    np.testing.assert_array_equal(lab.history["lr"][6:], [0.1] * 6)


def test_the_knob_leads_from_a_relu_network_to_an_lstm_and_back(make_lab: LabMaker) -> None:
    lab = make_lab(cell="rnn", nonlinearity="relu")
    browser = Browser(lab)
    activation = lab._console.knobs.widgets["nonlinearity"]
    move(browser, lab, "cell", "lstm")
    assert (lab.settings.cell, lab.settings.nonlinearity) == ("lstm", "tanh")
    assert (activation.value, activation.disabled) == ("tanh", True)
    assert type(lab.model.recurrent).__name__ == "LSTM"
    move(browser, lab, "cell", "rnn")
    assert activation.disabled is False
    move(browser, lab, "nonlinearity", "relu")
    assert (lab.settings.cell, lab.settings.nonlinearity) == ("rnn", "relu")


@pytest.mark.parametrize("value", [0.02, 0.0123, 2.5, 1e-7])
def test_knobs_follow_what_code_sets_also_off_their_marks(make_lab: LabMaker, value: float) -> None:
    lab = make_lab()
    Browser(lab)
    lab.set(
        lr=value, clip=value, batch_size=300, input_noise=2.0, hidden_size=200, seq_len=11, rho=value, forget_bias=value
    )
    for name, widget in lab._console.knobs.widgets.items():
        assert widget.value == getattr(lab.settings, name), name
    assert lab.settings.lr == value
    lab.set(clip=None, rho=None)
    assert lab._console.knobs.clipping.value is False
    assert lab.settings.clip is None
    assert lab._console.knobs.widgets["rho"].label == "–"


def test_following_reports_no_move_of_its_own(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    model = lab.model
    lab.set(lr=0.0123)
    browser.catch_up()
    assert lab.model is model
    assert lab.settings.lr == 0.0123


def test_a_fresh_lab_shows_no_number_that_it_does_not_have(make_lab: LabMaker) -> None:
    lab = make_lab(steps=1500)
    browser = Browser(lab)
    browser.catch_up()
    panel = browser.screen.panel
    assert "nan" not in panel.figures_text.value
    assert panel.bar.progress == "step 0 of 1,500 · 0 steps/s · loss –"
    assert "Not trained yet." in browser.status


def test_the_progress_line_says_the_step_and_the_newest_loss(make_lab: LabMaker) -> None:
    lab = make_lab(steps=50)
    browser = Browser(lab)
    lab.train(7)
    browser.catch_up()
    panel = browser.screen.panel
    loss = loss_words(lab.history["loss"][-1])
    assert panel.bar.progress == f"step 7 of 50 · {lab.state.steps_per_second:.0f} steps/s · loss {loss}"
    assert f">{loss}</b>" in panel.figures_text.value
    assert (panel.bar.step, panel.bar.goal) == (7, 50)


def test_the_buttons_do_what_they_say(make_lab: LabMaker) -> None:
    lab = make_lab(steps=9)
    browser = Browser(lab)
    panel = browser.screen.panel
    for button, step in ((panel.step, 1), (panel.step, 2), (panel.play, 9), (panel.reset, 0)):
        button.click()
        assert lab._runner.join(WAIT)
        assert lab.state.step == step
    panel.play.click()
    panel.pause.click()
    assert lab._runner.join(WAIT)
    browser.catch_up()
    assert (panel.play.disabled, panel.pause.disabled) == (False, True)


@pytest.mark.parametrize("by_knob", [True, False])
def test_the_lab_says_that_a_new_model_is_coming_before_it_builds_it(make_lab: LabMaker, by_knob: bool) -> None:
    lab = make_lab()
    browser = Browser(lab)
    browser.catch_up()
    if by_knob:
        move(browser, lab, "hidden_size", 9)
    else:
        lab.set(hidden_size=9)
    browser.catch_up()
    announced = [run for text, run in browser.statuses if "hidden size 4 → 9: this starts a new model" in text]
    assert announced == [0]
    assert lab._session.run == 1
    assert "Rebuilt from step 0" in browser.status


def _keep_busy(browser: Browser) -> None:
    """Answer no frame any more, and have as many under way as may be."""
    browser.catch_up()
    browser.answers = False
    for _ in range(feed_module.IN_FLIGHT - browser.feed.in_flight):
        browser.screen.pump.offer()
        browser.catch_up()


def test_words_of_the_training_thread_do_not_overtake_the_announcement(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    _keep_busy(browser)
    lab._console.knobs.widgets["hidden_size"].value = 9  # waits, as the browser is busy
    lab._console._on_state(lab.state)  # as the training thread tells it with each frame
    browser.answers = True
    browser.answer(*range(1, 100))
    browser.catch_up()
    assert lab._runner.join(WAIT)
    assert any("hidden size 4 → 9" in text for text in browser.words())
    assert lab.model.recurrent.hidden_size == 9


def test_a_knob_that_moves_while_a_new_model_is_announced_counts_as_well(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    _keep_busy(browser)
    lab._console.knobs.widgets["hidden_size"].value = 9  # waits, as the browser is busy
    lab._console.knobs.widgets["lr"].value = 1e-2
    browser.answers = True
    browser.answer(*range(1, 100))
    browser.catch_up()
    assert lab._runner.join(WAIT)
    assert (lab.settings.hidden_size, lab.settings.lr) == (9, 1e-2)


def test_hostile_words_in_an_error_are_shown_as_words(make_lab: LabMaker) -> None:
    lab = make_lab(Echo(at=2, then=raising(ValueError("<script>alert('x')</script>"))))
    browser = Browser(lab)
    with pytest.raises(ValueError, match="script"):
        lab.train(5)
    browser.catch_up()
    assert "&lt;script&gt;" in browser.status
    assert "<script" not in browser.status


class Broken(HiddenView):
    """Draws until it is told to fail."""

    def __init__(self) -> None:
        self.fails, self.calls = False, 0

    def patches(self, *args: Any) -> list[Any]:
        if self.fails:
            self.calls += 1
            raise ZeroDivisionError("in <b>a view</b>")
        return super().patches(*args)


def test_a_broken_view_is_shown_with_its_name_and_raised_once_without_an_endless_loop(make_lab: LabMaker) -> None:
    view = Broken()
    lab = make_lab(views=[view, *(name for name in VIEWS if name != "hidden")])
    browser = Browser(lab)
    lab.train(3)
    browser.catch_up()
    view.fails = True
    browser.screen.pump.offer()
    browser.catch_up()  # would never come back from a loop of frames and errors
    assert view.calls == 1
    assert lab.state.phase == "failed"
    assert "A view raised ZeroDivisionError: in &lt;b&gt;a view" in browser.status
    view.fails = False
    with pytest.raises(ZeroDivisionError, match="a view"):
        lab.train(1)
    lab.train(1)
    browser.catch_up()
    assert (lab.state.phase, lab.state.step) == ("paused", 4)
    assert browser.frames[-1][0]["step"] == 4


def test_what_the_browser_cannot_draw_is_shown_and_raised(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    browser.feed._heard(browser.feed, {"kind": "error", "figure": "gates", "text": "<i>boom</i>"}, [])
    browser.catch_up()
    assert "the browser could not draw &#x27;gates&#x27;: &lt;i&gt;boom" in browser.status
    with pytest.raises(RuntimeError, match="could not draw 'gates'"):
        lab.train(1)


def test_a_browser_that_can_draw_nothing_is_not_sent_frames_for_ever(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    browser.catch_up()
    errors = 0

    def refuse(content: dict[str, Any], buffers: Any = None) -> None:
        nonlocal errors
        errors += 1
        if errors < 50:  # so that a loop ends, and can be counted
            browser.feed._heard(browser.feed, {"kind": "error", "figure": "gates", "text": "boom"}, [])
        browser.answer(content["id"])

    browser.feed.send = refuse
    browser.screen.pump.offer()
    browser.catch_up()
    assert errors <= 3  # the frame, and those that tell of its failure
    assert "could not draw" in browser.status


def test_a_frame_is_one_message_with_all_the_views_in_it(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots", steps=6)
    browser = Browser(lab)
    lab.play()
    assert lab._runner.join(WAIT)
    browser.catch_up()
    whole = set(DEFAULT) - {"answer"}  # it names no class
    states = {name for name in whole if drawn(VIEWS[name]).light}
    for content, buffers in browser.frames:
        assert {part["figure"] for part in content["parts"]} == (states if content.get("light") else whole)
        assert len(buffers) == 1
    steps = [content["step"] for content, _ in browser.frames]
    assert steps == sorted(steps)
    assert steps[-1] == 6
    numbers = [content["id"] for content, _ in browser.frames]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_no_third_frame_goes_out_while_two_are_unanswered(make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "LOST_AFTER", 1e6)
    lab = make_lab()
    browser = Browser(lab)
    browser.catch_up()
    browser.answer(*range(1, 10))
    browser.answers, before = False, len(browser.frames)
    for _ in range(2):
        browser.screen.pump.offer()
        browser.catch_up()
    lab.train(40)
    assert not browser.screen.pump.flush(timeout=0.2)
    assert len(browser.frames) == before + 2
    browser.answer(*range(1, 100))
    browser.catch_up()
    assert len(browser.frames) == before + 3  # the newest, not the queue
    assert browser.frames[-1][0]["step"] == 40


def test_a_page_that_says_hello_gets_the_newest_picture(make_lab: LabMaker) -> None:
    lab = make_lab()
    browser = Browser(lab)
    lab.train(3)
    browser.catch_up()
    before = len(browser.frames)
    browser.feed._heard(browser.feed, {"kind": "hello"}, [])
    browser.catch_up()
    assert [content["step"] for content, _ in browser.frames[before:]] == [3]


def test_the_selectors_choose_what_is_drawn_among_what_exists(make_lab: LabMaker) -> None:
    lab = make_lab(num_layers=2)
    browser = Browser(lab)
    focus_controls = browser.screen.panel.focus_controls
    browser.catch_up()
    assert (focus_controls.sample.max, focus_controls.layer.max, focus_controls.direction.layout.display) == (
        7,
        1,
        "none",
    )
    focus_controls.sample.value, focus_controls.layer.value = 6, 1
    browser.catch_up()
    message, [data] = browser.frames[-1]
    states = next(part for part in message["parts"] if (part["figure"], part["key"]) == ("hidden", "z"))
    truth = lab.snapshot().layer.hidden[1, 0, 6].T
    codes = np.frombuffer(data, np.uint8, truth.size, states["offset"]).reshape(truth.shape)
    assert np.abs(codes / 127 - 1 - truth).max() <= 1 / 254 + 1e-6
    move(browser, lab, "num_layers", 1)
    browser.catch_up()
    assert (focus_controls.layer.max, focus_controls.layer.value) == (0, 0)


def test_a_task_without_a_forecast_hides_that_view(make_lab: LabMaker) -> None:
    for task, shown in (("adding", "none"), ("sunspots", None)):
        browser = Browser(make_lab(task))
        browser.catch_up()
        assert browser.screen._figures.grid._boxes["prediction"].layout.display == shown
        sent = {part["figure"] for part in browser.frames[-1][0]["parts"]}
        assert ("prediction" in sent) == (shown is None)


def test_a_lab_is_text_that_is_always_the_same(make_lab: LabMaker) -> None:
    words = "Lab(task='adding', cell='lstm', hidden_size=4, step=2)"
    for _ in range(2):
        lab = make_lab()
        lab.train(2)
        assert repr(lab) == words
        bundle = lab._repr_mimebundle_()
        assert bundle["text/plain"] == words
        assert set(bundle) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    for part in inside(lab.widget):
        assert not re.search(r"0x[0-9a-f]{6}|[0-9a-f]{16}", repr(part) if isinstance(part, LiveFigure) else "")


def test_a_lab_shown_after_it_failed_says_so(make_lab: LabMaker) -> None:
    lab = make_lab(Echo(at=3, then=raising(ValueError("late"))))
    with pytest.raises(ValueError, match="late"):
        lab.train(5)
    browser = Browser(lab)
    browser.catch_up()
    assert "The task raised ValueError: late" in browser.status
    assert 'class="rv-failed"' in browser.status
    settle(lab)
