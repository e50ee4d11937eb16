"""InputVectors: where a model meets the steps of its input, as vectors that a gradient reaches, one by one left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from rnnviz.checks import shown
from rnnviz.trace.isolation.module_attributes import restore

__all__ = ["Entered", "InputVectors"]

_UNREAD = (
    "inputs are token numbers, and no nn.Embedding of the model read them as they are; give the vectors that the model "
    "works on, with axes (batch, time, feature)."
)


class Entered(NamedTuple):
    """Vectors that entered the model: which step's, None for all of them, and whether time is their first axis.

    A step may have several, such as one a letter of a word.
    """

    vectors: Tensor
    step: int | None = None
    time_first: bool = False

    def along(self, value: Tensor) -> Tensor:
        """Return those of numbers of (batch, time) that are about these vectors, with axes for all of theirs."""
        own = value[:, self.step] if self.step is not None else value.T if self.time_first else value
        return own.reshape(*own.shape, *[1] * (self.vectors.dim() - own.dim()))

    def into(self, found: Tensor, value: Tensor) -> None:
        """Add to ``found``, (batch, time), a number a vector."""
        if self.step is not None:
            found[:, self.step] += value.reshape(len(value), -1).sum(1)
        else:
            summed = value[:, :, None].flatten(2).sum(2)
            found += summed.T if self.time_first else summed


class InputVectors:
    """The embedding's output where the first input is token numbers (batch, time), else that input itself.

    Several embeddings that read the tokens count together, also one that reads what a table says of each, such as its
    shape. An embedding that is called step by step is followed.

    Parameters
    ----------
    model : torch.nn.Module
        Which holds the embeddings.
    inputs : tuple
        What it is called with.

    Raises
    ------
    TypeError, ValueError
        If the first input is neither token numbers (batch, time) nor numbers (batch, time, feature).
    """

    def __init__(self, model: nn.Module, inputs: tuple[Any, ...]) -> None:
        first = inputs[0] if inputs else None
        if not isinstance(first, Tensor):
            raise TypeError(f"inputs must begin with a tensor, what the model is called with, got {shown(first)}.")
        if first.is_complex() or first.dtype is torch.bool:
            raise TypeError(f"inputs must be token numbers or real numbers, got a tensor of {first.dtype}.")
        self.tokens = not first.is_floating_point()
        axes = "(batch, time)" if self.tokens else "(batch, time, feature)"
        if first.dim() != (2 if self.tokens else 3) or 0 in first.shape:
            raise ValueError(
                f"inputs must have axes {axes}, none of them empty, got shape {tuple(first.shape)}; for one sequence "
                "add a batch axis with inputs[None]."
            )
        self.batch, self.steps = int(first.shape[0]), int(first.shape[1])
        self._model = model
        self._embeddings = [one for one in model.modules() if isinstance(one, nn.Embedding)] if self.tokens else []
        if self.tokens and not self._embeddings:
            raise ValueError(_UNREAD)

    @property
    def padding(self) -> int | None:
        """The token that the embeddings count as padding; None where there is none."""
        return next((one.padding_idx for one in self._embeddings if one.padding_idx is not None), None)

    def run(self, inputs: tuple[Any, ...], *, without: Tensor | None, leaves: bool) -> tuple[Any, list[Entered]]:
        """Return the model's output and what entered; where ``without``, (batch, time), is true, a vector is 0.

        With ``leaves`` what entered are leaves of the graph: the gradient is theirs, whatever lies before them.
        """
        entered: list[Entered] = []
        if not self.tokens:
            entered.append(_entering(Entered(inputs[0]), without, leaves))
            return self._model(entered[0].vectors, *inputs[1:]), entered
        with self._heard(inputs[0], without, leaves, entered):
            output = self._model(*inputs)
        if not entered:
            raise ValueError(_UNREAD)
        return output, entered

    @contextmanager
    def _heard(self, tokens: Tensor, without: Tensor | None, leaves: bool, entered: list[Entered]) -> Iterator[None]:
        def hook(module: nn.Module, args: Any, kwargs: Any, output: Tensor) -> Tensor | None:
            given = args[0] if args else kwargs.get("input")
            read = _read(tokens, given, output, called[module], derived.has(given))
            if read is None:
                return None
            called[module] += 1
            entered.append(_entering(read, without, leaves))
            return entered[-1].vectors

        called: dict[nn.Module, int] = dict.fromkeys(self._embeddings, 0)
        with ExitStack() as stack:
            for module in self._embeddings:
                if module.max_norm is not None:  # torch shortens the vectors that are read, in the weights
                    stack.callback(restore, module.weight.data, module.weight.detach().clone())
                stack.callback(module.register_forward_hook(hook, with_kwargs=True).remove)
            derived = stack.enter_context(Derived(tokens))
            yield


class Derived(TorchFunctionMode):
    """Follows whole numbers that are worked out from the tokens, such as what a table says of each.

    Parameters
    ----------
    tokens : torch.Tensor
        As the model is given them.
    """

    def __init__(self, tokens: Tensor) -> None:
        super().__init__()
        self._known = {id(tokens): tokens}  # kept, or another tensor might come to have the same id

    def has(self, value: Any) -> bool:
        """Whether a value comes from the tokens, not merely their shape."""
        return id(value) in self._known

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        numbers = isinstance(result, Tensor) and not result.is_floating_point()
        if numbers and func.__name__ not in _PLACES and any(map(self.has, tree_leaves((args, kwargs)))):
            self._known[id(result)] = result
        return result


# what these give tells of the tokens' shape, or of where each stands
_PLACES = frozenset(("expand_as", "view_as", "reshape_as", "zeros_like", "ones_like", "full_like", "cumsum"))


def _read(tokens: Tensor, given: Any, output: Tensor, times: int, derived: bool) -> Entered | None:
    """Tell whether an embedding was given the tokens, all or the next step's; None where it was not."""
    if not isinstance(given, Tensor):
        return None
    if _tells_of(given, tokens, derived):
        return Entered(output)
    if _tells_of(given, tokens.T, derived):
        return Entered(output, time_first=True)
    if times == tokens.shape[1] or given.shape not in ((len(tokens),), (len(tokens), 1)):
        return None
    # of one step the tokens alone: a number a sequence may be worked out from all of its steps
    return Entered(output, step=times) if _tells_of(given.flatten(), tokens[:, times], derived=False) else None


def _tells_of(given: Tensor, tokens: Tensor, derived: bool) -> bool:
    """Whether these are the tokens, or for each token the same."""
    if given.shape[: tokens.dim()] != tokens.shape:
        return False
    near = tokens.to(given.device)
    if given.shape == tokens.shape and torch.equal(given, near):
        return True
    if not derived:
        return False
    rows = torch.cat([near.reshape(-1, 1), given.reshape(tokens.numel(), -1)], 1)
    return len(torch.unique(rows, dim=0)) == len(torch.unique(near))


def _entering(read: Entered, without: Tensor | None, leaves: bool) -> Entered:
    vectors = read.vectors
    if without is not None:
        vectors = vectors.masked_fill(read.along(without.to(vectors.device)), 0.0)
    if leaves:
        vectors = vectors.detach().clone().requires_grad_()
    return read._replace(vectors=vectors)
