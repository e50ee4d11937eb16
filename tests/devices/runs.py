"""A model and its batches on a device."""

import torch
from torch import nn


class Last(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        for number, layer in enumerate(layers):
            self.add_module(str(number), layer)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first, second = self.children()
        found: torch.Tensor = second(first(x)[0][:, -1])
        return found


def model_on(device: torch.device) -> nn.Module:
    torch.manual_seed(0)
    return Last(nn.LSTM(3, 8, batch_first=True), nn.Linear(8, 1)).to(device)


def batch_on(device: torch.device, seed: int) -> torch.Tensor:
    return torch.randn(6, 10, 3, generator=torch.Generator().manual_seed(seed)).to(device)
