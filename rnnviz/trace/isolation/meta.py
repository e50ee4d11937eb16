"""What lies on the device "meta" has a shape and no numbers: there is nothing to trace, which is said in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

__all__ = ["needing_numbers"]


@contextmanager
def needing_numbers(
    model: nn.Module, inputs: Iterable[Any], kwargs: Mapping[str, Any] | None = None, *, name: str = "inputs"
) -> Iterator[list[Tensor]]:
    """Raise a ValueError that says what lies on "meta", where a run fails because of it.

    A run that succeeds need not hold numbers either: what it gave is to be put into the list, and is looked at in the
    end. Nothing is said sooner, for weights that are loaded for each call lie on "meta" in between.

    Parameters
    ----------
    model
        What runs.
    inputs, kwargs
        What it is called with.
    name
        What the caller calls the inputs.

    Examples
    --------
    >>> with needing_numbers(nn.Linear(2, 1, device="meta"), ()):
    ...     raise RuntimeError
    Traceback (most recent call last):
    ValueError: model must hold numbers, and its 'weight' lies on 'meta', which keeps none; build it on 'cpu'.
    """
    given: list[Tensor] = []
    try:
        yield given
    except (RuntimeError, ValueError) as error:
        reason = _reason(model, inputs, kwargs, name)
        if reason is None:
            raise
        raise ValueError(reason) from error
    if any(one.is_meta for one in given):
        raise ValueError(_reason(model, inputs, kwargs, name) or _UNKNOWN)


def _reason(model: nn.Module, inputs: Iterable[Any], kwargs: Mapping[str, Any] | None, name: str) -> str | None:
    """Return the sentence about the first thing on "meta", None where nothing is."""
    for where, one in (*model.named_parameters(), *model.named_buffers()):
        if one.is_meta:
            return f"model must hold numbers, and its {where!r} lies on 'meta', which keeps none; build it on 'cpu'."
    for argument, value in ((name, tuple(inputs)), *(kwargs or {}).items()):
        if any(isinstance(one, Tensor) and one.is_meta for one in _leaves(value)):
            return f"{argument} must hold numbers, got a tensor on 'meta', which keeps none; make it on 'cpu'."
    return None


def _leaves(value: Any) -> list[Any]:
    try:
        return tree_leaves(value)
    except RecursionError:  # lists in lists without end, of which more is said elsewhere
        return []


_UNKNOWN = "model must run where there are numbers, and it ran on 'meta', which keeps none; use 'cpu'."
