"""Generated: a task whose sequences are drawn afresh each step, with held-out ones that a seed decides."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import torch

from rnnviz import limits
from rnnviz.checks import whole
from rnnviz.tasks.base import Batch, Task, length

__all__ = ["Generated"]

_HELD_OUT = 512


class Generated(Task):
    """A synthetic task. A subclass gives the sizes, `batch`, `loss` and `metric`.

    Parameters
    ----------
    seq_len : int
        Timesteps a sequence.
    seed : int
        Decides the 512 held-out sequences.
    """

    options: ClassVar[Mapping[str, Any]] = MappingProxyType({"seed": whole(0, 2**63 - 1)})

    def __init__(self, seq_len: int = 40, seed: int = 0) -> None:
        self.seq_len = length(self, seq_len)
        self.seed = limits.seed("seed", seed)
        # on the CPU wherever it is used later: a seed means the same sequences on every device
        self._held_out = self.batch(_HELD_OUT, torch.Generator().manual_seed(self.seed))

    def _resized(self, seq_len: int) -> "Generated":
        return type(self)(seq_len, self.seed)

    def held_out(self) -> Batch:
        """Return 512 sequences that the seed decides."""
        return self._held_out
