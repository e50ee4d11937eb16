"""Which calls a tensor was made from, where autograd keeps no graph: under ``no_grad``, or behind a detached state."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any, TypeAlias

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from rnnviz.trace.calls import Call

__all__ = ["Origins"]

Known: TypeAlias = dict[nn.Module, tuple[int, Call]]  # the latest call of each module, with its number


class Origins(TorchFunctionMode):
    """While entered, what is made without a graph inherits the calls of what it is made from."""

    def __init__(self) -> None:
        super().__init__()
        self._known: MutableMapping[Tensor, Known] = WeakTensorKeyDictionary()

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if self._known:
            for target in _written(func, args, kwargs, result):
                if target.grad_fn is None:
                    self._inherit(target, (*args, *kwargs.values()))
        return result

    def begin(self, results: tuple[Tensor, ...], module: nn.Module, number: int, call: Call) -> None:
        """Say that `results` are those of a call; what they were made from lies behind it, except inside the module."""
        inner = set(module.modules())
        for one in results:
            before = {other: known for other, known in self._known.get(one, {}).items() if other in inner}
            self._known[one] = {**before, module: (number, call)}

    def of(self, state: Tensor, module: nn.Module) -> list[tuple[int, Call]]:
        """The latest call of `module` that a tensor was made from, if any, with its number."""
        found = self._known.get(state, {})
        return [found[module]] if module in found else []

    def _inherit(self, target: Tensor, given: tuple[Any, ...]) -> None:
        found: Known = {}
        for one in _tensors(given):
            known = self._known.get(one, {})
            for module, latest in known.items():
                if module not in found or found[module][0] < latest[0]:
                    found[module] = latest
        if found:
            self._known[target] = found
            if target._base is not None:
                self._known[target._base] = {**self._known.get(target._base, {}), **found}


def _written(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> Iterator[Tensor]:
    """Tensors that a function has made or written to."""
    name = getattr(func, "__name__", "")
    if name == "__setitem__":
        result = args[0]
    yield from _tensors((result,))
    if name.endswith("_") and not name.endswith("__"):
        yield from _tensors(args[:1])


def _tensors(values: Any) -> Iterator[Tensor]:
    for one in values:
        if isinstance(one, Tensor):
            yield one
        elif isinstance(one, list | tuple):
            yield from _tensors(one)
        elif isinstance(one, dict):
            yield from _tensors(one.values())
