"""A step, taken whole or not at all: by the optimiser, and in what a forward pass changes beside the weights."""

import contextlib
from collections.abc import Iterator
from itertools import chain

import torch
from torch import Tensor, nn

from rnnviz.generators import generator_of

__all__ = ["SideEffects", "TornStep", "WholeStep"]

_SMALL = 2**16  # numbers; what a layer keeps account of is small, and may be written without torch counting it
_MOST = 2**22  # numbers, with what the optimiser keeps: of more, a copy each step would cost more than it is worth


class TornStep(RuntimeError):  # noqa: N818  # says what is wrong
    """An optimiser has failed, and some weights may be changed when others are not."""


class WholeStep:
    """Has the optimiser of a model take its steps.

    A model of ours as it was built gives it nothing that it could fail at half way. Of any other model copies are made
    before each step, if there is room for them.

    Parameters
    ----------
    model : torch.nn.Module
        Whose weights it trains.

    Examples
    --------
    >>> model = nn.Linear(1, 1)
    >>> model(torch.ones(1)).backward()
    >>> WholeStep(model).take(torch.optim.SGD(model.parameters(), lr=0.5), 1)
    """

    def __init__(self, model: nn.Module) -> None:
        self._weights = list(model.parameters())
        numbers = 3 * sum(one.numel() for one in self._weights)
        self._copies = numbers <= _MOST and not type(model).__module__.startswith("rnnviz.models.")
        self._torn: TornStep | None = None

    def take(self, optimizer: torch.optim.Optimizer, number: int) -> None:
        """Take the step of that number.

        Raises
        ------
        RuntimeError
            If it fails: all is as it was then. A `TornStep`, now and whenever another is wanted, where it may not be.
        """
        if self._torn is not None:
            raise self._torn
        kept = {weight: dict(its) for weight, its in optimizer.state.items()}
        there = [*self._weights, *chain.from_iterable(its.values() for its in kept.values())] if self._copies else []
        before = [(one, one.detach().clone()) for one in there if isinstance(one, Tensor)]
        try:
            optimizer.step()
        except Exception as error:
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
            if not self._copies:
                self._torn = TornStep(
                    f"the optimiser failed within step {number}, and may have changed some weights and not others; "
                    f"reset to begin anew ({reason})."
                )
                raise self._torn from error
            with torch.no_grad():
                for one, copy in before:
                    one.copy_(copy)
            optimizer.state.clear()
            optimizer.state.update(kept)
            raise RuntimeError(
                f"the optimiser could not take step {number}, and left all as it was ({reason})."
            ) from error


class SideEffects:
    """A model's buffers, such as the running means of batch normalisation, and the generators its dropout draws from.

    Parameters
    ----------
    model : torch.nn.Module
        Whose.
    device : torch.device
        Where it runs.

    Examples
    --------
    >>> norm = nn.BatchNorm1d(2)
    >>> beside = SideEffects(norm, torch.device("cpu"))
    >>> with contextlib.suppress(ValueError), beside.whole_or_not():
    ...     _ = norm(torch.randn(8, 2))
    ...     raise ValueError
    >>> norm.running_mean
    tensor([0., 0.])
    """

    def __init__(self, model: nn.Module, device: torch.device) -> None:
        self._model = model
        found = {generator_of(kind) for kind in ("cpu", device)} - {None}
        self._generators: list[torch.Generator] = [one for one in found if one is not None]
        self._large: dict[str, tuple[Tensor, int, Tensor]] = {}  # by path: the buffer, how often written to, a copy

    def drawn(self) -> list[Tensor]:
        """Return where the generators stand."""
        return [one.get_state() for one in self._generators]

    def draw_again(self, states: list[Tensor]) -> None:
        """Put the generators back to where they stood."""
        for one, state in zip(self._generators, states, strict=True):
            one.set_state(state)

    @contextlib.contextmanager
    def whole_or_not(self) -> Iterator[None]:
        """Put everything back where the block is left by an error."""
        # a few KB each: cheaper than to find out whether anything draws
        states = self.drawn()
        before = [(path, buffer, self._copied(path, buffer)) for path, buffer in self._model.named_buffers()]
        try:
            yield
        except BaseException:
            for path, buffer, copy in before:
                owner, _, name = path.rpartition(".")
                with torch.no_grad():
                    buffer.copy_(copy)
                self._model.get_submodule(owner)._buffers[name] = buffer  # another may have been put in its place
            self.draw_again(states)
            raise

    def _copied(self, path: str, buffer: Tensor) -> Tensor:
        """Return a copy; of a large buffer, such as a table of positions, the last one if nobody has written to it."""
        if buffer.numel() <= _SMALL or buffer.is_inference():
            return buffer.detach().clone()
        known = self._large.get(path)
        if known is None or known[0] is not buffer or known[1] != buffer._version:
            known = self._large[path] = buffer, buffer._version, buffer.detach().clone()
        return known[2]
