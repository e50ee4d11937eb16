"""A comparison without a browser: one set of verbs and knobs for several models, and what goes wrong in one of them."""

import math
import re
from collections.abc import Iterator
from typing import Any

import IPython
import numpy as np
import pytest

import rnnviz
from rnnviz.insights import differences, to_say
from rnnviz.lab import Lab, compare
from rnnviz.lab.lifetime import rerun
from rnnviz.lab.tools.results import ResultsTable
from rnnviz.training import NonFiniteLoss, Snapshot
from rnnviz.views import Focus, HiddenView, View
from tests.insights.written import by_hand
from tests.lab.browser import Browser, settle
from tests.lab.comparisons import CELLS, SIZES, Maker
from tests.lab.screens import unfold
from tests.lab.shell import Notebook
from tests.training.examples import WAIT, raising
from tests.views.runs import scored

DECODERS = {"teacher_forcing"}  # what only a model with a decoder has

pytestmark = pytest.mark.timeout(120)


def rows(browser: Browser) -> list[list[str]]:
    """The table on screen, a list of texts a row, without its head."""
    browser.catch_up()
    html = browser.screen.panel.toolbox.asides[0].children[0].value
    lines = re.findall(r"<tr.*?</tr>", html)[1:]
    return [[re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line)] for line in lines]


COLUMNS = "step, loss, metric, grad_norm, clipped, lr, clip"


@pytest.mark.parametrize("label", ["nope", "loss", 0])
def test_a_history_that_does_not_exist_lists_the_models_and_their_columns(make_comparison: Maker, label: Any) -> None:
    words = (
        f"no model {label!r} in this comparison; the models are rnn, gru, lstm, and the columns of each are {COLUMNS}."
    )
    with pytest.raises(KeyError, match=re.escape(words)):
        make_comparison().history[label]


def test_a_column_that_does_not_exist_lists_the_columns(make_comparison: Maker) -> None:
    with pytest.raises(KeyError, match=f"no column 'nope' in the history; the columns are {COLUMNS}."):
        make_comparison().history["gru"]["nope"]


@pytest.mark.parametrize("of", ["settings", "sessions"])
def test_a_model_that_does_not_exist_lists_the_models(make_comparison: Maker, of: str) -> None:
    with pytest.raises(KeyError, match=r"no model 'nope' in this comparison; the models are rnn, gru, lstm\."):
        getattr(make_comparison(), of)["nope"]


def test_the_front_door_has_it() -> None:
    assert rnnviz.compare is compare
    assert "compare" in rnnviz.__all__


@pytest.mark.parametrize("cell", CELLS)
def test_each_curve_is_that_of_a_lab_with_the_same_settings_bit_for_bit(make_comparison: Maker, cell: str) -> None:
    comparison = make_comparison(seed=5)
    comparison.train(20)
    lab = Lab("adding", cell=cell, seed=5, **SIZES)
    lab.train(20)
    np.testing.assert_array_equal(comparison.history[cell]["loss"], lab.history["loss"])
    lab.close()


def test_playing_watched_gives_the_same_curves_as_training_in_place(make_comparison: Maker) -> None:
    trained, played = make_comparison(), make_comparison(steps=20)
    trained.train(20)
    Browser(played)
    played.play()
    assert played._runner.join(WAIT)
    for cell in CELLS:
        np.testing.assert_array_equal(trained.history[cell]["loss"], played.history[cell]["loss"])


def test_step_reset_and_pause_act_on_all(make_comparison: Maker) -> None:
    comparison = make_comparison()
    comparison.step(3)
    assert [one.step for one in comparison.sessions.values()] == [3, 3, 3]
    first = {cell: history["loss"] for cell, history in comparison.history.items()}
    comparison.reset()
    assert [one.step for one in comparison.sessions.values()] == [0, 0, 0]
    browser = Browser(comparison)
    comparison.play()
    with browser.sent:
        assert browser.sent.wait_for(lambda: browser.frames and browser.frames[-1][0]["step"] > 2, WAIT)
    comparison.pause()
    assert comparison.state.phase == "paused"
    assert len({one.step for one in comparison.sessions.values()}) == 1
    for cell in CELLS:
        np.testing.assert_array_equal(comparison.history[cell]["loss"][:3], first[cell])


def test_a_live_setting_acts_on_all_and_a_structural_one_rebuilds_all(make_comparison: Maker) -> None:
    comparison = make_comparison()
    comparison.train(2)
    assert comparison.set(lr=0.25) is comparison
    assert comparison._lockstep.run == 0
    comparison.set(hidden_size=6)
    assert comparison._lockstep.run == 1
    assert {(one.lr, one.hidden_size) for one in comparison.settings.values()} == {(0.25, 6)}
    assert comparison.state.message == "Rebuilt from step 0."


def test_a_knob_moves_all_models(make_comparison: Maker) -> None:
    comparison = make_comparison()
    Browser(comparison)
    comparison._console.knobs.widgets["lr"].value = 0.5
    settle(comparison)
    assert {one.lr for one in comparison.settings.values()} == {0.5}


@pytest.mark.parametrize(
    ("models", "hidden"),
    [
        (CELLS, {"cell", "nonlinearity", *DECODERS}),
        (({"lr": 0.1}, {"lr": 0.2}), {"lr", "nonlinearity", *DECODERS}),
        (({"cell": "rnn"}, {"cell": "rnn", "nonlinearity": "relu"}), {"cell", "nonlinearity", *DECODERS}),
    ],
)
def test_what_is_compared_has_no_knob(make_comparison: Maker, models: Any, hidden: set[str]) -> None:
    comparison = make_comparison(*models)
    screen = Browser(comparison).screen
    unfold(comparison)

    def shown(widget: Any) -> Iterator[str]:
        yield from getattr(widget, "_dom_classes", ())
        for child in getattr(widget, "children", ()):
            yield from shown(child)

    classes = set(shown(screen.panel.widget))
    missing = {name for name in comparison._console.knobs.widgets if f"rv-{name.replace('_', '-')}" not in classes}
    assert missing == hidden


def test_what_is_compared_cannot_be_set(make_comparison: Maker) -> None:
    with pytest.raises(ValueError, match="cell cannot be set for all: it is what this comparison compares"):
        make_comparison("rnn", "gru").set(cell="gru")


def test_an_unknown_setting_is_answered_with_the_known_ones(make_comparison: Maker) -> None:
    with pytest.raises(TypeError, match="unknown setting 'lerning_rate'; the settings are lr, "):
        make_comparison().set(lerning_rate=1)


def test_the_table_has_every_models_numbers_and_the_baselines(make_comparison: Maker) -> None:
    comparison = make_comparison()
    comparison.train(4)
    table = comparison.table()
    scores = comparison.evaluate()
    assert [row["model"] for row in table] == [*CELLS, *(name for name in scores if name not in CELLS)]
    for row in table[:3]:
        one = comparison.sessions[row["model"]]
        assert row["steps"] == 4
        assert row["parameters"] == sum(weight.numel() for weight in one.model.parameters())
        assert row["loss"] == one.history["loss"][-1]
    assert {row["model"]: row["metric"] for row in table} == pytest.approx(scores)
    assert sum(row["time_share"] for row in table[:3]) == pytest.approx(1.0)


def test_before_the_first_step_the_table_has_no_loss_and_no_time(make_comparison: Maker) -> None:
    table = make_comparison().table()
    assert all(row["loss"] is None and row["time_share"] is None for row in table)
    assert all(row["metric"] is not None for row in table)


def test_the_table_on_screen_keeps_up_with_the_run(make_comparison: Maker) -> None:
    comparison = make_comparison()
    browser = Browser(comparison)
    assert [row[1] for row in rows(browser)[:3]] == ["–", "–", "–"]
    comparison.train(7)
    shown, told = rows(browser), comparison.table()
    assert [row[0] for row in shown] == ["RNN", "GRU", "LSTM", told[3]["model"]]
    scores = [row[2] for row in shown[:3]] + [shown[3][1]]  # a simple rule has no loss
    assert [float(score) for score in scores] == pytest.approx([row["metric"] for row in told], rel=5e-3)
    assert [float(row[1]) for row in shown[:3]] == pytest.approx([row["loss"] for row in told[:3]], rel=5e-3)
    assert [row[4] for row in shown[:3]] == [f"{row['parameters']:,}" for row in told[:3]]


def bold(snapshot: Snapshot) -> list[str]:
    """The words in bold in the table of a moment."""
    table = ResultsTable()
    table.show(snapshot, Focus())
    return re.findall(r"<td><b>(.*?)</b></td>", table.widget.value)


def test_the_best_score_is_bold_if_it_is_better_than_the_simple_rules(make_comparison: Maker) -> None:
    snapshot = make_comparison().snapshot()
    rule = min(snapshot.baselines.values())
    assert bold(scored(snapshot, 0.5 * rule, 0.8 * rule, 2 * rule)) == [f"{0.5 * rule:#.3g}"]
    assert bold(scored(snapshot, 0.99 * rule, 1.2 * rule, 2 * rule)) == []
    assert bold(scored(snapshot, math.nan, math.nan, math.nan)) == []


def test_one_frame_carries_all_pictures(make_comparison: Maker) -> None:
    comparison = make_comparison()
    browser = Browser(comparison)
    comparison.train(2)
    browser.catch_up()
    message = browser.frames[-1][0]
    assert {part["figure"] for part in message["parts"]} == {"input", "hidden", "gradients", "scores", "curves"}
    assert message["step"] == 2


def test_after_a_rebuild_the_pictures_are_drawn_anew(make_comparison: Maker) -> None:
    comparison = make_comparison()
    browser = Browser(comparison)
    comparison.set(hidden_size=6)
    browser.catch_up()
    assert browser.frames[-1][0]["run"] == 1
    shapes = [part["shape"] for part in browser.frames[-1][0]["parts"] if part["key"] == "z"]
    assert [shape[0] for shape in shapes] == [6, 6, 6]


@pytest.mark.parametrize("name", ["hidden", "gradients", "curves", "gates"])
def test_every_picture_can_be_had_as_a_plain_figure(make_comparison: Maker, name: str) -> None:
    assert len(make_comparison().figure(name, sample=1).data) > 2


def test_a_picture_that_does_not_exist_is_answered_with_those_that_do(make_comparison: Maker) -> None:
    with pytest.raises(
        ValueError,
        match="name must be one of input, hidden, gradients, scores, prediction, curves, gates, tags, got 'phase'",
    ):
        make_comparison().figure("phase")


def test_chosen_pictures_and_a_view_of_ones_own_are_shown(make_comparison: Maker) -> None:
    class Mine(HiddenView):
        name = "mine"

    comparison = make_comparison(views=["gates", Mine()])
    browser = Browser(comparison)
    browser.catch_up()
    assert browser.screen.chosen == {"gates", "mine"}
    assert isinstance(comparison._console.views["mine"], View)


def test_only_the_controls_asked_for_are_shown(make_comparison: Maker) -> None:
    comparison = make_comparison(show=["lr"])
    screen = Browser(comparison).screen
    assert screen.panel.toolbox.lines == []
    assert list(screen.panel.toolbox.buttons) == []


def test_a_control_that_does_not_exist_is_answered_with_those_that_do(make_comparison: Maker) -> None:
    with pytest.raises(
        ValueError,
        match=r"show names 'rhoo'; a lab has lr, .*results, insights, inspector, pictures, share, timeline",
    ):
        make_comparison(show=["rhoo"])


def test_the_table_of_results_is_still_known_by_the_name_that_saved_notebooks_have(make_comparison: Maker) -> None:
    named, before = (make_comparison(show=[name, "lr"]) for name in ("results", "standings"))
    assert Browser(before).screen.panel.toolbox.names == Browser(named).screen.panel.toolbox.names == ["results"]
    assert before.recipe() == named.recipe()


def test_one_model_that_blows_up_pauses_all_is_named_on_screen_and_raised_by_the_next_blocking_call(
    make_comparison: Maker,
) -> None:
    comparison = make_comparison({"lr": 1e-3}, {"lr": 1e38}, cell="rnn", optimizer="sgd", clip=None)
    browser = Browser(comparison)
    comparison.play()
    settle(comparison)
    browser.catch_up()
    assert comparison.state.phase == "failed"
    assert "lr=1e+38: The loss or its gradient stopped being a number at step" in browser.status
    assert "rv-failed" in browser.status
    with pytest.raises(NonFiniteLoss, match=r"lr=1e\+38: The loss"):
        comparison.train(1)


def test_an_error_inside_one_model_is_shown_with_its_name(make_comparison: Maker) -> None:
    comparison = make_comparison()
    browser = Browser(comparison)
    comparison.sessions["gru"].model.register_forward_pre_hook(raising(RuntimeError("out of memory")))
    comparison.play()
    settle(comparison)
    browser.catch_up()
    assert "gru: The model raised RuntimeError: out of memory" in browser.status
    with pytest.raises(RuntimeError, match="out of memory"):
        comparison.train(1)


def test_running_the_cell_again_frees_the_comparison_it_made(
    make_comparison: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Notebook()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.setattr(rerun, "_made", {})
    shell.run("a")
    first = make_comparison()
    Browser(first)
    shell.run("a")
    second = make_comparison()
    assert first.state.phase == "stopped"
    assert first._console.screen is None
    assert second.state.phase == "ready"


def test_an_earlier_moment_of_all_models_can_be_looked_at(make_comparison: Maker) -> None:
    comparison = make_comparison(steps=64)
    Browser(comparison)
    comparison.train(2)
    then = comparison.figure("hidden").data
    comparison.train(6)
    now = comparison.figure("hidden").data
    again = comparison.figure("hidden", step=2).data
    for before, after, later in zip(then, again, now, strict=True):
        np.testing.assert_array_equal(before.z, after.z)
        assert (before.z != later.z).any()


def test_rewound_pictures_and_table_show_the_same_earlier_step(make_comparison: Maker) -> None:
    comparison = make_comparison()
    browser = Browser(comparison)
    comparison.train(2)
    comparison.train(6)
    comparison.rewind(2)
    losses = [one["loss"][1] for one in comparison.history.values()]
    assert [float(row[1]) for row in rows(browser)[:3]] == pytest.approx(losses, rel=5e-3)
    assert browser.frames[-1][0]["step"] == 2


def test_closed_it_still_answers(make_comparison: Maker) -> None:
    comparison = make_comparison()
    comparison.train(2)
    comparison.close()
    assert len(comparison.history["gru"]["loss"]) == 2
    assert comparison.table()[0]["steps"] == 2
    assert comparison.figure("hidden").data
    with pytest.raises(RuntimeError, match="stopped for good"):
        comparison.train(1)


def test_a_notebook_shows_the_widget_and_other_pages_its_words(make_comparison: Maker) -> None:
    bundle = make_comparison()._repr_mimebundle_()
    assert bundle["text/plain"] == "Comparison(task='adding', models=['rnn', 'gru', 'lstm'], step=0)"
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_data_never_becomes_markup(make_comparison: Maker) -> None:
    comparison = make_comparison()
    for one in comparison.sessions.values():
        one.task.metric_name = "<i>MSE</i>"
    browser = Browser(comparison)
    browser.catch_up()
    html = browser.screen.panel.toolbox.asides[0].children[0].value
    assert "<i>" not in html
    assert "&lt;i&gt;MSE&lt;/i&gt;" in html


@pytest.mark.parametrize(
    ("models", "settings", "words"),
    [
        (["rnn"], {}, ["models must hold 2 to 4 entries, got 1"]),
        ([*CELLS, {"lr": 1.0}, {"lr": 2.0}], {}, ["models must hold 2 to 4 entries, got 5"]),
        (["gru", "gru"], {}, ["models must differ"]),
        ("rnn", {}, ["models must be a list such as"]),
        (["rnn", "transformer"], {}, ["cell must be one of rnn, lstm, gru, got 'transformer'"]),
        (["rnn", "gru"], {"hiden_size": 3}, ["unknown setting 'hiden_size'"]),
        (["rnn", "gru"], {"task": "sunspot"}, ["'sunspot'", "adding"]),
        (["rnn", "gru"], {"device": "tpu"}, ["device 'tpu' does not exist here"]),
        (["rnn", "gru"], {"fps": 0}, ["fps must be above 0, got 0"]),
        (["rnn", "gru"], {"steps": 0}, ["steps must be at least 1, got 0"]),
        (
            ["rnn", "gru"],
            {"views": ["phase"]},
            ["views must hold names (input, hidden, gates, gradients, scores, prediction, curves, tags)"],
        ),
        (["rnn", "gru"], {"nonlinearity": "relu"}, ["nonlinearity 'relu' exists only for the plain RNN"]),
    ],
)
def test_a_comparison_that_cannot_be_made_says_why(models: Any, settings: dict[str, Any], words: list[str]) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        compare(models, **{"task": "adding", "device": "cpu", **settings})
    for word in words:
        assert word in str(caught.value)


def test_a_comparison_tells_what_differs_and_its_line_says_it(make_comparison: Maker) -> None:
    comparison = make_comparison("rnn", "gru", hidden_size=8, batch_size=32, seq_len=40)
    browser = Browser(comparison)
    comparison.train(100)
    browser.catch_up()
    found = comparison.insights()
    assert found[0].rule == "apart"
    assert found == differences(comparison.snapshot())
    line = browser.screen.panel.toolbox.tool("insights").widget
    assert [words for words, _ in line.seen["sentences"]] == [by_hand(one.words) for one in to_say(found)]


def test_the_strips_show_states_or_gates_one_press_away(make_comparison: Maker) -> None:
    comparison = make_comparison()
    browser = Browser(comparison)
    panel = browser.screen.panel
    assert panel.strips.value == "hidden"
    panel.strips.value = "gates"
    assert "gates" in browser.screen.chosen
    assert "hidden" not in browser.screen.chosen
    browser.catch_up()
    assert "gates" in {part["figure"] for part in browser.frames[-1][0]["parts"]}
    panel.strips.value = "hidden"
    assert "gates" not in browser.screen.chosen
    assert {"hidden", "gradients", "scores"} <= browser.screen.chosen


def test_models_without_gates_are_offered_no_such_strips() -> None:
    comparison = compare([{"hidden_size": 3}, {"hidden_size": 4}], "adding", cell="rnn", seq_len=8, device="cpu")
    panel = comparison._console.shown().panel
    assert panel.strips not in panel.rail.widget.children
    comparison.close()


def test_asked_for_both_a_comparison_opens_with_the_states_and_has_the_gates_behind_a_press() -> None:
    comparison = compare(["gru", "lstm"], "adding", seq_len=8, hidden_size=3, device="cpu", views=["hidden", "gates"])
    screen = comparison._console.shown()
    assert set(screen.chosen) == {"hidden"}
    screen.panel.strips.value = "gates"
    assert set(screen.chosen) == {"gates"}
    comparison.close()
