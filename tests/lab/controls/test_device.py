"""The device stands on the toolbar by name, can be changed, and goes into the recipe and the script."""

import html

import ipywidgets as widgets
import pytest

from rnnviz.lab import Comparison, Lab, compare
from rnnviz.lab.console import console
from rnnviz.lab.controls.device import DeviceChoice
from rnnviz.training import Preset
from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import inside


def choice(lab: Lab) -> widgets.Widget:
    lab.widget  # noqa: B018  # opens the screen
    (found,) = [one for one in inside(lab.widget) if "rv-device-choice" in getattr(one, "_dom_classes", ())]
    return found


def test_a_lab_names_the_one_device_there_is_in_words(make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "available", lambda: ("cpu",))
    made = choice(make_lab())
    assert isinstance(made, widgets.HTML)
    assert made.value == "CPU"


def test_a_lab_offers_a_choice_where_there_is_one(make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "available", lambda: ("cuda:0", "cuda:1", "cpu"))
    made = choice(make_lab())
    assert isinstance(made, widgets.Dropdown)
    assert (made.options, made.value) == ((("CUDA", "cuda:0"), ("CUDA 1", "cuda:1"), ("CPU", "cpu")), "cpu")


def test_a_choice_that_cannot_be_is_told_and_the_menu_goes_back(
    make_lab: LabMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "available", lambda: ("cuda:9", "cpu"))
    lab = make_lab()
    browser = Browser(lab)
    choice(lab).value = "cuda:9"
    browser.catch_up()
    assert "device 'cuda:9' does not exist here; there is 'auto' or" in html.unescape(browser.status)
    assert choice(lab).value == "cpu"


def test_a_menu_reports_what_is_chosen_and_not_what_it_is_told() -> None:
    chosen: list[str] = []
    menu = DeviceChoice("cpu", ("cuda:0", "cpu"), chosen.append)
    menu.follow("cuda:0")
    assert chosen == []
    menu.widget.value = "cpu"
    assert chosen == ["cpu"]


def test_code_moves_a_run_and_changes_settings_in_one_call(make_lab: LabMaker) -> None:
    lab = make_lab()
    lab.train(3)
    assert lab.set(device="cpu", lr=0.1).settings.lr == 0.1
    assert (lab.device, lab.state.step) == ("cpu", 3)


def test_a_missing_device_is_one_sentence_and_changes_nothing(make_lab: LabMaker) -> None:
    lab = make_lab()
    before = lab.settings
    with pytest.raises(ValueError, match=r"device 'cuda:9' does not exist here; there is 'auto' or .*rnnviz doctor"):
        lab.set(device="cuda:9", lr=0.1)
    assert lab.settings == before


def test_a_device_that_was_named_is_in_the_recipe_and_in_the_script(make_lab: LabMaker) -> None:
    lab = make_lab(device="cpu")
    assert '"device": "cpu"' in lab.recipe() or '"device":"cpu"' in lab.recipe()
    assert 'DEVICE = "cpu"' in lab.code(steps=3)
    lab.set(device="auto")
    assert '"device"' not in lab.recipe()


def test_a_recipe_for_a_device_that_is_not_here_says_what_to_try() -> None:
    text = Lab("adding", seq_len=8, device="cpu").recipe().replace('"cpu"', '"mps"')
    with pytest.raises(ValueError, match=r"device 'mps' does not exist here; .* from_recipe\(text, device='auto'\)"):
        Lab.from_recipe(text)
    assert Lab.from_recipe(text, device="cpu").device == "cpu"


def test_a_comparison_goes_back_to_its_recipe_s_device_too() -> None:
    text = compare(["rnn", "gru"], "adding", seq_len=8, device="cpu").recipe()
    assert Comparison.from_recipe(text).sessions["rnn"].asked_device.type == "cpu"


def test_presets_of_one_s_own_go_into_the_recipe_and_come_back() -> None:
    presets = [Preset("Fast", {"lr": 0.1, "clip": None}, "Watch it."), Preset("Again", {"seed": 3}, "Look.", anew=True)]
    lab = Lab("adding", seq_len=8, device="cpu", presets=presets)
    again = Lab.from_recipe("https://example.org/?" + lab.recipe(link=True))
    assert list(again._console.presets) == presets
    assert Lab.from_recipe(Lab("adding", seq_len=8).recipe())._console.presets is None


@pytest.mark.parametrize(
    ("presets", "words"),
    [
        ("3", "presets must be a list of objects"),
        ('[{"name": "a"}]', "a preset must have name, settings and sentence, got none of settings, sentence"),
        ('[{"name": "a", "settings": {"lr": -1}, "sentence": "x"}]', "lr must be above 0"),
        ('[{"name": "a", "settings": {"hidden_size": 100000}, "sentence": "x"}]', "hidden_size of the preset 'a'"),
        ('[{"name": "a", "settings": {"lr": 1}, "sentence": "x", "more": 1}]', "a preset"),
    ],
)
def test_a_recipe_with_presets_that_cannot_be_is_refused(presets: str, words: str) -> None:
    text = Lab("adding", seq_len=8).recipe().rstrip()
    with pytest.raises(ValueError, match=words):
        Lab.from_recipe(text[:-1] + f', "presets": {presets}}}')
