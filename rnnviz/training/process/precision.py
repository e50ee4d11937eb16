"""Precision: somebody's own task and model make numbers of a lab's dtype, whatever torch's default has become since."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

__all__ = ["DefaultDtype"]

# the functions that choose a dtype themselves; random ones must be told before, as they draw other numbers for another
_SIZED = (torch.empty, torch.ones, torch.zeros, torch.rand, torch.randn, torch.eye, torch.linspace, torch.logspace)
_WINDOWS = (torch.hann_window, torch.hamming_window, torch.blackman_window, torch.bartlett_window, torch.kaiser_window)
_TOLD = frozenset((*_SIZED, *_WINDOWS))
_BY_VALUE = frozenset((torch.full, torch.tensor, torch.as_tensor, torch.asarray, torch.arange, torch.scalar_tensor))


class DefaultDtype(TorchFunctionMode):
    """In this thread and block, new numbers are of one dtype where nobody says which.

    ``torch.set_default_dtype`` would change it for every thread of the process. Costs about a microsecond a call of
    torch, so it is entered only where the process's default is another one.

    Parameters
    ----------
    dtype : torch.dtype
        A floating one.

    Examples
    --------
    >>> with DefaultDtype(torch.float64):
    ...     torch.zeros(2).dtype, torch.tensor([1.5]).dtype, torch.tensor([1]).dtype, (torch.arange(3) / 2).dtype
    (torch.float64, torch.float64, torch.int64, torch.float64)
    """

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self._dtype = dtype

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Call the function, with the dtype where it would choose the process's default."""
        kwargs = kwargs or {}
        if func in _TOLD or (func is torch.normal and not any(isinstance(one, Tensor) for one in args)):
            return func(*args, **(kwargs if kwargs.get("dtype") is not None else {**kwargs, "dtype": self._dtype}))
        made = func(*args, **kwargs)
        default = torch.get_default_dtype()
        # also subclasses are left alone: what a dtype means to them is their own
        if type(made) is not Tensor or made.dtype != default or default == self._dtype:
            return made
        if kwargs.get("dtype") is not None or any(_floats(one) for one in tree_leaves((args, kwargs))):
            return made
        # made once more, as 0.1 in single precision does not become 0.1 in double by a cast
        if func in _BY_VALUE:
            return func(*args, **{**kwargs, "dtype": self._dtype})
        # a leaf that was cast would be a leaf no more
        return made if made.requires_grad or func in _EXPLICIT else made.to(self._dtype)


_EXPLICIT = frozenset((Tensor.double, Tensor.float, Tensor.half, Tensor.bfloat16, Tensor.to, Tensor.type))


def _floats(value: Any) -> bool:
    """Whether it brings a floating dtype of its own, as a tensor or an array, or names one."""
    if isinstance(value, torch.dtype):
        return True
    if isinstance(value, Tensor):
        return value.is_floating_point() or value.is_complex()
    return getattr(getattr(value, "dtype", None), "kind", "") in ("f", "c")  # numpy's
