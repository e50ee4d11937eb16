"""Functions that the CPU does faster another way than torch's own; without autograd, to the last few bits the same."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def tanh(values: Tensor) -> Tensor:
    """``torch.tanh``; on a CPU by numpy, which takes a tenth to a half of the time."""
    return torch.from_numpy(np.tanh(values.numpy())) if values.device.type == "cpu" else torch.tanh(values)
