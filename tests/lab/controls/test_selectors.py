"""The selectors of what the pictures show: rows that lie by correlation keep their places while the run goes on."""

import itertools

from rnnviz.lab.controls.selectors import FocusControls
from rnnviz.training import Session
from rnnviz.views import Focus
from rnnviz.views.score.order import by_correlation


def session(**changes: object) -> Session:
    return Session("adding", seq_len=12, hidden_size=6, device="cpu", **{"seed": 0, **changes})


def controls_of(run: Session) -> FocusControls:
    controls = FocusControls()
    controls.fit(run.snapshot())
    return controls


def train(run: Session, steps: int) -> None:
    for _ in itertools.islice(run.steps(), steps):
        pass


def test_rows_lie_by_number_until_told_otherwise() -> None:
    run = session()
    assert controls_of(run).focus_on(run.snapshot()) == Focus()


def test_an_order_by_correlation_stays_while_the_states_change() -> None:
    run = session()
    controls = controls_of(run)
    controls.order.value = "correlation"
    first = run.snapshot()
    found = controls.focus_on(first)
    assert list(found.order) == by_correlation(first.layer.hidden[0, 0, 0]).tolist()
    train(run, 40)
    assert controls.focus_on(run.snapshot()).order == found.order


def test_another_sequence_is_ordered_anew_and_so_is_a_menu_that_was_set_again() -> None:
    run = session()
    controls = controls_of(run)
    controls.order.value = "correlation"
    controls.focus_on(run.snapshot())
    train(run, 40)
    last = run.snapshot()
    controls.sample.value = 2
    assert list(controls.focus_on(last).order) == by_correlation(last.layer.hidden[0, 0, 2]).tolist()
    controls.sample.value = 0
    controls.order.value = "index"
    assert controls.focus_on(last).order == "index"
    controls.order.value = "correlation"
    assert list(controls.focus_on(last).order) == by_correlation(last.layer.hidden[0, 0, 0]).tolist()


def test_a_click_moves_the_selectors_and_leaves_the_menu_of_orders_alone() -> None:
    run = session()
    controls = controls_of(run)
    controls.order.value = "correlation"
    controls.look(Focus(unit=3, time=5, order=(5, 4, 3, 2, 1, 0)))
    assert (controls.unit.value, controls.time.value, controls.order.value) == (3, 5, "correlation")
