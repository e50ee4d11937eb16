"""Presets: one press sets several settings as one move, says what to look at, and does what its name says."""

import copy
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import rnnviz as rv
from rnnviz.lab import Lab
from rnnviz.lab.console.usual_presets import SETS, usual_presets
from rnnviz.lab.controls.presets import PresetButtons
from rnnviz.training import NonFiniteLoss, Session, Settings
from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import classes
from tests.training.examples import WAIT, take

FAST = rv.Preset("Fast", {"lr": 0.1, "clip": None}, "Watch the curve shake.")


def buttons(lab: Lab) -> PresetButtons:
    lab.widget  # noqa: B018  # opens the screen
    found = lab._console.screen.panel.rail.presets
    assert found is not None
    return found


def press(lab: Lab, browser: Browser, place: int) -> None:
    button = buttons(lab).buttons[place]
    button.value = not button.value
    browser.catch_up()
    assert lab._runner.join(WAIT)
    browser.catch_up()


def line(lab: Lab) -> dict[str, Any]:
    return lab._console.screen.panel.line.told


def pressed(lab: Lab) -> list[bool]:
    return [button.value for button in buttons(lab).buttons]


@pytest.mark.parametrize("task", ["sunspots", "temporal-order", "adding", "python-tokens"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_each_task_offers_two_to_four_each_with_a_sentence(make_lab: LabMaker, task: str, cell: str) -> None:
    found = buttons(make_lab(task, cell=cell, seq_len=12)).buttons
    assert 2 <= len(found) <= 4
    assert all(one.tooltip.startswith("Watch ") and one.tooltip.endswith(".") for one in found)


def test_a_press_sets_all_at_once_as_one_move_and_says_what_to_look_at(make_lab: LabMaker) -> None:
    lab = make_lab(presets=[FAST])
    browser = Browser(lab)
    lab.train(2)
    press(lab, browser, 0)
    assert (lab.settings.lr, lab.settings.clip, lab.state.step) == (0.1, None, 2)
    assert lab._session.snapshot().before.changed == {"lr": 0.005, "clip": 1.0}
    assert line(lab)["words"] == FAST.sentence
    assert (lab._console.knobs.widgets["lr"].value, lab._console.knobs.clipping.value) == (0.1, False)


def test_a_preset_is_seen_to_be_pressed_until_the_settings_differ(make_lab: LabMaker) -> None:
    lab = make_lab(presets=[FAST])
    browser = Browser(lab)
    assert pressed(lab) == [False]
    press(lab, browser, 0)
    assert pressed(lab) == [True]
    lab._console.knobs.widgets["lr"].value = 0.01
    assert pressed(lab) == [False]
    lab.set(lr=0.1)
    assert pressed(lab) == [True]


def test_a_second_press_leaves_it_pressed(make_lab: LabMaker) -> None:
    lab = make_lab(presets=[FAST])
    browser = Browser(lab)
    press(lab, browser, 0)
    press(lab, browser, 0)
    assert pressed(lab) == [True]
    assert lab.settings.lr == 0.1


def test_a_preset_that_starts_a_new_model_offers_the_way_back_in_the_same_line(make_lab: LabMaker) -> None:
    lab = make_lab(presets=[rv.Preset("Wide", {"hidden_size": 6}, "Watch it widen.")])
    browser = Browser(lab)
    lab.train(3)
    press(lab, browser, 0)
    assert lab.state.step == 0
    assert (line(lab)["words"], line(lab)["link"]) == ("Watch it widen.", "Undo, back to step 3")


def test_a_preset_that_begins_anew_does_so_with_live_settings_alone_and_again_at_each_press(make_lab: LabMaker) -> None:
    lab = make_lab(presets=[rv.Preset("Again", {"lr": 0.1}, "Watch it begin.", anew=True)])
    browser = Browser(lab)
    for _ in range(2):
        lab.train(3)
        press(lab, browser, 0)
        assert (lab.state.step, lab.settings.lr) == (0, 0.1)


def test_a_preset_begins_anew_where_the_numbers_have_run_away(make_lab: LabMaker) -> None:
    lab = make_lab(
        presets=[rv.Preset("Slow", {"lr": 0.001}, "Watch it calm down.")], optimizer="sgd", lr=1e30, clip=None
    )
    browser = Browser(lab)
    with pytest.raises(NonFiniteLoss):
        lab.train(50)
    press(lab, browser, 0)
    assert (lab.state.step, lab.state.phase) == (0, "ready")
    lab.train(2)


def test_named_controls_stand_alone_unless_presets_are_given(make_lab: LabMaker) -> None:
    assert "rv-presets" not in classes(make_lab(show=["lr"]).widget)
    assert "rv-presets" not in classes(make_lab(presets=[]).widget)
    assert "rv-presets" in classes(make_lab(show=["lr"], presets=[FAST]).widget)


def test_the_usual_presets_go_with_the_cell(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots", cell="lstm", seq_len=12)
    browser = Browser(lab)
    press(lab, browser, 0)
    assert (lab.settings.forget_bias, lab.settings.rho) == (-3.0, None)
    lab.set(cell="rnn")
    press(lab, browser, 0)
    assert lab.settings.rho == 0.5


def reach(session: Session) -> float:
    """How much of the gradient of the last timestep is left at the first."""
    norms = session.snapshot().horizon.norms[-1].sum(axis=(0, 1))
    return float(norms[0] / norms[-1])


SEEDS = (0, 1, 2)


def at_work(task: str, cell: str, seed: int) -> Session:
    session = Session(task, cell=cell, seq_len=40, seed=seed, device="cpu")
    take(session, 30)
    return session


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("task", ["temporal-order", "adding", "sunspots"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_forgetting_makes_the_gradient_sink_and_the_rescue_makes_it_rise(task: str, cell: str, seed: int) -> None:
    session = at_work(task, cell, seed)
    forget, _, rescue = usual_presets(session.task, session.settings)
    before = reach(session)
    session.settings = session.settings.replace(**forget.settings)
    session.adopt()
    sunk = reach(session)
    session.settings = session.settings.replace(**rescue.settings)
    session.rebuild()
    assert sunk < before / 10
    assert reach(session) > max(5 * before, 10_000 * sunk)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("task", ["temporal-order", "adding", "sunspots", "python-tokens"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_exploding_makes_the_loss_leap(task: str, cell: str, seed: int) -> None:
    session = at_work(task, cell, seed)
    (explode,) = [one for one in usual_presets(session.task, session.settings) if one.name == "Make it explode"]
    usual = take(session, 1)[-15:].max()
    session.settings = session.settings.replace(**explode.settings)
    after = take(session, 40)[-40:]
    assert not np.isfinite(after).all() or after.max() > 1.25 * usual


@pytest.mark.parametrize("seed", SEEDS)
def test_a_symbol_is_told_better_by_who_reads_both_ways(seed: int) -> None:
    task = Session("python-tokens", device="cpu").task
    scores = []
    for preset in usual_presets(task, Settings())[:2]:
        session = Session("python-tokens", seq_len=40, hidden_size=16, seed=seed, device="cpu", **preset.settings)
        take(session, 150)
        scores.append(session.evaluate()["model"])
    one_way, both_ways = scores
    assert both_ways > one_way + 0.03


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("", {"lr": 0.1}, "x"), "name of a preset must have 1 to 30 characters, got ''"),
        ((3, {"lr": 0.1}, "x"), "name of a preset must be words, got 3"),
        (("a", {"lr": 0.1}, ""), "sentence of a preset must have 1 to 200 characters"),
        (("a", {}, "x"), "settings of the preset 'a' must name a setting"),
        (("a", ["lr"], "x"), "settings of a preset must be a dict such as"),
        (("a", {"lr": -1}, "x"), "lr must be above 0, got -1"),
        (("a", {"lerning": 1}, "x"), "unknown setting 'lerning'; the settings are lr, "),
        (("a", {"lr": 0.1}, "x", 3), "anew must be True or False"),
    ],
)
def test_a_preset_that_cannot_be_is_refused_with_a_sentence(arguments: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        rv.Preset(*arguments)


@pytest.mark.parametrize(
    ("presets", "words"),
    [
        (FAST, "presets must be a list of rv.Preset, got Preset"),
        (5, "presets must be a list of rv.Preset, got 5"),
        ([{"lr": 1}], r"presets must hold rv.Preset\(name, settings, sentence\), got"),
        ([FAST, FAST], "presets must all have different names, got Fast, Fast"),
        ([rv.Preset("Relu", {"nonlinearity": "relu"}, "x")], "the preset 'Relu' cannot be set here: nonlinearity"),
        ([rv.Preset("Long", {"seq_len": 10**9}, "x")], "the preset 'Long' cannot be set here: "),
        ([rv.Preset(str(k), {"lr": 1.0}, "x") for k in range(9)], "presets must be 8 at most, got 9"),
    ],
)
def test_what_is_no_preset_of_this_lab_is_refused_with_a_sentence(presets: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        Lab("adding", seq_len=8, device="cpu", presets=presets)


def test_a_preset_keeps_what_the_checks_make_of_its_values_and_can_be_copied() -> None:
    preset = rv.Preset("a", {"lr": np.float32(0.5), "hidden_size": np.int64(8)}, "x")
    assert {name: type(value) for name, value in preset.settings.items()} == {"lr": float, "hidden_size": int}
    assert copy.deepcopy(preset) == pickle.loads(pickle.dumps(preset)) == preset
    assert len({preset, copy.copy(preset)}) == 1
    assert Settings(lr=0.5, hidden_size=8).holds(preset.settings)


SHUT = {"forget_bias": -3.0}


def test_a_dict_gives_each_name_its_settings_with_or_without_a_sentence(make_lab: LabMaker) -> None:
    lab = make_lab(presets={"Shut": (SHUT, "Watch it sink."), "Slow": {"lr": 0.001, "clip": None}})
    browser = Browser(lab)
    assert [one.description for one in buttons(lab).buttons] == ["Shut", "Slow"]
    press(lab, browser, 0)
    assert (lab.settings.forget_bias, line(lab)["words"]) == (-3.0, "Watch it sink.")
    press(lab, browser, 1)
    assert (lab.settings.lr, lab.settings.clip) == (0.001, None)
    said = "Set at once: learning rate 0.001, clip at none. The dashed grey lines show what was before."
    assert line(lab)["words"] == said


def test_a_dict_of_many_settings_says_how_many(make_lab: LabMaker) -> None:
    many = {"lr": 0.1, "clip": None, "batch_size": 4, "optimizer": "sgd", "hidden_size": 3}
    (button,) = buttons(make_lab(presets={"All": many})).buttons
    assert button.tooltip == "Set at once: 5 settings. The dashed grey lines show what was before."


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("forget_bias", [{"forget_bias": -3.0}, {"forget_bias": 0.0}, {"forget_bias": 4.0}]),
        ("forget-bias", [{"forget_bias": -3.0}, {"forget_bias": 0.0}, {"forget_bias": 4.0}]),
        ("rho", [{"rho": 0.5}, {"rho": 1.0}, {"rho": 1.5}]),
        ("seq_len", [{"seq_len": 4}, {"seq_len": 16}]),
    ],
)
def test_a_set_of_the_library_goes_by_a_name(name: str, settings: list[dict[str, Any]]) -> None:
    lab = Lab("adding", seq_len=8, device="cpu", presets=name)
    assert [dict(one.settings) for one in lab._console.presets] == settings


def test_a_list_takes_sets_and_presets_together_and_the_task_s_own_stand_beside_named_controls() -> None:
    lab = Lab("adding", seq_len=8, device="cpu", show=["lr"], presets=["task", FAST])
    assert [one.name for one in lab._console.presets] == ["Make it forget", "Make it explode", "Rescue it", "Fast"]


def test_a_set_that_does_not_fit_is_refused_with_what_to_take() -> None:
    with pytest.raises(ValueError, match=r"presets 'forget_bias' needs a gate, .* take 'rho', or cell='lstm'"):
        Lab("adding", cell="rnn", device="cpu", presets="forget_bias")


def set_at_work(task: str, cell: str, seed: int, name: str) -> tuple[Session, dict[str, dict[str, Any]]]:
    session = Session(task, cell=cell, seq_len=40, seed=seed, device="cpu")
    take(session, 5)
    return session, {one.name: dict(one.settings) for one in SETS[name](session.task, session.settings)}


def adopted(session: Session, settings: dict[str, Any]) -> Session:
    session.settings = session.settings.replace(**settings)
    session.adopt()
    return session


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("cell", "gate"), [("gru", "z"), ("lstm", "f")])
def test_a_forget_bias_keeps_the_share_that_its_sentence_says(cell: str, gate: str, seed: int) -> None:
    session, presets = set_at_work("temporal-order", cell, seed, "forget_bias")
    kept, left = {}, {}
    for name, settings in presets.items():
        adopted(session, settings)
        kept[name] = float(np.nanmean(session.snapshot().layer.gates[gate]))
        left[name] = reach(session)
    assert list(kept.values()) == [pytest.approx(share, abs=0.05) for share in (0.05, 0.5, 0.98)]
    assert left["Forget bias −3"] < left["Forget bias 0"] / 100 < left["Forget bias 4"] / 10000
    assert left["Forget bias 4"] > 0.01


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("task", ["temporal-order", "adding", "sunspots"])
def test_a_larger_radius_carries_the_gradient_further_back(task: str, seed: int) -> None:
    session, presets = set_at_work(task, "rnn", seed, "rho")
    small, one, large = (reach(adopted(session, settings)) for settings in presets.values())
    assert small < one / 10 < large / 100


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("task", ["temporal-order", "adding", "sunspots"])
def test_less_of_the_gradient_reaches_the_start_of_a_longer_sequence(task: str, cell: str, seed: int) -> None:
    session, presets = set_at_work(task, cell, seed, "seq_len")
    now, shorter, longer = (reach(adopted(session, settings)) for settings in ({}, *presets.values()))
    assert longer < now < shorter


@pytest.mark.parametrize("phase", ["playing", "paused"])
@pytest.mark.parametrize("settings", [{"forget_bias": 2.0}, {"hidden_size": 6}])
def test_what_begins_anew_while_it_plays_goes_on_playing(
    make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], phase: str
) -> None:
    lab = make_lab("adding", cell="lstm", presets=[rv.Preset("Anew", settings, "Watch it.", anew=True)])
    browser = Browser(lab)
    lab.train(2)
    runner, pressed = lab._runner, []
    monkeypatch.setattr(runner._player, "state", replace(runner.state, phase=phase))
    monkeypatch.setattr(runner, "play", lambda: pressed.append("play"))
    press(lab, browser, 0)
    assert lab.state.step == 0
    assert pressed == (["play"] if phase == "playing" else [])
