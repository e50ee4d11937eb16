"""Readings: the numbers of one step of somebody else's loop, its loss and its gradient norm, whatever they come as."""

import math
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rnnviz.checks import shown
from rnnviz.trace.result.resident import fetched

__all__ = ["check_scalar", "gradient_norm", "loss_and_norm", "number", "times_written"]

_READ = ("cpu", "meta")  # at once; what has no numbers says so itself
_HINTS = {
    "loss": "what backward() was called on",
    "grad_norm": "what clip_grad_norm_() returned",
    "scaler.get_scale()": "a torch.amp.GradScaler",
}


def check_scalar(name: str, value: Any) -> None:
    """Refuse what is no single real number, without reading it: that would wait for the device.

    Parameters
    ----------
    name : {"loss", "grad_norm", "scaler.get_scale()"}
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
    # the usual kinds first: this is asked every step
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


def loss_and_norm(model: nn.Module, loss: Any, grad_norm: Any) -> tuple[float, float]:
    """Read the loss of a step, NaN for None, and its gradient norm, the model's for None, with one wait for a device.

    Raises
    ------
    TypeError
        If one of them cannot be read.
    ValueError
        If the model's gradients are on the device "meta", which holds no numbers.

    Examples
    --------
    >>> loss_and_norm(nn.Linear(2, 1), None, torch.tensor(0.25))
    (nan, 0.25)
    """
    told = {"loss": loss, "grad_norm": grad_norm}
    there = {name: one for name, one in told.items() if isinstance(one, Tensor) and one.device.type not in _READ}
    norms = _norms(model) if grad_norm is None else None
    if norms is not None and norms.is_meta:
        raise ValueError(
            "model must hold numbers, and its gradients lie on 'meta', which keeps none; build it on 'cpu'."
        )
    norms, there = fetched([norms, there])
    told |= there
    read = {name: number(name, one) for name, one in told.items() if one is not None}
    return read.get("loss", math.nan), read["grad_norm"] if "grad_norm" in read else _total(norms)


def gradient_norm(model: nn.Module) -> float:
    """Return the norm of all gradients there are, in at least single precision; NaN where there are none."""
    return _total(fetched(_norms(model)))


@torch.no_grad()
def _norms(model: nn.Module) -> Tensor | None:
    """Norm of each gradient there is."""
    gradients = [_values(one.grad) for one in model.parameters() if one.grad is not None]
    if not gradients:
        return None
    norms = torch._foreach_norm(gradients)
    return torch.stack([one.to(norms[0].device) for one in norms])


def _total(norms: NDArray[Any] | None) -> float:
    return math.nan if norms is None else math.sqrt(sum(one * one for one in norms.tolist()))


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
