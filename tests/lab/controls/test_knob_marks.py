"""Beside a knob stands what it was before the last change, and where training has taken what it had set."""

from typing import Any

import numpy as np
import pytest
import torch

from rnnviz.lab.controls.knobmarks import _words
from rnnviz.training import Session
from rnnviz.training.snapshots.measured import forget_bias, radius
from tests.lab.browser import Browser, LabMaker
from tests.lab.screens import move, unfold
from tests.training.examples import take


def marks(browser: Browser) -> dict[str, Any]:
    browser.catch_up()
    return browser.screen.panel.rail.page.marks


def test_a_knob_that_was_moved_tells_what_it_was_and_where_that_lies_on_its_track(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots", cell="lstm", seq_len=12)
    browser = Browser(lab)
    move(browser, lab, "hidden_size", 65)
    move(browser, lab, "hidden_size", 128)
    mark = marks(browser)["rv-hidden-size"]
    assert (mark["aside"], mark["told"]) == ("4 →", "Before the last change: 4.")
    assert mark["place"] == pytest.approx((4 - 1) / (128 - 1))


def test_only_the_last_change_is_told_of(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots", cell="lstm", seq_len=12)
    browser = Browser(lab)
    move(browser, lab, "lr", 0.1)
    assert marks(browser)["rv-lr"]["aside"] == "0.003 →"
    move(browser, lab, "clip", 3.0)
    assert marks(browser)["rv-clip"]["aside"] == "1 →"
    assert "rv-lr" not in marks(browser)


def test_a_knob_that_is_back_where_it_was_tells_nothing(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots", cell="rnn", seq_len=12)
    browser = Browser(lab)
    move(browser, lab, "lr", 0.1)
    move(browser, lab, "lr", 0.003)
    assert "rv-lr" not in marks(browser)


def test_a_bias_that_training_has_moved_on_shows_both(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots", cell="lstm", seq_len=12, forget_bias=0.0)
    browser = Browser(lab)
    assert "rv-forget-bias" not in marks(browser)
    with torch.no_grad():
        lab.model.recurrent.bias_ih_l0[4:8] = -0.25
    browser.screen.show(lab.snapshot())
    mark = marks(browser)["rv-forget-bias"]
    assert (mark["aside"], mark["told"], mark["place"]) == ("now −0.25", "Set to 0, now −0.25.", None)


def test_a_radius_is_told_once_its_knob_is_there(make_lab: LabMaker) -> None:
    lab = make_lab("sunspots", cell="lstm", seq_len=12)
    browser = Browser(lab)
    assert "rv-rho" not in marks(browser)
    unfold(lab)
    browser.screen.changed()
    blocks = lab.model.recurrent.weight_hh_l0.detach().double().chunk(4)
    largest = max(float(torch.linalg.eigvals(block).abs().max()) for block in blocks)
    assert marks(browser)["rv-rho"]["aside"] == f"now {largest:.2f}"


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("more", [{}, {"num_layers": 2, "bidirectional": True}])
def test_what_was_set_is_what_is_there_before_a_step(cell: str, more: dict[str, Any]) -> None:
    session = Session("adding", cell=cell, hidden_size=4, seq_len=8, device="cpu", forget_bias=1.5, rho=0.8, **more)
    snapshot = session.snapshot()
    assert forget_bias(snapshot) == pytest.approx(1.5)
    assert radius(snapshot) == pytest.approx(0.8)
    take(session, 30)
    assert forget_bias(session.snapshot()) != pytest.approx(1.5, abs=1e-3)


def test_a_plain_rnn_has_no_bias_to_tell_of_and_a_broken_matrix_no_radius() -> None:
    session = Session("adding", cell="rnn", hidden_size=4, seq_len=8, device="cpu")
    assert forget_bias(session.snapshot()) is None
    assert radius(session.snapshot()) == pytest.approx(
        float(np.abs(np.linalg.eigvals(session.model.recurrent.weight_hh_l0.detach().double().numpy())).max())
    )
    with torch.no_grad():
        session.model.recurrent.weight_hh_l0[0, 0] = float("nan")
    assert radius(session.snapshot()) is None


def test_selectors_without_a_choice_are_not_counted(make_lab: LabMaker) -> None:
    browser = Browser(make_lab("sunspots", cell="lstm", seq_len=12))
    browser.catch_up()
    assert browser.screen.panel.rail.page.counts["rv-more-shown"] == 5
    browser = Browser(make_lab("sunspots", cell="lstm", seq_len=12, num_layers=2, bidirectional=True))
    browser.catch_up()
    assert browser.screen.panel.rail.page.counts["rv-more-shown"] == 7


@pytest.mark.parametrize(
    ("now", "words"), [(-2.893, "now −2.9"), (-2154790.5, "now −2.2 × 10⁶"), (1234.0, "now 1,234")]
)
def test_a_number_that_has_run_away_is_read_in_few_figures(now: float, words: str) -> None:
    assert _words("forget_bias", 2.0, None, now, moved=False)[0] == words
