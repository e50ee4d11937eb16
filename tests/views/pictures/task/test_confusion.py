"""The confusion matrix counts the held-out answers, as a loop over them does."""

from dataclasses import replace
from functools import cache

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from rnnviz.tasks import from_texts
from rnnviz.training import Confusion, Session, Snapshot
from rnnviz.views import VIEWS, Focus, Picked, apply
from tests.views.runs import notices, sunspots, train

VIEW = VIEWS["confusion"]


@cache
def run(task: str) -> tuple[Session, Snapshot]:
    session = Session(task, seq_len=12, hidden_size=6, batch_size=8, device="cpu", lr=0.02)
    return session, train(session, 30)


def counted(session: Session) -> np.ndarray:
    """Count the long way: every held-out answer, one by one."""
    held_out, size = session.task.held_out(), len(session.task.classes)
    with torch.no_grad():
        said = session.model(held_out.inputs).argmax(-1).flatten().tolist()
    counts = np.zeros((size, size), int)
    for true, answer in zip(held_out.targets.flatten().tolist(), said, strict=True):
        counts[true, answer] += 1
    return counts


@pytest.mark.parametrize("task", ["temporal-order", "python-tokens"])
def test_a_snapshot_counts_every_held_out_answer(task: str) -> None:
    session, snapshot = run(task)
    np.testing.assert_array_equal(snapshot.confusion.counts, counted(session))
    assert snapshot.confusion.classes == session.task.classes


@pytest.mark.parametrize("task", ["temporal-order", "python-tokens"])
def test_the_share_on_the_diagonal_is_the_held_out_accuracy(task: str) -> None:
    counts, snapshot = run(task)[1].confusion.counts, run(task)[1]
    assert np.trace(counts) / counts.sum() == pytest.approx(snapshot.validation, abs=1e-6)


def test_a_snapshot_s_counts_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        run("temporal-order")[1].confusion.counts[0, 0] = 1


def test_a_task_without_classes_has_no_confusion_matrix() -> None:
    assert sunspots().confusion is None
    assert not VIEW.exists(sunspots())


def drawn(counts: list[list[int]], classes: tuple[str, ...] = ("a", "b")) -> go.Figure:
    confusion = Confusion(classes, np.array(counts))
    return VIEW.figure(replace(run("temporal-order")[1], confusion=confusion))


def test_colour_is_the_percentage_of_the_row_and_the_cells_hold_the_counts() -> None:
    data = drawn([[3, 1], [1, 1]]).data[0]
    np.testing.assert_allclose(data.z, [[75, 25], [50, 50]])
    np.testing.assert_array_equal(data.customdata, [[3, 1], [1, 1]])
    np.testing.assert_array_equal(np.array(data.text), [["3", "1"], ["1", "1"]])
    assert (data.zmin, data.zmax) == (0, 100)
    assert all(one in data.hovertemplate for one in ("%{customdata}", "%{z:.1f}"))


def test_a_class_that_never_came_has_no_percentages() -> None:
    assert np.isnan(drawn([[3, 1], [0, 0]]).data[0].z[1]).all()


def test_the_first_true_class_is_the_uppermost_row() -> None:
    figure = drawn([[3, 1], [1, 1]])
    assert figure.layout.yaxis.autorange == "reversed"
    assert list(figure.data[0].y) == list(figure.data[0].x) == ["a", "b"]


def test_the_notice_counts_right_answers() -> None:
    assert "4 of 6 held-out answers right (66.7 %)" in notices(drawn([[3, 1], [1, 1]]))


def test_names_of_classes_are_text_and_no_markup() -> None:
    assert list(drawn([[3, 1], [1, 1]], ("<b>x</b>", "y")).data[0].x) == ["&lt;b&gt;x&lt;/b&gt;", "y"]


def test_a_live_matrix_ends_as_the_static_one() -> None:
    session, last = run("temporal-order")
    first = replace(last, confusion=Confusion(session.task.classes, np.eye(4, dtype=int)))
    live = VIEW.figure(first)
    assert apply(live, VIEW.patches(last, Focus())).to_json() == VIEW.figure(last).to_json()


def test_answers_that_are_not_wanted_are_not_counted() -> None:
    session = Session("python-tokens", seq_len=12, hidden_size=4, device="cpu")
    session.task.held_out().targets[:, 0] = -100
    assert session.snapshot().confusion.counts.sum() == 256 * 11


def test_an_earlier_moment_is_counted_anew() -> None:
    session = Session("temporal-order", seq_len=12, hidden_size=6, batch_size=8, device="cpu", lr=0.02)
    first = session.snapshot()
    expected = counted(session)
    train(session, 30)
    assert (counted(session) != expected).any()
    np.testing.assert_array_equal(session.rescored(first).confusion.counts, expected)


def texts() -> tuple[Session, Snapshot]:
    good, bad = [f"good number {one}" for one in range(30)], [f"bad number {one}" for one in range(30)]
    task = from_texts(good + bad, ["pos"] * 30 + ["neg"] * 30)
    session = Session(task, hidden_size=4, batch_size=8, device="cpu")
    return session, session.snapshot()


def by_hand(session: Session) -> list[tuple[str, str, str, float]]:
    """Every held-out text that is taken for another class, the surest first, the long way."""
    held_out, classes = session.task.held_out(), session.task.classes
    with torch.no_grad():
        shares = session.model(*held_out.arguments).softmax(-1)
    found = []
    for row, (text, true) in enumerate(zip(*session.task.texts(held_out=True), strict=True)):
        said = classes[int(shares[row].argmax())]
        if said != true:
            found.append((text, true, said, float(shares[row].max())))
    return sorted(found, key=lambda one: -one[3])


def test_the_worst_mistakes_are_those_of_which_it_was_surest() -> None:
    session, snapshot = texts()
    worst = [(one.text, one.true, one.said) for one in snapshot.confusion.worst]
    assert worst == [one[:3] for one in by_hand(session)[:8]]
    assert [one.share for one in snapshot.confusion.worst] == pytest.approx([one[3] for one in by_hand(session)[:8]])


def test_they_stand_beside_the_matrix() -> None:
    session, snapshot = texts()
    text, true, said, _ = by_hand(session)[0]
    assert f"{text}: {true}, said {said}" in notices(VIEW.figure(snapshot))


def test_a_click_on_a_cell_lists_the_mistakes_in_it_and_a_second_one_all_again() -> None:
    session, snapshot = texts()
    _, true, said, _ = by_hand(session)[0]
    at = Picked(trace=0, x=said, y=true, time=None)
    focus = VIEW.picked(snapshot, Focus(), at)
    assert focus.mistake == f"{true} > {said}"
    assert f"{true}, taken for {said}" in notices(VIEW.figure(snapshot, focus))
    assert VIEW.picked(snapshot, focus, at).mistake == ""


def test_a_click_on_right_answers_lists_all() -> None:
    _, snapshot = texts()
    at = Picked(trace=0, x="pos", y="pos", time=None)
    assert VIEW.picked(snapshot, Focus(mistake="neg > pos"), at).mistake == ""


def test_a_kind_without_mistakes_says_so() -> None:
    _, snapshot = texts()
    assert "none among the held-out part" in notices(VIEW.figure(snapshot, Focus(mistake="a > b")))


def test_sequences_without_words_have_no_list() -> None:
    assert run("temporal-order")[1].confusion.worst == ()
    assert len(VIEW.figure(run("temporal-order")[1]).layout.annotations) == 1
