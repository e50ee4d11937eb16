"""A small classifier, its training loop by hand, and what a trainer must leave behind: the truth for the adapters."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

import rnnviz as rv

Batch = tuple[torch.Tensor, torch.Tensor]
RATE = 0.5


class Classifier(nn.Module):
    """A GRU that reads sequences into one of two classes; it runs into an `error` at the forward pass number `at`."""

    def __init__(self, error: BaseException | None = None, at: int = 0) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.gru = nn.GRU(3, 4, batch_first=True)
        self.head = nn.Linear(4, 2)
        self.error, self.at, self.runs = error, at, 0
        self.batches: list[Batch] = []  # that it was trained on

    def loss(self, x: torch.Tensor, labels: torch.Tensor, reduction: str = "mean") -> torch.Tensor:
        self.runs += 1
        if self.error is not None and self.runs == self.at:
            raise self.error
        if torch.is_grad_enabled():
            self.batches.append((x, labels))
        return nn.functional.cross_entropy(self.head(self.gru(x)[0][:, -1]), labels, reduction=reduction)


class Batches:
    """An iterable of batches of five sequences, not a DataLoader: those speak of workers."""

    def __init__(self, count: int, time: int = 6) -> None:
        generator = torch.Generator().manual_seed(1)
        self._kept = [
            (torch.randn(5, time, 3, generator=generator), torch.randint(2, (5,), generator=generator))
            for _ in range(count)
        ]

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


class ByHand:
    """Plain PyTorch: losses, gradient norms before clipping, and the model as it went into its last step."""

    def __init__(self, model: Classifier, batches: Sequence[Batch], *, accumulate: int, clip: float) -> None:
        self.model = copy.deepcopy(model)
        self.losses: list[float] = []
        self.norms: list[float] = []
        optimizer = torch.optim.SGD(self.model.parameters(), lr=RATE)
        self._accumulate, self._last = accumulate, batches[-1]
        for start in range(0, len(batches), accumulate):
            self.before = copy.deepcopy(self.model)
            optimizer.zero_grad()
            loss = sum(self.model.loss(*one) for one in batches[start : start + accumulate]) / accumulate
            loss.backward()
            self.losses.append(float(loss.detach()))
            self.norms.append(float(nn.utils.clip_grad_norm_(self.model.parameters(), clip)))
            optimizer.step()
        assert min(self.norms) > clip

    def layer(self) -> Any:
        """Trace the last batch of the last step: its share of the loss."""
        x, labels = self._last
        share = self._accumulate
        before = self.before

        def loss(output: Any) -> torch.Tensor:
            return nn.functional.cross_entropy(before.head(output[0][:, -1]), labels) / share

        return rv.trace(before.gru, x, loss=loss).layers["gru"]


def assert_same_layer(seen: Any, truth: Any) -> None:
    np.testing.assert_allclose(seen.hidden, truth.hidden, atol=1e-6)
    np.testing.assert_allclose(seen.gates["z"], truth.gates["z"], atol=1e-6)
    np.testing.assert_allclose(seen.grad_hidden, truth.grad_hidden, atol=1e-7)
    assert abs(truth.grad_hidden).max() > 1e-4


def hooks(model: nn.Module) -> int:
    """Count the hooks on a model's modules and parameters."""
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    on_modules = sum(len(getattr(module, kind)) for module in model.modules() for kind in kinds)
    on_parameters = [one._backward_hooks or () for one in model.parameters()]
    after_accumulation = [one._post_accumulate_grad_hooks or () for one in model.parameters()]
    return on_modules + sum(map(len, (*on_parameters, *after_accumulation)))
