"""Link: a small button in the prose that sets the lab to what a sentence speaks of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.views import Focus

__all__ = ["Link", "LinkTarget"]


@dataclass(frozen=True)
class LinkTarget:
    """What a press asks of a lab.

    Parameters
    ----------
    settings : mapping of str to object
        New values by name; live or structural.
    views : sequence of str, optional
        The pictures to show; those on screen by default.
    focus : mapping of str to object
        Parts of a focus to move.
    play : bool
        Whether to train afterwards.

    Examples
    --------
    >>> str(LinkTarget({"rho": 1.1}, play=True))
    'rho=1.1, play=True'
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    views: Sequence[str] | None = None
    focus: Mapping[str, Any] = field(default_factory=dict)
    play: bool = False

    def __str__(self) -> str:
        others = {"views": self.views, "focus": dict(self.focus), "play": self.play}
        given = {**self.settings, **{name: value for name, value in others.items() if value}}
        return ", ".join(f"{name}={value!r}" for name, value in given.items())

    def look(self, focus: Focus) -> Focus:
        """Return this focus with the wanted parts moved."""
        return replace(focus, **self.focus)


class Link(widgets.Button):  # type: ignore[misc]
    """A button for a sentence.

    Parameters
    ----------
    label : str
        What stands on it.
    link_target : LinkTarget
        What a press asks.

    Examples
    --------
    >>> Link("show me ρ = 1.1", LinkTarget({"rho": 1.1}))
    Link('show me ρ = 1.1', rho=1.1)
    """

    def __init__(self, label: str, link_target: LinkTarget) -> None:
        super().__init__(description=label, tooltip=t("link.tip", wish=link_target))
        self._link_target = link_target
        self.add_class("rv-link")

    def retire(self) -> None:
        """Be of no more use, and say why: the lab was closed, so its status line says nothing any more."""
        self.disabled, self.tooltip = True, t("link.closed")

    def __repr__(self) -> str:
        return f"Link({', '.join(filter(None, (repr(self.description), str(self._link_target))))})"
