"""Clipping: gradients scaled down to a threshold, and their norms before that, without waiting for the device."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["clip"]


@torch.no_grad()
def clip(parameters: Sequence[nn.Parameter], threshold: float | None) -> Tensor:
    """Scale the gradients so that their total norm is at most the threshold; return the norms before.

    First the total, then each parameter's, axis (1 + parameters,), on their device; 0 for one without a gradient. A
    threshold of None leaves the gradients alone.

    Raises
    ------
    ValueError
        If one is sparse.

    Examples
    --------
    >>> weight = nn.Parameter(torch.zeros(2))
    >>> weight.grad = torch.tensor([3.0, 4.0])
    >>> clip([weight], 1.0)
    tensor([5., 5.])
    >>> weight.grad
    tensor([0.6000, 0.8000])
    """
    grads = [weight.new_zeros(1) if weight.grad is None else weight.grad for weight in parameters]
    try:
        norms = torch.stack(torch._foreach_norm(grads))
    except NotImplementedError:  # torch's word for what it cannot do with a sparse tensor, over a hundred lines
        raise ValueError(
            "the model must have dense gradients, got a sparse one; build its nn.Embedding with sparse=False."
        ) from None
    total = torch.linalg.vector_norm(norms)
    if threshold is not None:
        torch.nn.utils.clip_grads_with_norm_(parameters, threshold, total)
    return torch.cat([total[None], norms])
