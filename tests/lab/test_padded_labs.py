"""A lab of sequences of unequal length: undo, replay, recipe, comparison, a watched loop, what is not written down."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

import rnnviz as rv
from tests.training.padded import STEPS, EachLetter, FirstLetter


def small(**settings: object) -> rv.Lab:
    return rv.Lab(task=FirstLetter(), hidden_size=4, seed=1, device="cpu", **settings)


def test_a_shown_lab_trains_as_one_that_nobody_sees() -> None:
    seen, unseen = small(), small()
    seen._console.shown()
    seen.train(6)
    unseen.train(6)
    np.testing.assert_array_equal(seen.history["loss"], unseen.history["loss"])


def test_undo_goes_back_to_the_same_padded_run() -> None:
    lab, other = small(), small()
    lab.train(4)
    lab.set(hidden_size=6)
    lab.train(2)
    lab.undo()
    lab.train(3)
    other.train(7)
    np.testing.assert_array_equal(lab.history["loss"], other.history["loss"])


def test_a_replay_of_padded_sequences_is_written(tmp_path: Path) -> None:
    lab = small()
    lab._console.shown()
    lab.train(5)
    path = tmp_path / "run.html"
    lab.save_replay(str(path))
    assert path.stat().st_size > 10_000


def test_a_task_of_one_s_own_class_is_not_written_down() -> None:
    lab = small()
    with pytest.raises(ValueError, match=r"code\(\) knows the built-in tasks .* 'first-letter'"):
        lab.code()
    with pytest.raises(ValueError, match=r"recipe\(\) knows the built-in tasks .* 'first-letter'"):
        lab.recipe()


def test_models_that_are_compared_read_the_same_lengths() -> None:
    models = rv.compare(["rnn", "lstm"], task=EachLetter(5), hidden_size=4, seed=0, device="cpu")
    models.train(3)
    rnn, lstm = models.snapshot().models.values()
    assert rnn.layer.lengths.tolist() == lstm.layer.lengths.tolist() == rnn.ends.tolist()
    assert {one.layer.hidden.shape[3] for one in (rnn, lstm)} == {STEPS}
    models.close()


class Reader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.letters, self.gru, self.decide = nn.Embedding(6, 3), nn.GRU(3, 4, batch_first=True), nn.Linear(4, 2)

    def forward(self, letters: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        packed = pack_padded_sequence(self.letters(letters), lengths, batch_first=True, enforce_sorted=False)
        answer: torch.Tensor = self.decide(self.gru(packed)[1][-1])
        return answer


def test_a_loop_of_somebody_s_own_that_packs_is_watched_up_to_each_end() -> None:
    task, draw, model = FirstLetter(5), torch.Generator().manual_seed(0), Reader()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with rv.watch(model) as watching:
        for _ in range(3):
            batch = task.batch(8, draw)
            loss = task.loss(model(*batch.arguments), batch.targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            watching.step(loss=loss)
        figure = watching.figure("hidden", sample=0)
    assert figure.data


def test_the_recipe_of_a_padded_lab_makes_the_same_one_again() -> None:
    lab = rv.Lab(task="surnames", hidden_size=4, seed=0, device="cpu")
    again = rv.Lab.from_recipe(lab.recipe())
    lab.train(2)
    again.train(2)
    np.testing.assert_array_equal(lab.history["loss"], again.history["loss"])
