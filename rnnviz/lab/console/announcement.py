"""Announcement: what a lab says before it builds a new model."""

from rnnviz.i18n import t
from rnnviz.training import Settings

__all__ = ["announcement"]


def announcement(changed: tuple[str, ...], now: Settings, wanted: Settings) -> str:
    """Return the sentence that names each setting which is changed, what it was and what it will be."""
    changes = [
        t("lab.rebuilding.change", name=t(f"knob.{name}"), old=getattr(now, name), new=getattr(wanted, name))
        for name in changed
    ]
    return t("lab.rebuilding", changes=", ".join(changes))
