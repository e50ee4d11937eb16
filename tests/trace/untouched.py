"""A model that a trace could change in every way that there is, and what would be noticed of it."""

import torch
from torch import nn


class Model(nn.Module):
    """Everything that a run could change: batch norm buffers, dropout masks, dropout between layers."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(3)
        self.recurrent = nn.LSTM(3, 4, num_layers=2, dropout=0.5, batch_first=True)
        self.after = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 1))

    def forward(self, x):
        x = self.norm(x.transpose(1, 2)).transpose(1, 2)
        return self.after(self.recurrent(x)[0][:, -1])


def state_of(model, device=None):
    """Everything about a model, and about its device, that a learner or an optimiser could notice."""
    on_cuda = device is not None and device.type == "cuda"
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_forward_hooks_with_kwargs")
    return {
        "values": {name: one.clone() for name, one in model.state_dict().items()},
        "gradients": [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        "requires": [p.requires_grad for p in model.parameters()],
        "training": [module.training for module in model.modules()],
        "dropout": [getattr(module, "dropout", None) for module in model.modules()],
        "hooks": [len(getattr(module, name)) for module in model.modules() for name in hooks],
        "own": [sorted(vars(module)) for module in model.modules()],
        "rng": torch.get_rng_state(),
        "rng there": torch.cuda.get_rng_state(device) if on_cuda else None,
        "modes": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "cudnn": (torch.backends.cudnn.enabled, torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic),
    }


def assert_same(before, after):
    assert before.keys() == after.keys()
    for name in before:
        assert identical(after[name], before[name]), name


def identical(found, expected):
    if isinstance(expected, torch.Tensor):
        return torch.equal(found, expected)
    if isinstance(expected, dict):
        return list(found) == list(expected) and all(identical(found[name], expected[name]) for name in expected)
    if isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(identical, found, expected))
    return found == expected
