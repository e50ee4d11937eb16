"""`Unrolled`: what the recomputation of one layer and direction finds, on its way to numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Unrolled:
    """One layer and direction over all timesteps; axes (time, batch, unit), gates in torch's order."""

    hidden: Tensor
    cell: Tensor | None
    gates: tuple[Tensor, ...]
    direct: Tensor | None = None
    total: Tensor | None = None
    grad_cell: Tensor | None = None
    grad_ih: Tensor | None = None
    grad_hh: Tensor | None = None

    def map(self, change: Callable[[Tensor], Tensor]) -> Unrolled:
        """Apply `change` to everything that has a time axis."""

        def on(value: Tensor | None) -> Tensor | None:
            return None if value is None else change(value)

        return replace(
            self,
            hidden=change(self.hidden),
            cell=on(self.cell),
            gates=tuple(map(change, self.gates)),
            direct=on(self.direct),
            total=on(self.total),
            grad_cell=on(self.grad_cell),
        )

    @classmethod
    def joined(cls, parts: Sequence[Unrolled]) -> Unrolled:
        """Lay parts end to end in time; the weights' gradients add up."""
        if len(parts) == 1:
            return parts[0]

        def on(name: str, join: Callable[[list[Tensor]], Tensor] = torch.cat) -> Tensor | None:
            values = [getattr(part, name) for part in parts]
            return None if values[0] is None else join(values)

        def added(values: list[Tensor]) -> Tensor:
            return torch.stack(values).sum(0)

        return cls(
            torch.cat([part.hidden for part in parts]),
            on("cell"),
            tuple(torch.cat(gate) for gate in zip(*(part.gates for part in parts), strict=True)),
            on("direct"),
            on("total"),
            on("grad_cell"),
            on("grad_ih", added),
            on("grad_hh", added),
        )
