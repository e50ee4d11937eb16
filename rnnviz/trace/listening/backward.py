"""What a backward pass is for: to train a layer, or to ask for the gradient of something else."""

from enum import IntEnum

import torch
from torch import Tensor, nn
from torch.autograd.graph import get_gradient_edge

__all__ = ["Purpose", "filled_by", "purpose_of"]


class Purpose(IntEnum):
    """What gradients are asked for, the more telling the higher.

    Where a loop asks for several, those that fill ``.grad`` are what it trains with; one that calls
    ``torch.autograd.grad`` for its weights and nothing else trains with those.
    """

    OTHER = 0
    WEIGHTS = 1
    TRAINING = 2


def purpose_of(module: nn.Module) -> Purpose:
    """Return what the backward pass that is under way is for, as one layer has it; training if all of it is frozen.

    To be called in a hook on a tensor. ``torch.autograd.grad`` of a loss for the inputs, as a gradient penalty or a
    saliency map asks for, does not reach its weights.
    """
    # a layer whose weights are all frozen cannot tell passes apart: every one counts
    trained = [one for one in module.parameters() if one.requires_grad]
    if not trained or any(map(_adds_to_grad, trained)):
        return Purpose.TRAINING
    return Purpose.WEIGHTS if any(map(_is_reached, trained)) else Purpose.OTHER


def filled_by(module: nn.Module) -> list[Tensor]:
    """Return the weights of `module` to whose ``.grad`` the backward pass that is under way will add."""
    return [one for one in module.parameters() if one.requires_grad and _adds_to_grad(one)]


def _adds_to_grad(weight: Tensor) -> bool:
    try:
        return torch._C._will_engine_execute_node(get_gradient_edge(weight).node)
    except RuntimeError:
        return False


def _is_reached(weight: Tensor) -> bool:
    try:
        return torch._C._will_engine_execute_node(get_gradient_edge(weight).node)
    except RuntimeError:  # so it answers for a leaf whose gradient autograd.grad was asked for
        return True
