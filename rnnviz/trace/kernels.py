"""Functions that a CPU does faster another way than torch's own; without autograd, to the last few bits the same."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear

_WORTH_IT = 2**23  # multiplications: in smaller products oneDNN's own layout costs more to make than it saves


def tanh(values: Tensor) -> Tensor:
    """``torch.tanh``; on a CPU by numpy, which takes a tenth to a half of the time."""
    return torch.from_numpy(np.tanh(values.numpy())) if values.device.type == "cpu" else torch.tanh(values)


def tanh_(values: Tensor) -> Tensor:
    """Apply `tanh` in place."""
    if values.device.type == "cpu":
        np.tanh(values.numpy(), out=values.numpy())
        return values
    return values.tanh_()


class Product:
    """``values Wᵀ + b`` for many rows, `W` (unit, input); large ones by oneDNN, on some CPUs in half the time."""

    def __init__(self, W: Tensor, b: Tensor | None = None) -> None:
        self._W, self._b = W, b
        self._converted: tuple[Tensor, Tensor | None] | None = None

    def __call__(self, values: Tensor) -> Tensor:
        """Multiply `values` (time, batch, input); axes (time, batch, unit)."""
        if not self._is_for_onednn(values):
            return linear(values, self._W, self._b)
        W, b = self._weights()
        return linear(values.flatten(0, 1).to_mkldnn(), W, b).to_dense().view(*values.shape[:2], len(self._W))

    def _is_for_onednn(self, values: Tensor) -> bool:
        fits = values.device.type == "cpu" and values.dtype == torch.float32
        large = values[..., 0].numel() * self._W.numel() >= _WORTH_IT
        return fits and large and bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]

    def _weights(self) -> tuple[Tensor, Tensor | None]:
        if self._converted is None:
            self._converted = self._W.to_mkldnn(), None if self._b is None else self._b.to_mkldnn()
        return self._converted
