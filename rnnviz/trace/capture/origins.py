"""Which calls a tensor was made from, where autograd keeps no graph: under ``no_grad``, or behind a detached state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import ExitStack
from typing import Any, TypeAlias

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode, _get_current_function_mode
from torch.utils.weak import WeakTensorKeyDictionary

from rnnviz.trace.capture.calls import Call

__all__ = ["Origins"]

Known: TypeAlias = dict[int, Call]  # by their numbers

_MOST = 8  # of one module: a tensor made of a long history need not know all of it


class Origins(TorchFunctionMode):
    """While entered, what is made without a graph inherits the calls of what it is made from."""

    def __init__(self) -> None:
        super().__init__()
        self._known: MutableMapping[Tensor, Known] = WeakTensorKeyDictionary()
        self._begun = False  # nothing to inherit before the first call
        self._rests = False  # while the trace itself works with tensors
        self._is_off = self._stays_off = False
        self.behind: Callable[[Tensor], Known] = lambda _: {}  # calls that autograd's graph of a tensor leads to

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        # tested first: everything that torch does in the model comes through here
        if self._rests or not self._begun:
            return result
        if isinstance(result, Tensor) and result.grad_fn is not None:
            return result  # autograd follows
        for target in _written(func, args, kwargs, result):
            self.inherit(target, (*args, *kwargs.values()))
        return result

    def apart(self, hook: Callable[..., Any], *given: Any) -> Any:
        """Call a hook of the trace's own: what it does with tensors is not followed.

        While a mode is on, even asking a tensor for its shape comes through here, so it is best off; unless the model
        has put another mode on top.
        """
        was, self._rests = self._rests, True
        if _get_current_function_mode() is self:  # type: ignore[no-untyped-call]
            self.__exit__(None, None, None)
            self._is_off = True
        try:
            return hook(*given)
        finally:
            self._rests = was
            self._back_on()

    def stay_off(self, until: ExitStack) -> None:
        """To be asked for in a hook: follow nothing after it until a stack is closed, in a hook again or elsewhere.

        Inside one of torch's own layers there is nothing to follow: its results are known to be those of its call.
        """
        if self._is_off:  # and not in another thread, which this mode is not on in
            self._stays_off = True
            until.callback(self._no_longer_off)

    def _no_longer_off(self) -> None:
        self._stays_off = False
        self._back_on()

    def _back_on(self) -> None:
        if self._is_off and not self._stays_off and not self._rests:
            self._is_off = False
            self.__enter__()  # type: ignore[no-untyped-call]

    def begin(self, results: tuple[Tensor, ...], number: int, call: Call) -> None:
        """Say that `results` are those of a call; what they were made from lies behind it, except inside the module."""
        inner = set(call.module.modules()) if self._begun else set()
        for one in results:
            before = self._known.get(one, {}) if self._begun else {}
            kept = {n: other for n, other in before.items() if other.module in inner}
            self._known[one] = {**kept, number: call}
        self._begun = True

    def of(self, state: Tensor, module: nn.Module) -> list[tuple[int, Call]]:
        """Calls of `module` that a tensor was made from, with their numbers."""
        return [(number, call) for number, call in self._known.get(state, {}).items() if call.module is module]

    def inherit(self, target: Tensor, given: tuple[Any, ...]) -> None:
        """Say that a tensor was made from others; where autograd follows it, that is known already."""
        if target.grad_fn is not None:
            return
        found: Known = {}
        for one in _tensors(given):
            found.update(self._known.get(one) or (self.behind(one) if one.grad_fn is not None else {}))
        if found:
            self._known[target] = _latest(found)
            # written through a view, the tensor it looks into knows of it too
            if target._base is not None:
                self._known[target._base] = _latest({**self._known.get(target._base, {}), **found})


def _latest(known: Known) -> Known:
    """The latest calls of each module."""
    kept: Known = {}
    counts = Counter[nn.Module]()
    for number in sorted(known, reverse=True):
        module = known[number].module
        counts[module] += 1
        if counts[module] <= _MOST:
            kept[number] = known[number]
    return kept


def _written(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> Iterator[Tensor]:
    """Tensors that a function has made or written to."""
    name = getattr(func, "__name__", "")
    # it returns None; what it writes to comes first
    if name == "__setitem__":
        result = args[0]
    yield from _tensors((result,))
    # torch's own rule: a function with one underscore at its end works in place
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
