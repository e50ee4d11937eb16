"""What a backward pass is for: to train a layer, or to ask for the gradient of something else."""

import torch
from torch import Tensor, nn
from torch.autograd.graph import get_gradient_edge

__all__ = ["filled_by", "reaches_weights"]


def reaches_weights(module: nn.Module) -> bool:
    """Whether the backward pass that is under way goes on to the weights of `module`; True if all are frozen.

    ``torch.autograd.grad`` of a loss for the inputs, as a gradient penalty or a saliency map asks for, does not. To be
    called in a hook on a tensor.

    Parameters
    ----------
    module : torch.nn.Module
        A layer.

    Examples
    --------
    >>> layer, x = nn.Linear(1, 1), torch.ones(1, requires_grad=True)
    >>> said = []
    >>> y = layer(x)
    >>> handle = y.register_hook(lambda gradient: said.append(reaches_weights(layer)))
    >>> _ = torch.autograd.grad(y, x, retain_graph=True)
    >>> y.backward()
    >>> said
    [False, True]
    """
    trained = [one for one in module.parameters() if one.requires_grad]
    return not trained or any(map(_is_reached, trained))


def filled_by(module: nn.Module) -> list[Tensor]:
    """Return the weights of `module` to whose ``.grad`` the backward pass that is under way will add.

    ``backward`` does, ``torch.autograd.grad`` does not. To be called where `reaches_weights` may be.
    """
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
