"""A batch of sequences of unequal length: its lengths stay with their sequences, and on the CPU."""

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from rnnviz.tasks import Batch
from rnnviz.tasks.classification import accuracy, entropy

WORDS = torch.tensor([[5, 3, 4], [7, 0, 0], [2, 6, 0]])
TARGETS, LENGTHS = torch.tensor([0, 1, 1]), torch.tensor([3, 1, 2])


def test_a_model_is_called_with_the_lengths_where_there_are_some() -> None:
    assert Batch(WORDS, TARGETS).arguments == (WORDS,)
    assert Batch(WORDS, TARGETS, LENGTHS).arguments == (WORDS, LENGTHS)


@pytest.mark.parametrize(
    "index", [slice(1, None), torch.tensor([1, 2]), torch.tensor([False, True, True]), [1, 2], slice(-2, None)]
)
def test_lengths_stay_with_their_sequences(index: Any) -> None:
    part = Batch(WORDS, TARGETS, LENGTHS)[index]
    assert part.inputs.tolist() == [[7, 0, 0], [2, 6, 0]]
    assert part.lengths is not None
    assert part.lengths.tolist() == [1, 2]


def test_lengths_stay_on_the_cpu_wherever_the_batch_goes() -> None:
    there = Batch(WORDS, TARGETS, LENGTHS).to("meta")
    assert [one.device.type for one in (there.inputs, there.targets)] == ["meta", "meta"]
    assert there.lengths is LENGTHS


def test_a_batch_that_is_there_already_is_the_same_one() -> None:
    batch = Batch(WORDS, TARGETS, LENGTHS)
    assert batch.to("cpu") is batch


def test_lengths_are_told_where_there_are_some() -> None:
    assert "lengths" not in repr(Batch(WORDS, TARGETS))
    assert "lengths=tensor([3, 1, 2])" in repr(Batch(WORDS, TARGETS, LENGTHS))


@pytest.mark.parametrize("lengths", [[3, 1, 2], (3, 1, 2), 3, LENGTHS.numpy(), LENGTHS.float(), LENGTHS + 1, -LENGTHS])
def test_lengths_that_are_none_are_refused_where_the_batch_is_made(lengths: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^lengths must be "):
        Batch(WORDS, TARGETS, lengths)


@dataclass(frozen=True, repr=False)
class Pair(Batch):
    """What a decoder reads too."""

    target_in: Tensor | None = None

    @property
    def arguments(self) -> tuple[Tensor, ...]:
        assert self.lengths is not None
        assert self.target_in is not None
        return self.inputs, self.lengths, self.target_in


def test_a_batch_of_another_kind_keeps_its_kind_and_its_tensors() -> None:
    pair = Pair(WORDS, TARGETS, LENGTHS, target_in=WORDS + 1)
    part, there = pair[1:], pair.to("meta")
    assert [one.tolist() for one in part.arguments] == [[[7, 0, 0], [2, 6, 0]], [1, 2], [[8, 1, 1], [3, 7, 1]]]
    assert there.target_in is not None
    assert there.target_in.device.type == "meta"


def test_where_no_answer_is_wanted_none_counts() -> None:
    outputs = torch.randn(3, 2, 4, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([[1, -100], [2, 0], [-100, -100]])
    wanted = [(0, 0), (1, 0), (1, 1)]
    losses = [-outputs[at].log_softmax(0)[targets[at]] for at in wanted]
    right = [float(outputs[at].argmax() == targets[at]) for at in wanted]
    torch.testing.assert_close(entropy(outputs.flatten(0, 1), targets.flatten()), torch.stack(losses).mean())
    assert float(accuracy(outputs, targets)) == pytest.approx(sum(right) / 3)
