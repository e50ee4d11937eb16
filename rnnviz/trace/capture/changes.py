"""What a model changed between the calls of a chain: all are compared at once, for each answer has to be waited for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
import torch
from torch import Tensor

from rnnviz.trace.capture.calls import Call
from rnnviz.trace.result.arrays import Array
from rnnviz.trace.result.resident import fetched

__all__ = ["Entered", "weights_stay"]

Pair = tuple[Tensor, Tensor]


def weights_stay(chain: Sequence[Call]) -> list[bool]:
    """Whether each call but the first has used the weights of the one before."""
    rows = [zip(one.weights.values(), after.weights.values(), strict=True) for one, after in pairwise(chain)]
    unknown = [[pair for pair in row if pair[0] is not pair[1]] for row in rows]
    if _on_cpu([pair for row in unknown for pair in row]):
        return [all(torch.equal(*pair) for pair in row) for row in unknown]
    # one answer for all of them: each would otherwise wait for the device
    differ = torch.stack([(one != other).any() for row in unknown for one, other in row]).tolist()
    ends = list(accumulate(map(len, unknown)))
    return [not any(differ[end - len(row) : end]) for row, end in zip(unknown, ends, strict=True)]


@dataclass(frozen=True, eq=False)
class Entered:
    """States that entered the calls of a chain, of each (layer, batch, unit).

    Attributes
    ----------
    changed
        Whether any is another than the call before had given; for a device the answer stays there.
    entering
        The states; none where it is known that they did not change.
    steps
        How many timesteps each call ran.
    """

    changed: Tensor | bool
    entering: Sequence[Tensor]
    steps: Sequence[int]

    @classmethod
    def of(cls, handed: Sequence[Pair], entering: Sequence[Tensor], steps: Sequence[int]) -> Entered:
        """Compare what each call gave with what the next one was given."""
        if _on_cpu(handed):
            changed = not all(torch.equal(*pair) for pair in handed)
            return cls(changed, entering if changed else (), steps)
        # left on the device; the answer comes with the arrays, in one copy
        given, taken = (torch.cat([one.flatten() for one in some]) for some in zip(*handed, strict=True))
        return cls((given != taken).any(), entering, steps)

    def found(self, changed: Array | bool, states: Array) -> Array | None:
        """States before each step, like `states` after it; None where they are those of the step before."""
        if not changed:
            return None
        before, start = np.concatenate([states[..., :1, :], states[..., :-1, :]], axis=3), 0
        for values, steps in zip(fetched(self.entering), self.steps, strict=True):
            before[:, 0, : values.shape[1], start] = values
            start += steps
        return before


def _on_cpu(pairs: Sequence[Pair]) -> bool:
    return all(one.device.type == "cpu" for one, _ in pairs)
