"""What a module keeps for itself between calls, such as a hidden state or a counter, put back as it was."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from operator import is_
from types import NoneType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

_TORCHS = frozenset(vars(nn.Module()))  # parameters, buffers, submodules, hooks, the training flag
_SETTLED = frozenset({NoneType, bool, int, float, str, bytes, tuple})  # nothing can be written into them


class ModuleAttributes(NamedTuple):
    """A module's own attributes, and what those held that can be changed in place.

    `shape` tells whether the run has built the module anew.
    """

    module: nn.Module
    shape: tuple[Any, ...]
    values: dict[str, Any]
    contents: dict[str, Any]

    @classmethod
    def of(cls, module: nn.Module) -> ModuleAttributes:
        """Note the attributes of `module` that are not torch's."""
        values = {name: value for name, value in vars(module).items() if name not in _TORCHS}
        return cls(module, _shape(module), values, dict(_contents(values)))

    def put_back(self) -> None:
        """Undo what a run did to the attributes; a module that builds itself when first called stays built."""
        # a lazy module has become another class with other parameters: what was before fits it no more
        if _shape(self.module) != self.shape:
            return
        own = vars(self.module)
        for name in own.keys() - self.values.keys() - _TORCHS:
            del own[name]
        own.update(self.values)
        for name, content in self.contents.items():
            _fill(self.values[name], content)


def _shape(module: nn.Module) -> tuple[Any, ...]:
    parameters = {name: one for name, one in module._parameters.items() if one is not None}
    lazy = any(map(nn.parameter.is_lazy, parameters.values()))
    return type(module), list(parameters), list(module._modules), lazy


def _contents(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if type(value) not in _SETTLED and (content := _content(value)) is not None:
            yield name, content


def _content(value: Any) -> Any:
    if isinstance(value, Tensor):
        return None if nn.parameter.is_lazy(value) else value.detach().clone()
    if isinstance(value, torch.Generator):
        return value.get_state()
    # of exactly these types: a subclass may copy in its own way, or refuse to
    return value.copy() if type(value) in (list, dict, set, deque) else None


def _fill(value: Any, content: Any) -> None:
    if isinstance(value, Tensor):
        restore(value, content)
    elif isinstance(value, torch.Generator):
        value.set_state(content)
    elif not _has(value, content):
        value.clear()
        (value.extend if isinstance(value, list | deque) else value.update)(content)


def _has(container: Any, content: Any) -> bool:
    """Whether a container still has those members, told apart by identity: tensors do not compare as wholes."""
    same = len(container) == len(content) and all(map(is_, container, content))
    return same and (not isinstance(container, dict) or all(map(is_, container.values(), content.values())))


def restore(value: Tensor, content: Tensor | None) -> None:
    """Write `content` into `value` if it holds anything else."""
    if content is not None and not torch.equal(value, content):
        # an inference tensor may be written to in that mode alone
        with torch.inference_mode(value.is_inference()), torch.no_grad():
            value.copy_(content)
