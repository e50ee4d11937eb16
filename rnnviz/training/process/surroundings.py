"""Surroundings: what holds while anything of a session runs, whatever the cell around it has set for itself."""

import contextlib
import copy
import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves, tree_map

from rnnviz.tasks import Batch, Task
from rnnviz.trace.isolation.precision import are_denormals_flushed, denormals
from rnnviz.training.process.precision import DefaultDtype

__all__ = ["Surroundings", "ordinary", "settled"]

_AS_IT_IS = contextlib.nullcontext()


class Surroundings:
    """The modes of torch that a session runs in, fixed when it is made.

    A cell may be inside ``no_grad``, ``inference_mode`` or ``autocast``, have another default device, or take denormal
    numbers for zero: torch keeps that a thread, so the same run would differ between a cell and the thread that plays.
    The default dtype it keeps for the whole process: there another cell would change a run that plays.

    Parameters
    ----------
    device : torch.device
        Where the session runs.
    dtype : torch.dtype or None
        Of the numbers that own code makes without saying which; None where there is no such code, because ours says so.

    Examples
    --------
    >>> with torch.inference_mode(), Surroundings(torch.device("cpu"), None)():
    ...     torch.is_grad_enabled(), torch.zeros(1).is_inference()
    (True, False)
    """

    def __init__(self, device: torch.device, dtype: torch.dtype | None) -> None:
        self.dtype = dtype
        self.move(device)

    def move(self, device: torch.device) -> None:
        """Be those of a run on this device from now on."""
        # autocast is switched by kind of device, and a run on a GPU calls the CPU too
        self._kinds = ("cpu",) if device.type == "cpu" else ("cpu", device.type)

    def __call__(self) -> AbstractContextManager[None]:
        """Return a context to run in; where the cell has set nothing it costs next to nothing."""
        needed = [*self._needed()]
        return _entered(needed) if needed else _AS_IT_IS

    def _needed(self) -> Iterator[AbstractContextManager[Any]]:
        if torch.is_inference_mode_enabled():
            yield torch.inference_mode(False)
        if not torch.is_grad_enabled():
            yield torch.enable_grad()
        for kind in self._kinds:
            if torch.is_autocast_enabled(kind):
                yield torch.autocast(kind, enabled=False)
        # asked by making one, which sees a default device and a ``with torch.device(…)`` alike
        if torch.empty(0).device.type != "cpu":
            yield torch.device("cpu")
        if are_denormals_flushed():
            yield denormals(flushed=False)
        if self.dtype is not None and torch.get_default_dtype() != self.dtype:
            yield DefaultDtype(self.dtype)


class _Settled(Protocol):
    surroundings: Surroundings


S = TypeVar("S", bound=_Settled)
P = ParamSpec("P")
T = TypeVar("T")


def settled(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Run a method in the surroundings of its object."""

    @functools.wraps(method)
    def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.surroundings():
            return method(self, *args, **kwargs)

    return run


def ordinary(task: Task) -> Task:
    """Return the task with tensors that autograd can work with, where it was made under ``inference_mode``.

    Raises
    ------
    ValueError
        If it keeps tensors without numbers, because it was made while torch's default device was ``"meta"``.
    """
    for name, value in vars(task).items():
        parts = list(vars(value).values()) if isinstance(value, Batch) else value
        if any(isinstance(one, Tensor) and one.is_meta for one in tree_leaves(parts)):
            raise ValueError(
                f"the task keeps {name!r} on the device 'meta', which holds no numbers; make them on 'cpu'."
            )
    kept = {name: _ordinary(value) for name, value in vars(task).items()}
    changed = {name: value for name, value in kept.items() if value is not vars(task)[name]}
    if not changed:
        return task
    copied = copy.copy(task)
    vars(copied).update(changed)
    return copied


def _ordinary(value: Any) -> Any:
    if isinstance(value, Batch):
        return value.each(_ordinary)
    if not any(isinstance(one, Tensor) and one.is_inference() for one in tree_leaves(value)):
        return value
    return tree_map(lambda one: one.clone() if isinstance(one, Tensor) and one.is_inference() else one, value)


@contextlib.contextmanager
def _entered(contexts: list[AbstractContextManager[Any]]) -> Iterator[None]:
    with ExitStack() as stack:
        for one in contexts:
            stack.enter_context(one)
        yield
