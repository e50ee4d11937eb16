"""Batch: sequences, what should be answered, and where they are of unequal length how long each is."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from rnnviz.checks import brief, shown
from rnnviz.models.inputs import check_lengths

__all__ = ["NO_ANSWER", "Batch", "on_device", "within"]

NO_ANSWER = -100  # the class that torch's cross entropy leaves out unless told otherwise


@dataclass(frozen=True)
class Batch:
    """Sequences and what the network should answer.

    Parameters
    ----------
    inputs : torch.Tensor
        Axes (batch, time, feature), or (batch, time) where they are token numbers; padded at the end where sequences
        are of unequal length, with token 0 or with zeros.
    targets : torch.Tensor
        First axis batch; the rest is the task's own. A class of -100 asks for no answer: an answer at each timestep
        has it past a sequence's end.
    lengths : torch.Tensor, optional
        Timesteps of each sequence before its padding, whole numbers (int64), axis (batch,); always on the CPU, where
        torch packs sequences. None where all are as long as ``inputs``.

    Attributes
    ----------
    arguments : tuple of torch.Tensor
        What a model is called with: ``(inputs,)`` or ``(inputs, lengths)``.

    Raises
    ------
    TypeError, ValueError
        If the lengths are something else, or not one a sequence from 1 to how wide ``inputs`` are.

    Examples
    --------
    >>> len(Batch(torch.zeros(4, 10, 1), torch.zeros(4, 1)))
    4
    >>> words = torch.tensor([[5, 3, 4], [7, 2, 0]])  # the second has two letters
    >>> batch = Batch(words, torch.tensor([0, 1]), lengths=torch.tensor([3, 2]))
    >>> len(batch.arguments), batch[1:].lengths
    (2, tensor([2]))
    """

    aligned: ClassVar[bool] = True  # an answer at each timestep belongs to a timestep of the inputs

    inputs: Tensor
    targets: Tensor
    lengths: Tensor | None = None

    def __post_init__(self) -> None:
        # what is no tensor of sequences is named where a task hands it over
        if self.lengths is not None and isinstance(self.inputs, Tensor) and self.inputs.dim() > 1:
            check_lengths("lengths", self.lengths, self.inputs)

    def __repr__(self) -> str:
        return brief(self).replace(", lengths=None", "")

    def __len__(self) -> int:
        return int(self.inputs.shape[0])

    def __getitem__(self, index: Any) -> Self:
        """Return the sequences at ``index`` (a slice or an index tensor)."""
        near = index.cpu() if isinstance(index, Tensor) else index
        lengths = None if self.lengths is None else self.lengths[near]
        return replace(self, lengths=lengths, **{name: value[index] for name, value in self._tensors().items()})

    @property
    def arguments(self) -> tuple[Tensor, ...]:
        """What a model is called with; a batch of another kind says so itself."""
        return (self.inputs,) if self.lengths is None else (self.inputs, self.lengths)

    def read_by(self, module: str) -> tuple[Tensor, Tensor | None]:
        """Return what the recurrent layer at the path ``module`` reads, and up to where: the inputs and their lengths.

        A batch for a network whose layers read different sequences says so itself.
        """
        return self.inputs, self.lengths

    def to(self, device: torch.device | str) -> Self:
        """Return the batch on ``device``, the lengths on the CPU; itself if it is there already."""
        return self.each(lambda value: on_device(value, device))

    def followed_by(self, other: Self) -> Self:
        """Return these sequences, and behind them those of ``other``, as wide, with lengths where these have some."""
        there = other._tensors()
        joined = {name: torch.cat([value, there[name]]) for name, value in self._tensors().items()}
        if self.lengths is None or other.lengths is None:
            return replace(self, **joined)
        return replace(self, lengths=torch.cat([self.lengths, other.lengths]), **joined)

    def each(self, change: Callable[[Tensor], Tensor]) -> Self:
        """Return a batch of changed tensors, all but the lengths; itself if ``change`` gives every one back."""
        before = self._tensors()
        after = {name: change(value) for name, value in before.items()}
        return self if all(after[name] is before[name] for name in before) else replace(self, **after)

    def _tensors(self) -> dict[str, Tensor]:
        """Those that go where the model is, by field."""
        found = {one.name: getattr(self, one.name) for one in fields(self) if one.init and one.name != "lengths"}
        return {name: value for name, value in found.items() if isinstance(value, Tensor)}


def within(lengths: Tensor, steps: int, device: torch.device) -> Tensor:
    """Return whether a timestep lies before its sequence's end, axes (batch, time), on a device."""
    return torch.arange(steps, device=device) < lengths.to(device)[:, None]


def on_device(value: Any, device: Any) -> Any:
    """Return a tensor or a batch on a device; itself if it is there already.

    Raises
    ------
    TypeError, ValueError
        If ``device`` is no device, or none that there is here.
    """
    if not isinstance(device, str | torch.device):
        raise TypeError(f"device must be the name of one, such as 'cpu', got {shown(device)}.")
    try:
        return value.to(torch.device(device))
    except (RuntimeError, AssertionError):  # torch knows no such device, or was built without it
        raise ValueError(f"device must be one that exists here, such as 'cpu', got {shown(device)}.") from None
