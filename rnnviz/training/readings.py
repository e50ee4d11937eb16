"""Readings: the numbers of one step of somebody else's loop, its loss and its gradient norm, whatever they come as."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz.checks import shown

__all__ = ["check_scalar", "gradient_norm", "number", "times_written"]

_HINTS = {"loss": "what backward() was called on", "grad_norm": "what clip_grad_norm_() returned"}


def check_scalar(name: str, value: Any) -> None:
    """Refuse what is no single real number, without reading it: that would wait for the device.

    Parameters
    ----------
    name : {"loss", "grad_norm"}
        Of the argument.
    value : object
        A tensor, an array or a number; None is none.

    Raises
    ------
    TypeError
        For what is no number.
    ValueError
        For several numbers.
    """
    kind = type(value)
    if value is None or kind is float:
        return
    shape = getattr(value, "shape", ())
    if math.prod(shape) != 1:
        raise ValueError(f"{name} must be a scalar, got a {_a(value)} of shape {tuple(shape)}; pass {_HINTS[name]}.")
    if not hasattr(value, "__float__") or isinstance(value, str) or (isinstance(value, Tensor) and value.is_complex()):
        raise TypeError(f"{name} must be a scalar tensor or a number, got {kind.__name__}{_dtype(value)}.")


def number(name: str, value: Any) -> float:
    """Read it.

    Raises
    ------
    TypeError
        If it cannot be read.

    Examples
    --------
    >>> number("loss", torch.tensor([0.5], requires_grad=True))
    0.5
    """
    try:
        return float(value.item() if hasattr(value, "item") else value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except (RuntimeError, TypeError, ValueError) as error:
        raise TypeError(
            f"{name} must be a scalar tensor or a number, got {shown(value)}, which is none: {error}"
        ) from error


@torch.no_grad()
def gradient_norm(model: nn.Module) -> float:
    """Norm of all gradients there are, as one number, in at least single precision; NaN where there are none.

    Examples
    --------
    >>> model = nn.Linear(2, 1)
    >>> model(torch.tensor([3.0, 4.0])).sum().backward()  # the bias has the gradient 1
    >>> round(gradient_norm(model) ** 2)
    26
    """
    gradients = [_values(one.grad) for one in model.parameters() if one.grad is not None]
    if not gradients:
        return math.nan
    norms = torch._foreach_norm(gradients)
    together = torch.stack([one.to(norms[0].device) for one in norms])
    return math.sqrt(sum(one * one for one in together.tolist()))


def times_written(model: nn.Module) -> int:
    """How often the parameters of a model were written to: more than before after an optimiser's step."""
    return sum(one._version for one in model.parameters() if not one.is_inference())


def _values(gradient: Tensor) -> Tensor:
    """Return the numbers of a gradient that counts; of a sparse one those that are there, each place once."""
    dense = gradient.coalesce().values() if gradient.is_sparse else gradient
    return dense.to(torch.promote_types(dense.dtype, torch.float32))


def _a(value: Any) -> str:
    return "tensor" if isinstance(value, Tensor) else type(value).__name__


def _dtype(value: Any) -> str:
    return f" of {value.dtype}" if isinstance(value, Tensor) else ""
