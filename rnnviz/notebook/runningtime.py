"""`scale`: whether a chapter's cells take the small sizes, a minute or two on any machine, or the full ones."""

import os
from typing import Any, TypeVar

from rnnviz.checks import shown, text
from rnnviz.i18n import t

__all__ = ["Scale", "scale"]

CHOICES = ("small", "full")
VARIABLE = "RNNVIZ_SCALE"
T = TypeVar("T")


class Scale:
    """The choice between small and full; made by `scale`.

    It is kept in the environment variable ``RNNVIZ_SCALE`` of this kernel, so that running all cells again keeps it.

    Parameters
    ----------
    takes : str
        What the full sizes take.

    Examples
    --------
    >>> size = Scale()
    >>> size(300, 3000)  # the first, unless somebody has chosen full
    300
    """

    def __init__(self, takes: str = "") -> None:
        self._takes = text("takes", takes)
        self._panel: Any = None
        _chosen()  # a word in the environment that is none is told now

    @property
    def choice(self) -> str:
        """``"small"`` or ``"full"``, as it is now."""
        return _chosen()

    def choose(self, choice: str) -> None:
        """Choose, as a press in the cell does.

        Parameters
        ----------
        choice : {"small", "full"}
            For every cell that runs from now on.

        Raises
        ------
        ValueError
            If it is neither.
        """
        if not isinstance(choice, str) or choice not in CHOICES:
            raise ValueError(f"choice must be 'small' or 'full', got {shown(choice)}.")
        os.environ[VARIABLE] = choice
        if self._panel is not None:
            self._panel.follow(choice)

    def __call__(self, small: T, full: T) -> T:
        """Return the one that is chosen.

        Parameters
        ----------
        small, full : object
            The two sizes, such as numbers of training steps.
        """
        return small if _chosen() == "small" else full

    def __repr__(self) -> str:
        return f"Scale({_chosen()!r})"

    def __str__(self) -> str:
        return f"{t(f'scale.{_chosen()}')} {self.told}"

    @property
    def told(self) -> str:
        """What the full sizes take, and what to do after a choice."""
        return t("scale.takes", takes=self._takes) if self._takes else t("scale.longer")

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        if self._panel is None:
            from rnnviz.notebook.panels import ScalePanel  # widgets are loaded when one is shown

            self._panel = ScalePanel(CHOICES, self.choice, self.told, self.choose)
        return {**self._panel.widget._repr_mimebundle_(), "text/plain": str(self)}


def scale(takes: str = "") -> Scale:
    """Return the choice between small and full sizes; a cell that ends with it shows a control for it.

    Small is the default: a minute or two on two cores. Set the environment variable ``RNNVIZ_SCALE`` to ``full`` before
    Jupyter starts to begin with the other.

    Parameters
    ----------
    takes : str
        What the full sizes take, such as ``"about 12 minutes on two cores"``; the control says it.

    Returns
    -------
    Scale
        Called with two values it returns the one that is chosen.

    Raises
    ------
    TypeError
        If ``takes`` is no text.
    ValueError
        If ``RNNVIZ_SCALE`` is neither small nor full.

    Examples
    --------
    >>> size = scale("about 12 minutes on two cores")
    >>> steps = size(300, 3000)
    >>> print(size)
    Small sizes. Full ones take about 12 minutes on two cores; choose, then run the cells below again.
    """
    return Scale(takes)


def _chosen() -> str:
    found = os.environ.get(VARIABLE, "").strip().lower() or "small"
    if found not in CHOICES:
        raise ValueError(f"the environment variable {VARIABLE} must be small or full, got {shown(found)}.")
    return found
