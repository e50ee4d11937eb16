"""What a backward pass is for: to train a layer, or to ask for the gradient of something else."""

import torch
from torch import Tensor, nn
from torch.autograd.graph import get_gradient_edge

__all__ = ["filled_by", "reaches_weights"]


def reaches_weights(module: nn.Module) -> bool:
    """Whether the backward pass that is under way goes on to the weights of `module`; True if all are frozen.

    To be called in a hook on a tensor. `torch.autograd.grad` of a loss for the inputs does not go on to them.
    """
    # a layer whose weights are all frozen cannot tell the two kinds of pass apart: every one counts
    trained = [one for one in module.parameters() if one.requires_grad]
    return not trained or any(map(_is_reached, trained))


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
