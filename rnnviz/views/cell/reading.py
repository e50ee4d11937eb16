"""Reading: everything the cell inspector shows of one cell at one timestep, as numbers and as equations."""

from dataclasses import dataclass
from typing import Self

from rnnviz.i18n import t
from rnnviz.training import Snapshot
from rnnviz.views.base import Focus
from rnnviz.views.cell.equations import equations, gradient_equations
from rnnviz.views.cell.gradient import GradientParts, gradient_parts
from rnnviz.views.cell.narrow import Line, forward_lines, gradient_lines
from rnnviz.views.cell.notation import Equation
from rnnviz.views.cell.step import CellStep, forward_parts

__all__ = ["Reading"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Reading(CellStep):
    """One cell at one timestep, forward and backward; its text is its equations with the numbers plugged in.

    Parameters are those of `CellStep`, and two more.

    Parameters
    ----------
    grad_h, grad_c : GradientParts or None
        The gradients at h_t and c_t in their parts; None without a loss, ``grad_c`` also without a cell state.

    Examples
    --------
    >>> from rnnviz.training import Session
    >>> session = Session("adding", cell="lstm", seq_len=6, hidden_size=4, seed=0, device="cpu")
    >>> reading = Reading.of(session.snapshot(), Focus(time=5, unit=2))
    >>> str(reading.equations()[-1]).startswith("h_t = ")
    True
    >>> bool(abs(reading.grad_h.direct[2] + reading.grad_h.later[2] - reading.grad_h.total[2]) < 1e-6)
    True
    """

    grad_h: GradientParts | None
    grad_c: GradientParts | None

    @classmethod
    def of(cls, snapshot: Snapshot, focus: Focus) -> Self:
        """Read the cell that ``focus`` picks, see `CellStep.of`."""
        parts = forward_parts(snapshot, focus)
        at_h, at_c = gradient_parts(snapshot, focus, CellStep(**parts))
        return cls(**parts, grad_h=at_h, grad_c=at_c)

    def equations(self, *, norms: bool = False) -> tuple[Equation, ...]:
        """Return the lines from the input to the new state.

        Parameters
        ----------
        norms : bool
            Norms over all units in place of the unit in focus.
        """
        return equations(self, norms=norms)

    def gradient_equations(self, *, norms: bool = False) -> tuple[Equation, ...]:
        """Return the lines of the gradient at the states, of the unit in focus, or with ``norms`` over all units."""
        return gradient_equations(self, self.grad_h, self.grad_c, norms=norms)

    def lines(self, *, norms: bool = False) -> tuple[Line, ...]:
        """Return the lines from the input to the new state, short; ``norms`` are over all units."""
        return forward_lines(self, norms=norms)

    def gradient_lines(self, *, norms: bool = False) -> tuple[Line, ...]:
        """Return the lines of the gradient at the states, short; ``norms`` are over all units."""
        return gradient_lines(self, self.grad_h, self.grad_c, norms=norms)

    @property
    def title(self) -> str:
        """Where this is, in words."""
        at = self.focus
        return t(
            "inspector.title",
            kind=self.kind.upper(),
            time=at.time,
            unit=at.unit,
            layer=at.layer,
            direction=t("selectors.backward") if at.direction else t("selectors.forward"),
            sample=at.sample,
            step=self.step,
        )

    def __repr__(self) -> str:
        return "\n".join([self.title, *map(str, (*self.equations(), *self.gradient_equations()))])
