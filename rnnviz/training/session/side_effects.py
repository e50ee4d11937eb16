"""SideEffects: what a forward pass changes beside the weights, put back where its step is not taken."""

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from rnnviz.generators import generator_of

__all__ = ["SideEffects"]

_SMALL = 2**16  # numbers; what a layer keeps account of is small, and may be written without torch counting it


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
