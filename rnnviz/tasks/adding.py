"""Adding: keep two marked numbers of a long sequence and give their sum (Hochreiter & Schmidhuber 1997)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from rnnviz.i18n import t
from rnnviz.tasks.base import Batch, answered, drawn
from rnnviz.tasks.generated import Generated
from rnnviz.tasks.inputpicture import InputPicture

__all__ = ["Adding"]


class Adding(Generated):
    """Each timestep brings a number from 0 to 1 and a mark; the answer is the sum of the two marked numbers.

    One mark lies in each half of the sequence. Always answering 1 has a mean squared error of 1/6, the variance of a
    sum of two such numbers. After Hochreiter & Schmidhuber (1997), experiment 4, in the form of Le, Jaitly & Hinton
    (2015).

    Parameters
    ----------
    seq_len : int
        Timesteps a sequence, 2 to 1000.
    seed : int
        Decides the 512 held-out sequences.

    Examples
    --------
    >>> batch = Adding(seq_len=10).batch(4, torch.Generator().manual_seed(0))
    >>> bool(((batch.inputs[..., 0] * batch.inputs[..., 1]).sum(1) == batch.targets[:, 0]).all())
    True
    """

    name = "adding"
    input_size = 2
    output_size = 1
    seq_lens = (2, 1000)
    metric_name = "MSE"
    steps = 2000
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({"lr": 5e-3})

    def __init__(self, seq_len: int = 40, seed: int = 0) -> None:
        self.source = t("task.adding.source")
        super().__init__(seq_len, seed)

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw sequences on the generator's device: inputs (batch, time, 2), targets (batch, 1)."""
        batch_size = drawn(self, batch_size, generator)
        device, half = generator.device, self.seq_len // 2
        values = torch.rand(batch_size, self.seq_len, generator=generator, dtype=torch.float32, device=device)
        first = torch.randint(half, (batch_size, 1), generator=generator, device=device)
        second = torch.randint(half, self.seq_len, (batch_size, 1), generator=generator, device=device)
        # scatter, not an index: an index with a mask would wait for the device
        marks = torch.zeros_like(values).scatter_(1, torch.cat([first, second], 1), 1.0)
        return Batch(torch.stack([values, marks], -1), (values * marks).sum(1, keepdim=True))

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean squared error."""
        answered(self, outputs, targets, numbers=True)
        return (outputs - targets).square().mean()

    def baselines(self) -> dict[str, float]:
        """Return the error of always answering 1."""
        return {t("task.adding.constant"): float((self._held_out.targets - 1).square().mean())}

    def time_labels(self, sample: int) -> tuple[str, ...]:
        """Return each timestep's number, a marked one with its plus."""
        rows = self._held_out.inputs[self.probe_index(sample)].tolist()
        return tuple(f"+{value:.2f}" if mark else f"{value:.2f}" for value, mark in rows)

    def input_picture(self, sample: int) -> InputPicture:
        """Return each timestep's number, and which two are to be added."""
        numbers, marks = self._held_out.inputs[self.probe_index(sample)].cpu().numpy().T
        return InputPicture(
            numbers.copy(),
            digits=2,
            words=t("task.adding.reads"),
            key_steps=tuple(np.flatnonzero(marks).tolist()),
            answer=f"{float(self._held_out.targets[self.probe_index(sample), 0]):.2f}",
        )
