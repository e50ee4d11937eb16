"""An optimiser's step, taken whole or not at all; where neither can be had, that is said."""

from itertools import chain

import torch
from torch import Tensor, nn

__all__ = ["TornStep", "WholeStep"]

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
