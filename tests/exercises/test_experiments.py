"""A lab experiment: the check reads a lab, says goal by goal what it shows, and leaves it as it was."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.checks import kind_of
from rnnviz.exercises import Goal, LabExercise, Mistake
from rnnviz.exercises.answers.experiments import judged_lab
from rnnviz.exercises.answers.measures import gradient, held_out, mean_gate, of_model, setting, steps

SMALL: dict[str, Any] = {"hidden_size": 4, "seq_len": 20, "device": "cpu", "seed": 0}


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences of an exercise that only this file knows."""
    from rnnviz.i18n import _words

    own = {
        "exercise.00.open.right": "The gate is open.",
        "exercise.00.open.gate": "The mean forget gate is {measured}; above 0.9 is asked for.",
        "exercise.00.open.length": "The sequence has {measured} steps; at least 20 are asked for.",
        "exercise.00.open.shortened": "A shorter sequence is an easier one.",
    }
    monkeypatch.setattr("rnnviz.i18n._words", lambda language: _words(language) | own)


GATE = Goal("gate", mean_gate("f"), lambda gate: gate > 0.9)
LENGTH = Goal("length", setting("seq_len"), lambda length: length >= 20)
OPEN = LabExercise(
    "00.open",
    (GATE, LENGTH),
    task="adding",
    mistakes=(Mistake("shortened", lambda snapshot: snapshot.settings.seq_len < 20),),
)


@pytest.fixture
def made() -> Iterator[list[Any]]:
    labs: list[Any] = []
    yield labs
    for lab in labs:
        lab.close()


def _lab(made: list[Any], task: Any = "adding", **settings: Any) -> rv.Lab:
    made.append(rv.Lab(task, **SMALL | settings))
    return made[-1]


def test_a_lab_that_shows_all_goals_is_right_with_its_own_numbers(made: list[Any]) -> None:
    lab = _lab(made, forget_bias=4.0)
    verdict = judged_lab(OPEN, lab)
    gate = lab.snapshot().layer.gates["f"].mean()
    assert (verdict.right, verdict.hint) == (True, "right")
    assert verdict.words.splitlines() == [
        "✓ Right. The gate is open.",
        f"✓ The mean forget gate is {gate:.3f}; above 0.9 is asked for.",
        "✓ The sequence has 20 steps; at least 20 are asked for.",
    ]


def test_what_is_there_and_what_is_missing_is_told_goal_by_goal(made: list[Any]) -> None:
    verdict = judged_lab(OPEN, _lab(made))
    assert (verdict.right, verdict.hint) == (False, "missing")
    first, gate, length = verdict.words.splitlines()
    assert first == "Not yet. Goals reached: 1 of 2."
    assert gate.startswith("○ The mean forget gate is 0.")
    assert length.startswith("✓ The sequence has 20 steps")


def test_a_known_misconception_is_named_below_the_goals(made: list[Any]) -> None:
    verdict = judged_lab(OPEN, _lab(made, forget_bias=4.0, seq_len=10))
    assert (verdict.right, verdict.hint) == (False, "shortened")
    assert verdict.words.splitlines()[-1] == "A shorter sequence is an easier one."


def test_a_lab_without_the_number_has_not_reached_the_goal(made: list[Any]) -> None:
    verdict = judged_lab(OPEN, _lab(made, cell="gru"))
    assert verdict.words.splitlines()[1] == "○ The mean forget gate is not there; above 0.9 is asked for."


@pytest.mark.parametrize("answer", ["lab", 5, nn.LSTM(2, 4), rv.Lab, None.__class__, [], rv.watch], ids=kind_of)
def test_what_is_no_lab_is_told_so_by_its_type(answer: Any) -> None:
    verdict = judged_lab(OPEN, answer)
    assert (verdict.right, verdict.hint) == (False, "not-a-lab")
    assert "This exercise is answered with the lab itself, and got a value of type" in verdict.words
    assert "0x" not in verdict.words


def test_a_comparison_is_no_lab_and_a_lab_no_comparison(made: list[Any]) -> None:
    made.append(both := rv.compare(["rnn", "lstm"], "adding", **SMALL))
    compared = LabExercise(
        "00.open", (Goal("gate", of_model("lstm", mean_gate("f")), lambda gate: gate < 0.9),), compared=True
    )
    assert judged_lab(OPEN, both).hint == "not-a-lab"
    assert judged_lab(compared, _lab(made)).hint == "not-a-comparison"
    assert judged_lab(compared, both).right


def test_a_closed_lab_and_a_lab_of_another_task_are_told_so(made: list[Any]) -> None:
    closed = _lab(made, forget_bias=4.0)
    closed.close()
    assert judged_lab(OPEN, closed).words.startswith("Not yet. This lab is closed")
    other = judged_lab(OPEN, _lab(made, "temporal-order", forget_bias=4.0))
    assert (other.hint, "“temporal-order”" in other.words) == ("another-task", True)


def test_looking_leaves_a_lab_bit_for_bit_as_it_was(made: list[Any]) -> None:
    looked_at, alone = _lab(made), _lab(made)
    for lab in (looked_at, alone):
        lab.train(5)
    before = torch.get_rng_state()
    judged_lab(OPEN, looked_at)
    assert torch.equal(torch.get_rng_state(), before)
    assert (looked_at.state.step, looked_at.settings) == (5, alone.settings)
    for lab in (looked_at, alone):
        lab.train(5)
    assert all(
        torch.equal(one, other)
        for one, other in zip(looked_at.model.parameters(), alone.model.parameters(), strict=True)
    )


def test_a_lab_that_plays_is_read_between_two_steps_and_plays_on(made: list[Any]) -> None:
    lab = _lab(made, forget_bias=4.0, steps=100_000)
    lab.play()
    verdict = judged_lab(OPEN, lab)
    playing = lab.state.phase
    lab.pause()
    assert verdict.right
    assert playing == "playing"


class _Stops(nn.Module):
    """A model that works until it is told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.head, self.works = nn.LSTM(2, 4, batch_first=True), nn.Linear(4, 1), True

    def forward(self, x: Any) -> Any:
        if not self.works:
            raise RuntimeError("my own mistake")
        return self.head(self.rnn(x)[0][:, -1])


def test_where_her_own_model_stops_her_lines_are_shown(made: list[Any]) -> None:
    lab = _lab(made, model=_Stops())
    lab.model.works = False
    verdict = judged_lab(OPEN, lab)
    assert verdict.hint == "raised"
    assert "RuntimeError" in verdict.words
    assert 'raise RuntimeError("my own mistake")' in verdict.trace
    assert verdict.trace.splitlines()[-1] == "RuntimeError: my own mistake"


def test_measures_are_the_numbers_in_the_tensors(made: list[Any]) -> None:
    lab = _lab(made)
    lab.train(3)
    seen = lab.snapshot()
    norms = torch.linalg.vector_norm(torch.tensor(seen.layer.grad_hidden[-1, 0]), dim=(0, 2))
    cells = torch.linalg.vector_norm(torch.tensor(seen.layer.grad_cell[-1, 0]), dim=(0, 2))
    assert steps(seen) == 3
    assert held_out(seen) == lab.evaluate()["model"]
    assert gradient(0)(seen) == pytest.approx(float(norms[0]))
    assert gradient(0, over=-1)(seen) == pytest.approx(float(norms[0] / norms[-1]))
    assert gradient(2, state="cell")(seen) == pytest.approx(float(cells[2]))
    assert setting("forget_bias")(seen) is None
