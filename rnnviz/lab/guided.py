"""Guided: how a lab is shown around, and how a sentence of the prose acts on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from rnnviz.checks import flag, listed, shown
from rnnviz.lab.console.lab_console import LabConsole
from rnnviz.lab.controls.options import views_among
from rnnviz.lab.facade import Facade
from rnnviz.lab.tour.card import TourCard
from rnnviz.lab.tour.link import Link, LinkTarget
from rnnviz.views import Focus

__all__ = ["Guided"]


class Guided(Facade):
    """The part of a `Lab` that leads a learner."""

    _console: LabConsole

    def tour(self) -> TourCard:
        """Return a card that leads through this lab, wherever on the page it is displayed.

        Each step names one thing to do and outlines where; it is done when the learner does it, and then tells what
        there is to see. Steps for what the lab does not show are left out.

        Returns
        -------
        TourCard
            A widget; its ``start``, ``next``, ``back`` and ``skip`` are its buttons, ``state`` tells how far it is.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> lab = Lab(task="adding", cell="gru", hidden_size=4, seq_len=8, seed=0)
        >>> tour = lab.tour()
        >>> tour.start()
        TourPosition(phase='walking', step='play', number=1, of=9, done=False)
        >>> lab.close()
        """
        return self._console.tour()

    def button(
        self,
        label: str,
        *,
        views: Sequence[str] | None = None,
        focus: Mapping[str, Any] | None = None,
        play: bool = False,
        **settings: Any,
    ) -> Link:
        """Return a small button for the prose around the lab that sets it to what a sentence speaks of.

        What goes wrong when it is pressed is on the lab's status line.

        Parameters
        ----------
        label : str
            What stands on the button.
        views : sequence of str, optional
            Names of the pictures to show; those on screen by default.
        focus : mapping of str to object, optional
            Parts of a `rnnviz.views.Focus` to move, such as ``{"time": 5, "unit": 2}``.
        play : bool
            Whether to train afterwards.
        **settings : object
            New values by name, as for `set`; structural ones start a new model, and the lab says so first.

        Raises
        ------
        TypeError, ValueError
            At once, for a setting, picture or part of a focus that does not exist, or a setting's value out of range.

        Examples
        --------
        >>> from rnnviz.lab import Lab
        >>> Lab(task="adding").button("show me ρ = 1.1", rho=1.1, views=["gradients"], play=True)
        Link('show me ρ = 1.1', rho=1.1, views=['gradients'], play=True)
        """
        if not isinstance(label, str) or not label.strip():
            raise ValueError(f"label must be the words on the button, got {shown(label)}.")
        self._console.checked(settings)
        where = _parts({} if focus is None else focus)
        names = None if views is None else list(views_among(self._console.views, views))
        return self._console.link(label, LinkTarget(settings, names, where, flag("play", play)))


def _parts(focus: Mapping[str, Any]) -> dict[str, Any]:
    known = tuple(Focus.__dataclass_fields__)
    if not isinstance(focus, Mapping):
        raise TypeError(f"focus must be a dict such as {{'time': 5}}, got {shown(focus)}.")
    unknown = [name for name in focus if not isinstance(name, str) or name not in known]
    if unknown:
        raise TypeError(f"focus has no part {listed(unknown)}; its parts are {', '.join(known)}.")
    return dict(focus)
